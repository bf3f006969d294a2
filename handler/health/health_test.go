package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/telemetry"
)

const secretPath = "/api/health/5c1d77"

// asked is a health function whose requests come at the times that at gives.
type asked struct {
	*health
	at func() time.Time
}

func newHealth(read func(context.Context) (string, error), at func() time.Time) *asked {
	return &asked{at: at, health: &health{
		environment: environment{region: "eu-west-1", version: "0123456789ab", public: "/api/health", secret: secretPath},
		drain:       &drain{read: read, log: slog.New(slog.NewJSONHandler(io.Discard, nil))},
	}}
}

func (h *asked) ask(t *testing.T, method, path string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	e := events.APIGatewayV2HTTPRequest{RawPath: path}
	e.RequestContext.HTTP.Method, e.RequestContext.TimeEpoch = method, h.at().UnixMilli()
	got, err := h.handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestHealth(t *testing.T) {
	t.Parallel()
	const serving = `{"status":"ok","region":"eu-west-1","version":"0123456789ab","drained":false}` + "\n"
	drained := strings.Replace(serving, "false", "true", 1)
	for target, want := range map[string]struct {
		value, body string
		status      int
		allow, kind string
	}{
		"GET /api/health 1":         {"-", serving, 200, "", "application/json"},
		"GET /api/health 2":         {"drained", drained, 200, "", "application/json"},
		"GET " + secretPath + " 1":  {"-", serving, 200, "", "application/json"},
		"GET " + secretPath + " 2":  {"drained", drained, 503, "", "application/json"},
		"HEAD " + secretPath + " 1": {"drained", drained, 503, "", "application/json"},
		"HEAD /api/health":          {"-", serving, 200, "", "application/json"},
		"OPTIONS /api/health":       {"-", "", 204, allow, ""},
		"POST /api/health":          {"-", `{"title":"Method Not Allowed","status":405,"detail":"This path takes GET, HEAD, OPTIONS."}` + "\n", 405, allow, "application/problem+json"},
		"GET /api/health/other":     {"drained", `{"title":"Not Found","status":404,"detail":"There is nothing at this path."}` + "\n", 404, "", "application/problem+json"},
	} {
		fields := strings.Fields(target)
		h := newHealth(func(context.Context) (string, error) { return want.value, nil }, time.Now)
		got := h.ask(t, fields[0], fields[1])
		headers := map[string]string{"cache-control": "no-store", "x-onefront-region": "eu-west-1"}
		for name, value := range map[string]string{"allow": want.allow, "content-type": want.kind} {
			if value != "" {
				headers[name] = value
			}
		}
		if diff := cmp.Diff(events.APIGatewayV2HTTPResponse{StatusCode: want.status, Headers: headers, Body: want.body}, got); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", target, want.value, diff)
		}
	}
}

// TestDrain_readings: one reading in 10 s, a failure keeps what was known, and a missing parameter means not drained.
// TestHealth_log: a healthy check is worth a line at debug only, and no line has the secret path.
func TestHealth_log(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]string{slog.LevelDebug: "DEBUG 200, DEBUG 200, INFO 503", slog.LevelInfo: "INFO 503", slog.LevelWarn: ""} {
		var out bytes.Buffer
		value := "-"
		h := newHealth(func(context.Context) (string, error) { return value, nil }, time.Now)
		h.drain.log = telemetry.NewLogger(&out, level)
		h.ask(t, "GET", "/api/health")
		h.ask(t, "GET", secretPath)
		value, h.drain.tried = "drained", time.Time{}
		h.ask(t, "GET", secretPath)
		var got []string
		for raw := range bytes.Lines(out.Bytes()) {
			var line struct {
				Level  string
				Status int
			}
			if err := json.Unmarshal(raw, &line); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(line.Level, " ", line.Status))
		}
		if strings.Join(got, ", ") != want || strings.Contains(out.String(), secretPath) {
			t.Errorf("%s: %s", level, out.String())
		}
	}
}

