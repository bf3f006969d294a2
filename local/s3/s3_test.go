package s3

import (
	"encoding/xml"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/graph"
)

// The Pulumi SDK's logger, which package graph brings in, keeps one goroutine for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

type obj = map[string]any

const (
	distribution = "arn:aws:cloudfront::123456789012:distribution/E1"
	objectType   = "aws:s3/bucketObjectv2:BucketObjectv2"
	policyType   = "aws:s3/bucketPolicy:BucketPolicy"
)

func node(kind, name string, inputs, outputs obj) *graph.Resource {
	return &graph.Resource{URN: "urn:pulumi:test::onefront::" + kind + "::" + name, Type: kind, Name: name, Region: "eu-west-1", Inputs: inputs, Outputs: outputs}
}

func bucketResource(inputs obj) *graph.Resource {
	return node(bucketType, "site", inputs, obj{"bucket": "site", "arn": "arn:aws:s3:::site", "bucketRegionalDomainName": "site.s3.eu-west-1.amazonaws.com"})
}

func objectResource(key string, inputs obj) *graph.Resource {
	all := obj{"bucket": "site", "key": key}
	for k, v := range inputs {
		all[k] = v
	}
	return node(objectType, key, all, obj{"versionId": "v-" + key})
}

func policyResource(policy string) *graph.Resource {
	return node(policyType, "site", obj{"bucket": "site", "policy": policy}, nil)
}

// sitePolicy is what the program makes (F9.1), with or without the right to list (F9.2).
func sitePolicy(list bool) string {
	statement := func(action, resource string) string {
		return fmt.Sprintf(`{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":%q,"Resource":%q,"Condition":{"StringEquals":{"AWS:SourceArn":%q}}}`, action, resource, distribution)
	}
	statements := statement("s3:GetObject", "arn:aws:s3:::site/*")
	if list {
		statements += "," + statement("s3:ListBucket", "arn:aws:s3:::site")
	}
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// site is a bucket with a file, a text and a page under a folder.
func site(t *testing.T, list bool, more ...*graph.Resource) (*Service, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.js")
	if err := os.WriteFile(file, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
	g := graph.New(append([]*graph.Resource{
		bucketResource(obj{"forceDestroy": true}),
		policyResource(sitePolicy(list)),
		objectResource("assets/app.js", obj{"source": graph.Asset{Path: file}, "contentType": "text/javascript", "cacheControl": "public, max-age=31536000, immutable"}),
		objectResource("config.json", obj{"content": `{"a":1}`, "contentType": "application/json", "metadata": obj{"made-by": "onefront"}}),
		objectResource("raw", obj{"contentBase64": "AAH/"}),
		objectResource("empty", obj{"content": ""}),
		objectResource("with space/ü.txt", obj{"source": graph.Asset{Text: "text"}}),
	}, more...)...).Read()
	s, err := New(g, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, file
}

func ask(s *Service, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set(DistributionHeader, distribution)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Buckets()[0].Handler.ServeHTTP(w, r)
	return w
}

const (
	digitsTag = `"781e5e245d69b566979b86e28d23f2c7"` // md5 of 0123456789
	modified  = "Fri, 02 Jan 2026 03:04:05 GMT"
)

func TestGet_object(t *testing.T) {
	s, _ := site(t, true, node("aws:s3/bucketVersioningV2:BucketVersioningV2", "site", obj{"bucket": "site", "versioningConfiguration": obj{"status": "Enabled"}}, nil))
	if b := s.Buckets()[0]; b.Name != "site" || b.Host != "site.s3.eu-west-1.amazonaws.com" || b.Region != "eu-west-1" {
		t.Errorf("bucket %+v", b)
	}
	for _, method := range []string{"GET", "HEAD"} {
		w := ask(s, method, "/assets/app.js")
		h := w.Header()
		got := map[string]string{}
		for _, name := range []string{"ETag", "Last-Modified", "Content-Type", "Cache-Control", "Content-Length", "Accept-Ranges", "Server", "X-Amz-Version-Id", "X-Amz-Server-Side-Encryption"} {
			got[name] = h.Get(name)
		}
		want := map[string]string{
			"ETag": digitsTag, "Last-Modified": modified, "Content-Type": "text/javascript", "Cache-Control": "public, max-age=31536000, immutable",
			"Content-Length": "10", "Accept-Ranges": "bytes", "Server": "AmazonS3", "X-Amz-Version-Id": "v-assets/app.js", "X-Amz-Server-Side-Encryption": "AES256",
		}
		if diff := cmp.Diff(want, got); w.Code != 200 || diff != "" {
			t.Errorf("%s: %d (-want +got):\n%s", method, w.Code, diff)
		}
		if body := w.Body.String(); body != map[string]string{"GET": "0123456789", "HEAD": ""}[method] {
			t.Errorf("%s: body %q", method, body)
		}
	}
	for target, want := range map[string]string{"/config.json": `{"a":1}`, "/raw": "\x00\x01\xff", "/empty": "", "/with%20space/%C3%BC.txt": "text"} {
		if w := ask(s, "GET", target); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %q", target, w.Code, w.Body)
		}
	}
	if w := ask(s, "GET", "/config.json"); w.Header().Get("X-Amz-Meta-Made-By") != "onefront" {
		t.Errorf("metadata: %v", w.Header())
	}
	// F9.11: no type is inferred from the name.
	if w := ask(s, "GET", "/raw"); w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("type %q", w.Header().Get("Content-Type"))
	}
}

type errorBody struct{ Code, Message, Key, Condition, RequestId, HostId string }

func decodeError(t *testing.T, w *httptest.ResponseRecorder) errorBody {
	t.Helper()
	var e errorBody
	if err := xml.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("%v in %q", err, w.Body)
	}
	if w.Header().Get("Content-Type") != "application/xml" || e.RequestId != w.Header().Get("X-Amz-Request-Id") || e.HostId == "" {
		t.Errorf("error %+v with %v", e, w.Header())
	}
	return e
}

