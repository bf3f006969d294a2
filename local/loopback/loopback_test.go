package loopback_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/onefront/onefront/local/loopback"
)

func served(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func TestOnly(t *testing.T) {
	t.Parallel()
	h := loopback.Only("127.0.0.1:4000", http.HandlerFunc(served))
	tests := map[string]struct {
		host    string
		headers map[string]string
		want    int
	}{
		"a program":                       {"127.0.0.1:4000", nil, 204},
		"another name, rebound":           {"evil.example:4000", nil, 403},
		"another name without a port":     {"evil.example", nil, 403},
		"localhost is not what was told":  {"localhost:4000", nil, 403},
		"another port":                    {"127.0.0.1:4001", nil, 403},
		"no host":                         {"", nil, 403},
		"another page":                    {"127.0.0.1:4000", map[string]string{"Origin": "http://evil.example"}, 403},
		"a page without an origin":        {"127.0.0.1:4000", map[string]string{"Origin": "null"}, 403},
		"another page's picture":          {"127.0.0.1:4000", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"a page of another port":          {"127.0.0.1:4000", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"typed into the address bar":      {"127.0.0.1:4000", map[string]string{"Sec-Fetch-Site": "none"}, 204},
		"rebound, as its own page":        {"evil.example:4000", map[string]string{"Origin": "http://evil.example:4000", "Sec-Fetch-Site": "same-origin"}, 403},
		"its own page, should it get one": {"127.0.0.1:4000", map[string]string{"Origin": "http://127.0.0.1:4000", "Sec-Fetch-Site": "same-origin"}, 204},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("POST", "/", nil)
			r.Host = tt.host
			for k, v := range tt.headers {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}

func TestIsName(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:8081": true, "127.9.9.9:1": true, "[::1]:8081": true, "localhost": true, "LOCALHOST:8081": true,
		"x.localhost:1": true, "evil.example": false, "127.0.0.1.evil.example": false, "10.0.0.1:1": false, "": false, "localhost.evil.example": false,
	} {
		if got := loopback.IsName(host); got != want {
			t.Errorf("%q: got %t, want %t", host, got, want)
		}
	}
}

func TestSigned(t *testing.T) {
	t.Parallel()
	h := loopback.Signed("ASIASECRET", http.HandlerFunc(served), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for authorization, want := range map[string]int{
		"AWS4-HMAC-SHA256 Credential=ASIASECRET/20261128/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0": 204,
		"AWS4-HMAC-SHA256 Credential=ASIAOTHER/20261128/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0":  403,
		"AWS4-HMAC-SHA256 Credential=ASIASECRETX/20261128/eu-west-1/sqs/aws4_request":                                 403,
		"AWS4-HMAC-SHA256 Credential=": 403, "Bearer ASIASECRET": 403, "": 403,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: got %d, want %d", authorization, w.Code, want)
		}
	}
}