func TestDrain_readings(t *testing.T) {
	t.Parallel()
	down := errors.New("SSM is down")
	now, reads := time.Unix(1_800_000_000, 0), 0
	var value string
	var fails error
	h := newHealth(func(context.Context) (string, error) { reads++; return value, fails }, func() time.Time { return now })
	for i, step := range []struct {
		after  time.Duration
		value  string
		fails  error
		status int
		reads  int // in all
	}{
		{0, "drained", down, 200, 1},
		{9999 * time.Millisecond, "drained", nil, 200, 1}, // a failure is believed as long
		{time.Millisecond, "drained", nil, 503, 2},
		{9 * time.Second, "-", nil, 503, 2},
		{time.Second, "-", down, 503, 3},
		{10 * time.Second, "-", nil, 200, 4},
		{10 * time.Second, "drained", nil, 503, 5},
		{10 * time.Second, "", errMissing, 200, 6},
		{10 * time.Second, "Drained?", nil, 200, 7},
		{-time.Hour, "drained", nil, 503, 8}, // a clock set back does not hold a value for an hour
	} {
		now, value, fails = now.Add(step.after), step.value, step.fails
		if got := h.ask(t, "GET", secretPath); got.StatusCode != step.status || reads != step.reads {
			t.Fatalf("step %d: status %d after %d reads, want %d after %d", i, got.StatusCode, reads, step.status, step.reads)
		}
	}
}

// TestDrain_hangs: a reading that hangs holds an answer for 500 ms, and nothing of it is left when Lambda freezes.
func TestDrain_hangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth(func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }, time.Now)
		start := time.Now()
		if got := h.ask(t, "GET", secretPath); got.StatusCode != 200 || time.Since(start) != 500*time.Millisecond {
			t.Errorf("status %d after %s", got.StatusCode, time.Since(start))
		}
		if h.ask(t, "GET", secretPath); time.Since(start) != 500*time.Millisecond {
			t.Errorf("the second waited too: %s", time.Since(start))
		}
	})
}

// TestParameterReader: the SDK's own client against SSM's answers.
func TestParameterReader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		value   string
		missing bool
		fails   bool
	}{
		"value":   {200, `{"Parameter":{"Name":"/onefront/prod/drain","Type":"String","Value":"drained"}}`, "drained", false, false},
		"missing": {400, `{"__type":"ParameterNotFound"}`, "", true, true},
		"denied":  {400, `{"__type":"AccessDeniedException","message":"no"}`, "", false, true},
		"down":    {503, `{}`, "", false, true},
	} {
		asked := make(chan string, 9)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			asked <- r.Header.Get("X-Amz-Target") + " " + string(body)
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		e := environment{region: "eu-west-1", parameter: "/onefront/prod/drain", ssmEndpoint: server.URL}
		e.credentials.AccessKeyID, e.credentials.SecretAccessKey = "a", "b"
		value, err := parameterReader(e)(t.Context())
		server.Close()
		if value != c.value || errors.Is(err, errMissing) != c.missing || (err != nil) != c.fails || len(asked) != 1 {
			t.Errorf("%s: %q, %v, asked %d times", name, value, err, len(asked))
		}
		if got := <-asked; got != `AmazonSSM.GetParameter {"Name":"/onefront/prod/drain"}` {
			t.Errorf("%s: asked %s", name, got)
		}
	}
}

func TestReadEnvironment(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"AWS_REGION": "eu-west-1", "ONEFRONT_DRAIN_PARAMETER": "/onefront/prod/drain", "ONEFRONT_HEALTH_PATH": secretPath, "LAMBDA_TASK_ROOT": "/var/task",
	}
	for name, c := range map[string]struct{ variable, value, file, want string }{
		"good":       {"", "", "0123456789ab\n", ""},
		"no region":  {"AWS_REGION", "", "0123456789ab", "environment variable AWS_REGION: is not set"},
		"no path":    {"ONEFRONT_HEALTH_PATH", "", "0123456789ab", "environment variable ONEFRONT_HEALTH_PATH: is not set"},
		"a bad path": {"ONEFRONT_HEALTH_PATH", "5c1d", "0123456789ab", "environment variable ONEFRONT_HEALTH_PATH: not a path such as /api/health/<random>"},
		"no file":    {"", "", "", "the version: file does not exist"},
		"bad file":   {"", "", "v1", `the version in /var/task/version: "v1": 12 hex digits`},
	} {
		get := func(name string) string {
			if name == c.variable {
				return c.value
			}
			return good[name]
		}
		e, err := readEnvironment(get, func(path string) ([]byte, error) {
			if path != "/var/task/version" || c.file == "" {
				return nil, fs.ErrNotExist
			}
			return bytes.Clone([]byte(c.file)), nil
		})
		if c.want == "" && (err != nil || e.public != "/api/health" || e.secret != secretPath || e.version != "0123456789ab" || e.parameter != "/onefront/prod/drain") {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
		if c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