// F9.2: a missing key is 404 with the right to list the bucket and 403 without.
func TestF9_2_missingKey(t *testing.T) {
	for list, want := range map[bool]errorBody{true: {Code: "NoSuchKey", Key: "none.html"}, false: {Code: "AccessDenied"}} {
		s, _ := site(t, list)
		w := ask(s, "GET", "/none.html")
		if got := decodeError(t, w); got.Code != want.Code || got.Key != want.Key || w.Code != map[bool]int{true: 404, false: 403}[list] {
			t.Errorf("list %v: %d %+v", list, w.Code, got)
		}
		if w := ask(s, "HEAD", "/none.html"); w.Body.Len() != 0 || w.Code != map[bool]int{true: 404, false: 403}[list] {
			t.Errorf("HEAD, list %v: %d %q", list, w.Code, w.Body)
		}
	}
}

// F9.1: only the distribution that the policy names may read; nobody else, and nobody anonymous.
func TestF9_1_onlyTheDistribution(t *testing.T) {
	s, _ := site(t, true)
	for _, who := range []string{"", "arn:aws:cloudfront::123456789012:distribution/E2", "arn:aws:cloudfront::123456789012:distribution/E1/x"} {
		for _, target := range []string{"/config.json", "/none", "/"} {
			w := ask(s, "GET", target, DistributionHeader, who)
			if got := decodeError(t, w); w.Code != 403 || got.Code != "AccessDenied" || got.Message != "Access Denied" {
				t.Errorf("%q %s: %d %+v", who, target, w.Code, got)
			}
		}
	}
	// F9.3: without a policy there is nothing but 403.
	g := graph.New(bucketResource(nil), objectResource("a", obj{"content": "a"})).Read()
	bare, err := New(g, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(bare, "GET", "/a"); w.Code != 403 {
		t.Errorf("without a policy: %d", w.Code)
	}
}

func TestMethods(t *testing.T) {
	s, _ := site(t, true)
	for method, want := range map[string]struct {
		status int
		code   string
	}{
		"PUT": {403, "AccessDenied"}, "POST": {403, "AccessDenied"}, "DELETE": {403, "AccessDenied"}, "OPTIONS": {403, "AccessForbidden"},
		"PATCH": {405, "MethodNotAllowed"},
	} {
		w := ask(s, method, "/config.json")
		if got := decodeError(t, w); w.Code != want.status || got.Code != want.code {
			t.Errorf("%s: %d %+v", method, w.Code, got)
		}
	}
	all, err := New(graph.New(bucketResource(nil), policyResource(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`)).Read(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(all, "PUT", "/x"); w.Code != 501 {
		t.Errorf("PUT that is allowed: %d", w.Code)
	}
	if w := ask(all, "GET", "/x", DistributionHeader, ""); w.Code != 403 {
		t.Errorf("anonymous where everybody is allowed, but public access is blocked: %d", w.Code)
	}
}

// The root of a bucket lists it, for whoever may.
func TestList(t *testing.T) {
	s, _ := site(t, true)
	w := ask(s, "GET", "/")
	var got listing
	if err := xml.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatal(w.Code, err)
	}
	if got.Name != "site" || len(got.Contents) != 5 || got.Contents[0] != (listed{"assets/app.js", "2026-01-02T03:04:05.000Z", digitsTag, 10, "STANDARD"}) {
		t.Errorf("got %+v", got)
	}
	s, _ = site(t, false)
	if w := ask(s, "GET", "/"); w.Code != 403 {
		t.Errorf("without the right to list: %d", w.Code)
	}
}

// API_GetObject: conditional requests, and which condition wins.
func TestConditional(t *testing.T) {
	const before, after = "Thu, 01 Jan 2026 00:00:00 GMT", "Sat, 03 Jan 2026 00:00:00 GMT"
	s, _ := site(t, true)
	for _, c := range []struct {
		header []string
		status int
	}{
		{[]string{"If-None-Match", digitsTag}, 304},
		{[]string{"If-None-Match", "781e5e245d69b566979b86e28d23f2c7"}, 304},
		{[]string{"If-None-Match", `"x", W/` + digitsTag}, 304},
		{[]string{"If-None-Match", "*"}, 304},
		{[]string{"If-None-Match", `"x"`}, 200},
		{[]string{"If-Modified-Since", modified}, 304},
		{[]string{"If-Modified-Since", after}, 304},
		{[]string{"If-Modified-Since", before}, 200},
		{[]string{"If-Modified-Since", "nonsense"}, 200},
		{[]string{"If-Modified-Since", "Fri, 02 Jan 2099 00:00:00 GMT"}, 200}, // RFC 9110: a date in the future is none
		{[]string{"If-None-Match", `"x"`, "If-Modified-Since", after}, 200},
		{[]string{"If-None-Match", digitsTag, "If-Modified-Since", before}, 304},
		{[]string{"If-Match", digitsTag}, 200},
		{[]string{"If-Match", `"x"`}, 412},
		{[]string{"If-Unmodified-Since", before}, 412},
		{[]string{"If-Unmodified-Since", modified}, 200},
		{[]string{"If-Match", digitsTag, "If-Unmodified-Since", before}, 200},
	} {
		w := ask(s, "GET", "/assets/app.js", c.header...)
		if w.Code != c.status {
			t.Errorf("%v: %d, want %d", c.header, w.Code, c.status)
		}
		switch c.status {
		case 304:
			if w.Body.Len() != 0 || w.Header().Get("ETag") != digitsTag || w.Header().Get("Cache-Control") == "" || w.Header().Get("Content-Type") != "" {
				t.Errorf("%v: %v %q", c.header, w.Header(), w.Body)
			}
		case 412:
			if got := decodeError(t, w); got.Code != "PreconditionFailed" || got.Condition != c.header[0] {
				t.Errorf("%v: %+v", c.header, got)
			}
		}
	}
}

func TestRange(t *testing.T) {
	s, _ := site(t, true)
	for _, c := range []struct {
		spec, path string
		status     int
		body, want string
	}{
		{"bytes=0-3", "/assets/app.js", 206, "0123", "bytes 0-3/10"},
		{"bytes=7-", "/assets/app.js", 206, "789", "bytes 7-9/10"},
		{"bytes=7-99", "/assets/app.js", 206, "789", "bytes 7-9/10"},
		{"bytes=-2", "/assets/app.js", 206, "89", "bytes 8-9/10"},
		{"bytes=-99", "/assets/app.js", 206, "0123456789", "bytes 0-9/10"},
		{"bytes=10-", "/assets/app.js", 416, "", "bytes */10"},
		{"bytes=-0", "/assets/app.js", 416, "", "bytes */10"},
		{"bytes=0-", "/empty", 416, "", "bytes */0"},
		{"bytes=3-1", "/assets/app.js", 200, "0123456789", ""},
		{"bytes=0-1,3-4", "/assets/app.js", 200, "0123456789", ""},
		{"lines=0-1", "/assets/app.js", 200, "0123456789", ""},
		{"bytes=a-b", "/assets/app.js", 200, "0123456789", ""},
		{"bytes=99999999999999999999-", "/assets/app.js", 200, "0123456789", ""},
	} {
		w := ask(s, "GET", c.path, "Range", c.spec)
		if w.Code != c.status || w.Header().Get("Content-Range") != c.want {
			t.Errorf("%s: %d %q, want %d %q", c.spec, w.Code, w.Header().Get("Content-Range"), c.status, c.want)
		}
		if c.status == 416 {
			if got := decodeError(t, w); got.Code != "InvalidRange" {
				t.Errorf("%s: %+v", c.spec, got)
			}
		} else if w.Body.String() != c.body {
			t.Errorf("%s: body %q, want %q", c.spec, w.Body, c.body)
		}
	}
	for value, status := range map[string]int{digitsTag: 206, `"x"`: 200, modified: 206, "Sat, 03 Jan 2026 00:00:00 GMT": 200} {
		if w := ask(s, "GET", "/assets/app.js", "Range", "bytes=0-3", "If-Range", value); w.Code != status {
			t.Errorf("If-Range %s: %d, want %d", value, w.Code, status)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	for _, spec := range []string{"bytes=0-3", "bytes=-2", "bytes=7-", "bytes=0-1,3-4", "lines=1-2", "bytes=--1", ""} {
		f.Add(spec, 10)
	}
	f.Fuzz(func(t *testing.T, spec string, size int) {
		size = max(0, size)
		first, last, kind := parseRange(spec, size)
		if kind == rangeOne && (first < 0 || last < first || last >= size) {
			t.Errorf("parseRange(%q, %d) = %d, %d", spec, size, first, last)
		}
	})
}

// A file is read when it is first asked for, and anew once it has changed.
func TestFiles(t *testing.T) {
	s, file := site(t, true)
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	write("before the first request", at)
	if w := ask(s, "GET", "/assets/app.js"); w.Body.String() != "before the first request" {
		t.Errorf("%q", w.Body)
	}
	write("AFTER  the first request", at.Add(time.Second))
	w := ask(s, "GET", "/assets/app.js")
	if w.Body.String() != "AFTER  the first request" || w.Header().Get("Last-Modified") != "Sun, 01 Feb 2026 00:00:01 GMT" {
		t.Errorf("%q %v", w.Body, w.Header())
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	w = ask(s, "GET", "/assets/app.js")
	if got := decodeError(t, w); w.Code != 500 || got.Code != "InternalError" {
		t.Errorf("without the file: %d %+v", w.Code, got)
	}
}

// A file that became a link out of its folder, or a pipe, is served no more: not what the link shows, and without
// waiting for somebody to write into the pipe.
func TestFiles_swapped(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret words"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, swap := range map[string]func(file string) error{
		"link":   func(file string) error { return os.Symlink(secret, file) },
		"pipe":   func(file string) error { return syscall.Mkfifo(file, 0o600) },
		"folder": func(file string) error { return os.Mkdir(file, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			s, file := site(t, true)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if err := swap(file); err != nil {
				t.Fatal(err)
			}
			if got := ask(s, "GET", "/assets/app.js"); got.Code < 500 || strings.Contains(got.Body.String(), "secret words") {
				t.Errorf("got %d %s", got.Code, got.Body)
			}
		})
	}
}

// A link that the program let pass, inside the site's folder, is served.
func TestFiles_link(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte("page"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../page.html", filepath.Join(dir, "sub", "link.html")); err != nil {
		t.Fatal(err)
	}
	s, _ := site(t, true, objectResource("link.html", obj{"source": graph.Asset{Path: filepath.Join(dir, "sub", "link.html")}}))
	if got := ask(s, "GET", "/link.html"); got.Code != 200 || got.Body.String() != "page" {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}

func TestPolicy(t *testing.T) {
	const allowGet = `{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":["s3:Get*"],"Resource":"arn:aws:s3:::site/*"}`
	for _, c := range []struct {
		name, statements string
		want             bool
	}{
		{"nothing", "", false},
		{"wildcards", allowGet, true},
		{"action in another case", `{"Effect":"Allow","Principal":{"Service":["x","cloudfront.amazonaws.com"]},"Action":"S3:getobject","Resource":"arn:aws:s3:::site/a?c/*"}`, true},
		{"other resource", `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::site"}`, false},
		{"other service", `{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"*","Resource":"*"}`, false},
		{"everyone", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}`, true},
		{"deny wins", allowGet + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`, false},
		{"deny of plain HTTP", allowGet + `,{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, true},
		{"account", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":["1","123456789012"]}}}`, true},
		{"other account", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}`, false},
		{"like", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:cloudfront::*:distribution/E1"}}}`, true},
		{"equals takes no wildcard", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::*:distribution/E1"}}}`, false},
	} {
		p, err := parsePolicy(`{"Version":"2012-10-17","Id":"x","Statement":[` + c.statements + `]}`)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		r := request{service: cloudFrontService, sourceARN: distribution, sourceAccount: "123456789012", action: "s3:GetObject", resource: "arn:aws:s3:::site/abc/d"}
		if got := p.allows(r); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNew_refuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		name string
		node *graph.Resource
		want string
	}{
		{"unknown bucket property", bucketResource(obj{"websites": []any{obj{}}}), "websites"},
		{"object of no bucket", objectResource("a", obj{"bucket": "other", "content": ""}), `bucket: "other": want the name of a bucket`},
		{"object without a file", objectResource("a", obj{"source": graph.Asset{Path: missing}}), "source: stat " + missing},
		{"object of a folder", objectResource("a", obj{"source": graph.Asset{Path: filepath.Dir(missing)}}), "want a file, not a folder"},
		{"object twice", objectResource("//x", obj{"content": ""}), "another object of bucket"},
		{"object without a key", objectResource("/", obj{"content": ""}), "want a name"},
		{"ACL", objectResource("a", obj{"content": "", "acl": "public-read"}), "acl"},
		{"base64", objectResource("a", obj{"contentBase64": "?"}), "contentBase64"},
		{"public bucket", node("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "site", obj{"bucket": "site", "blockPublicAcls": true}, nil), "want all four settings true"},
		{"unknown encryption property", node("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "site", obj{"bucket": "site", "rules": []any{}, "x": 1.0}, nil), "x: 1"},
		{"unknown lifecycle property", node("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "site", obj{"bucket": "site", "rules": []any{}, "x": 1.0}, nil), "x: 1"},
		{"ownership of no bucket", node("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "site", obj{"bucket": "other", "rule": obj{}}, nil), `bucket: "other"`},
		{"policy JSON", policyResource("{"), "policy:"},
		{"policy element", policyResource(`{"Statement":[{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}]}`), "NotPrincipal"},
		{"policy effect", policyResource(`{"Statement":[{"Effect":"Maybe","Principal":"*","Action":"*","Resource":"*"}]}`), `Effect: "Maybe": want Allow or Deny`},
		{"policy condition", policyResource(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}}]}`), "IpAddress aws:SourceIp: local mode does not know this condition"},
		{"policy without action", policyResource(`{"Statement":[{"Effect":"Allow","Principal":"*","Resource":"*"}]}`), "want Action and Resource"},
	} {
		resources := []*graph.Resource{c.node}
		if c.node.Type != bucketType {
			resources = append([]*graph.Resource{bucketResource(nil), objectResource("x", obj{"content": ""})}, c.node)
		}
		_, err := New(graph.New(resources...).Read(), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.node.URN) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// F9.12: leading slashes are dropped and doubled ones collapse.
func TestF9_12_keys(t *testing.T) {
	for key, want := range map[string]string{"a": "a", "/a": "a", "//a//b///c": "a/b/c", "./a": "a", "a/": "a/"} {
		if got := cleanKey(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}
