package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// smokeMarker stands in the message of a smoke's feedback, so that whoever reads tickets can drop it by a rule.
const smokeMarker = "onefront-smoke"

// visitor asks a deployed stack as anybody can, through its public address.
type visitor struct {
	c      *command
	base   *url.URL
	client *http.Client
	cached string // path and query of a cached read, without a value of its own
	write  string // path that takes a feedback, "" to write nothing
	stack  *stack // nil without outputs
	failed int
}

// answer is what a request came to.
type answer struct {
	status int
	header http.Header
	body   string
	tls    *tls.ConnectionState
}

// smoke asks the questions in order and prints a line for each. What fails does not stop the rest.
func (c *command) smoke(ctx context.Context, address string) error {
	base, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return misuse("smoke: %q: want the public address of a stack, such as https://example.com", address)
	}
	v := &visitor{c: c, base: base, cached: c.flags.cached, write: c.flags.write, client: &http.Client{
		Timeout:       30 * time.Second, // CloudFront's own for an origin, and the way
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if c.flags.outputs != "" {
		if v.stack, err = c.readStack(ctx); err != nil {
			return err
		}
	}
	if c.flags.first {
		v.first(ctx)
	}
	v.site(ctx)
	v.transport(ctx)
	v.api(ctx)
	v.cache(ctx)
	v.feedback(ctx)
	v.roundTheEdge(ctx)
	if v.failed > 0 {
		return fmt.Errorf("%d checks of %s failed", v.failed, base)
	}
	return nil
}

// line prints one check: what was expected, and what came where that is another thing.
func (v *visitor) line(ok bool, name, want, got string) {
	if ok {
		v.c.print("ok    %s: %s", name, want)
		return
	}
	v.failed++
	v.c.print("FAIL  %s: want %s, got %s", name, want, got)
}

func (v *visitor) skip(name, why string) { v.c.print("skip  %s: %s", name, why) }

func (v *visitor) ask(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	return v.askURL(ctx, method, v.base.String()+path, body, headers...)
}

func (v *visitor) askURL(ctx context.Context, method, address, body string, headers ...string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := v.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return answer{response.StatusCode, response.Header, string(raw), response.TLS}, err
}

// check asks and prints in one go: problem says what is wrong with the answer, "" for nothing.
func (v *visitor) check(ctx context.Context, name, want, method, path, body string, problem func(answer) string, headers ...string) (answer, bool) {
	a, err := v.ask(ctx, method, path, body, headers...)
	if err != nil {
		v.line(false, name, want, err.Error())
		return a, false
	}
	wrong := problem(a)
	v.line(wrong == "", name, want, wrong)
	return a, wrong == ""
}

// status is a problem unless the status is one of those.
func status(wanted ...int) func(answer) string {
	return func(a answer) string {
		if slices.Contains(wanted, a.status) {
			return ""
		}
		return fmt.Sprintf("status %d", a.status)
	}
}

func (v *visitor) site(ctx context.Context) {
	v.check(ctx, "site", "200 and HTML", "GET", "/", "", func(a answer) string {
		if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			return fmt.Sprintf("status %d, Content-Type %q", a.status, a.header.Get("Content-Type"))
		}
		return ""
	})
	v.check(ctx, "headers", "CloudFront's Via and X-Cache, and the security headers", "GET", "/", "", func(a answer) string {
		var missing []string
		for _, name := range []string{"Via", "X-Cache", "X-Amz-Cf-Pop", "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"} {
			if a.header.Get(name) == "" {
				missing = append(missing, name)
			}
		}
		if missing != nil {
			return "no " + strings.Join(missing, ", ")
		}
		return ""
	})
	v.check(ctx, "404", "404 for a page that is not there", "GET", "/"+strings.ToLower(rand.Text()), "", status(404))
	v.check(ctx, "config.json", "200 and JSON", "GET", "/config.json", "", func(a answer) string {
		if a.status != 200 || !json.Valid([]byte(a.body)) {
			return fmt.Sprintf("status %d, %.80q", a.status, a.body)
		}
		return ""
	})
}

func (v *visitor) transport(ctx context.Context) {
	if v.base.Scheme != "https" {
		v.skip("transport", "the address is plain HTTP")
		return
	}
	a, err := v.ask(ctx, "GET", "/", "")
	if err != nil {
		v.line(false, "HTTP/2", "an answer", err.Error())
		return
	}
	v.line(a.tls != nil && a.tls.NegotiatedProtocol == "h2", "HTTP/2", "h2", fmt.Sprintf("%+v", a.tls))
	v.line(strings.Contains(a.header.Get("Alt-Svc"), "h3"), "HTTP/3", "Alt-Svc names h3", fmt.Sprintf("%q", a.header.Get("Alt-Svc")))
	plain, err := v.askURL(ctx, "GET", "http://"+v.base.Host+"/", "")
	switch {
	case err != nil:
		v.line(false, "redirect", "301 from HTTP to HTTPS", err.Error())
	default:
		v.line(plain.status == 301 && strings.HasPrefix(plain.header.Get("Location"), "https://"), "redirect", "301 from HTTP to HTTPS",
			fmt.Sprintf("status %d, Location %q", plain.status, plain.header.Get("Location")))
	}
	old := &http.Client{Timeout: callTimeout, Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base.String()+"/", nil)
	if err != nil {
		return
	}
	response, err := old.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	v.line(err != nil, "TLS 1.1", "is refused", "an answer")
}

