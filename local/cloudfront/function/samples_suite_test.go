//go:build suites

package function_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onefront/onefront/local/cloudfront/function"
)

var samplesDir = flag.String("samples", "", "checkout of github.com/aws-samples/amazon-cloudfront-functions")

// TestSuite_samples runs AWS's samples and compares with testdata/samples.json.
func TestSuite_samples(t *testing.T) {
	if *samplesDir == "" {
		t.Fatal("-samples is missing: make function-samples DIR=<checkout of aws-samples/amazon-cloudfront-functions>")
	}
	known := map[string]bool{}
	for _, r := range sampleRuns(t) {
		known[r.File] = true
		t.Run(r.File, func(t *testing.T) { runSample(t, r) })
	}
	files, err := filepath.Glob(filepath.Join(*samplesDir, "*", "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: got %d samples, error %v", *samplesDir, len(files), err)
	}
	for _, file := range files {
		name, err := filepath.Rel(*samplesDir, file)
		if err != nil {
			t.Fatal(err)
		}
		if !known[filepath.ToSlash(name)] {
			t.Errorf("%s: not in testdata/samples.json", name)
		}
	}
}

func runSample(t *testing.T, r sampleRun) {
	code, err := os.ReadFile(filepath.Join(*samplesDir, filepath.FromSlash(r.File)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := function.New(string(code), r.Keys, nil)
	if r.Refused != "" {
		if err == nil || !strings.Contains(err.Error(), r.Refused) {
			t.Fatalf("got %v, want a refusal with %q", err, r.Refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	e := sample()
	e.Request.URI = "/media"
	if r.Query != "" {
		e.Request.Query = function.ParseQuery(strings.ReplaceAll(r.Query, "TOKEN", token("secret")))
	}
	e.Request.Headers.Set("CloudFront-Viewer-Country", "DE")
	var result function.Result
	if r.Event == "viewer-response" {
		e.Request.Headers.Set("Origin", "*")
		result, err = f.ViewerResponse(t.Context(), withResponse(e))
	} else {
		result, err = f.ViewerRequest(t.Context(), e)
	}
	if err != nil {
		t.Fatal(err)
	}
	compareSample(t, r, result)
}

func compareSample(t *testing.T, r sampleRun, got function.Result) {
	t.Helper()
	var headers http.Header
	switch {
	case r.Status != 0 && got.Response != nil && got.Response.StatusCode == r.Status:
		headers = got.Response.Headers
	case r.URI != "" && got.Request != nil && got.Request.URI == r.URI:
		headers = got.Request.Headers
	default:
		t.Fatalf("got request %+v, answer %+v; want uri %q or status %d", got.Request, got.Response, r.URI, r.Status)
	}
	for name, want := range r.Headers {
		if value := headers.Get(name); value != want {
			t.Errorf("%s: got %q, want %q", name, value, want)
		}
	}
	if r.RawQuery != "" && got.Request.Query.Query() != r.RawQuery {
		t.Errorf("query: got %q, want %q", got.Request.Query.Query(), r.RawQuery)
	}
	if r.Origin != "" && (got.Origin == nil || got.Origin.Update == nil || *got.Origin.Update.DomainName != r.Origin) {
		t.Errorf("origin: got %+v, want %q", got.Origin, r.Origin)
	}
}

// token is a JSON Web Token, signed with HMAC and SHA-256.
func token(key string) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1234567890","nbf":1516239022}`))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