func (v *visitor) api(ctx context.Context) {
	region := ""
	a, ok := v.check(ctx, "health", `200 and {"status":"ok"} with region and version`, "GET", v.c.flags.base+"/health", "", func(a answer) string {
		var health struct{ Status, Region, Version string }
		if a.status != 200 || json.Unmarshal([]byte(a.body), &health) != nil || health.Status != "ok" || health.Region == "" || health.Version == "" {
			return fmt.Sprintf("status %d, %.120q", a.status, a.body)
		}
		region = health.Region
		return ""
	})
	if ok {
		v.line(a.header.Get("X-Onefront-Region") == region, "region", "X-Onefront-Region "+region, fmt.Sprintf("%q", a.header.Get("X-Onefront-Region")))
	}
	// JSON of some kind is the application's own answer, of which the site's buckets have none.
	v.check(ctx, "API 404", "404 as JSON", "GET", v.c.flags.base+"/"+strings.ToLower(rand.Text()), "", func(a answer) string {
		if media, _, err := mime.ParseMediaType(a.header.Get("Content-Type")); a.status != 404 || err != nil || !strings.HasSuffix(media, "json") {
			return fmt.Sprintf("status %d, Content-Type %q", a.status, a.header.Get("Content-Type"))
		}
		return ""
	})
}

// cache asks a cached read twice under a key that nobody has asked before.
func (v *visitor) cache(ctx context.Context) {
	if v.cached == "" {
		v.skip("cache", "no cached path was named")
		return
	}
	path := freshPath(v.cached)
	for _, want := range []string{"Miss from cloudfront", "Hit from cloudfront"} {
		v.check(ctx, "cache", "200 and "+want, "GET", path, "", func(a answer) string {
			if a.status != 200 || a.header.Get("X-Cache") != want {
				return fmt.Sprintf("status %d, X-Cache %q", a.status, a.header.Get("X-Cache"))
			}
			return ""
		})
	}
}

// randomMark stands in a cached path where a value is that makes the key a new one.
const randomMark = "{random}"

// freshPath is a cached path under a key of its own.
func freshPath(path string) string {
	// A private-use locale is well-formed and nobody else's.
	fresh := "x-" + strings.ToLower(rand.Text()[:8])
	switch {
	case strings.Contains(path, randomMark):
		return strings.ReplaceAll(path, randomMark, fresh)
	case strings.Contains(path, "?"):
		return path + "&locale=" + fresh
	}
	return path + "?locale=" + fresh
}

func (v *visitor) feedback(ctx context.Context) {
	if v.write == "" {
		v.skip("write", "no path was named")
		return
	}
	v.check(ctx, "preflight", "204 or 200 for OPTIONS", "OPTIONS", v.write, "", status(200, 204))
	v.check(ctx, "write", "201, or 202 where it was queued", "POST", v.write, v.message(), status(201, 202), "Content-Type", "application/json")
}

func (v *visitor) message() string {
	body, _ := json.Marshal(map[string]any{"message": smokeMarker + ": a check of the deployment, please ignore", "context": map[string]string{"marker": smokeMarker}})
	return string(body)
}

// roundTheEdge asks the regions themselves, where the outputs name them: nobody gets anything but health there.
func (v *visitor) roundTheEdge(ctx context.Context) {
	if v.stack == nil {
		v.skip("round the edge", "-outputs names the regions")
		return
	}
	for _, r := range v.stack.Regions {
		a, err := v.askURL(ctx, "GET", strings.TrimSuffix(r.Endpoint, "/")+v.c.flags.base+"/"+strings.ToLower(rand.Text()), "")
		got := fmt.Sprintf("status %d", a.status)
		if err != nil {
			got = err.Error()
		}
		v.line(err == nil && (a.status == 403 || a.status == 404 && !strings.Contains(a.body, "nothing at this path")), "round the edge, "+r.Name, "403 without the origin secret", got)
	}
}

// idle is longer than API Gateway might keep a connection, and shorter than CloudFront does.
const idle = 40 * time.Second

// first looks at what no document answers (docs/aws-facts.md, section 14), so that the first deployment to a real
// account can report in one paste.
func (v *visitor) first(ctx context.Context) {
	v.c.print("what no document answers, numbers of docs/aws-facts.md:")
	a, err := v.ask(ctx, "GET", "/"+strings.ToLower(rand.Text()), "")
	v.report("14.9 the 404 page", a, err, fmt.Sprintf("%d bytes of %s", len(a.body), a.header.Get("Content-Type")))
	a, err = v.ask(ctx, "GET", v.c.flags.base+"/health", "")
	v.report("14.13 the id that joins logs", a, err, "X-Amz-Cf-Id "+a.header.Get("X-Amz-Cf-Id")+": is it cfRequestId in the function's log, and x-edge-request-id in CloudFront's?")
	if v.write != "" {
		a, err = v.ask(ctx, "POST", v.write, v.message(), "Content-Type", "application/json")
		v.report("14.1 a POST where a function chooses the origin", a, err, "")
		if v.c.wait(ctx, idle) == nil {
			a, err = v.ask(ctx, "POST", v.write, v.message(), "Content-Type", "application/json")
			v.report(fmt.Sprintf("14.11 a POST after %v without one", idle), a, err, "")
		}
	}
	for _, by := range []struct{ fact, hand string }{
		{"14.2", "drain or break the nearest region: does a GET still answer, from another one?"},
		{"14.3", "dig nearest.<originDomain> from two continents: the nearest region's address each?"},
		{"14.8", "drain the nearest region under load: how long do requests still reach it?"},
		{"14.12", "with drainedRegions set: what does CloudWatch say of HealthCheckStatus?"},
	} {
		v.c.print("  %s by hand: %s", by.fact, by.hand)
	}
}

func (v *visitor) report(what string, a answer, err error, more string) {
	if err != nil {
		v.c.print("  %s: %v", what, err)
		return
	}
	v.c.print("  %s: status %d, X-Cache %q %s", what, a.status, a.header.Get("X-Cache"), more)
}
