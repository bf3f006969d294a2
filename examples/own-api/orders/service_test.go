package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/golang-jwt/jwt/v5"

	"example.com/orders/standin"
)

var key = []byte("a key of this test, of 32 bytes.")

// newService is the service on a stand-in for its table.
func newService(t *testing.T) (*service, *standin.Table) {
	t.Helper()
	items := &standin.Table{}
	server := httptest.NewServer(items)
	t.Cleanup(server.Close)
	client := dynamodb.New(dynamodb.Options{
		Region: "eu-central-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return &service{sessions: newSessions(key), store: &table{client: client, name: "test-orders"}}, items
}

// token signs claims; change may spoil them.
func token(t *testing.T, subject string, change func(jwt.MapClaims)) string {
	t.Helper()
	claims := jwt.MapClaims{"iss": issuer, "aud": audience, "sub": subject, "exp": time.Now().Add(time.Hour).Unix()}
	if change != nil {
		change(claims)
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (s *service) ask(t *testing.T, method, id, bearer, idempotencyKey, body string) response {
	t.Helper()
	r := request{Body: body, Headers: map[string]string{"idempotency-key": idempotencyKey}}
	if bearer != "" {
		r.Headers["authorization"] = "Bearer " + bearer
	}
	if id != "" {
		r.PathParameters = map[string]string{"id": id}
	}
	r.RequestContext.HTTP.Method = method
	got, err := s.handle(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Headers["Cache-Control"] != "no-store" {
		t.Errorf("%s %q: Cache-Control %q", method, id, got.Headers["Cache-Control"])
	}
	return got
}

func idOf(t *testing.T, r response) string {
	t.Helper()
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(r.Body), &made); err != nil || made.ID == "" {
		t.Fatalf("no id in %s", r.Body)
	}
	return made.ID
}

// An attempt that is made again is the same order, not a second one.
func TestCreate_isIdempotent(t *testing.T) {
	s, items := newService(t)
	ada := token(t, "ada", nil)
	first := s.ask(t, http.MethodPost, "", ada, "k1", `{"product": "tea"}`)
	again := s.ask(t, http.MethodPost, "", ada, "k1", `{"product": "tea"}`)
	if first.StatusCode != http.StatusCreated || again.StatusCode != http.StatusOK || idOf(t, first) != idOf(t, again) || items.Len() != 1 {
		t.Errorf("first %d %s, again %d %s, %d items", first.StatusCode, first.Body, again.StatusCode, again.Body, items.Len())
	}
	if other := s.ask(t, http.MethodPost, "", ada, "k1", `{"product": "cake"}`); other.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another order under the same key: %d %s", other.StatusCode, other.Body)
	}
	if second := s.ask(t, http.MethodPost, "", ada, "k2", `{"product": "tea"}`); second.StatusCode != http.StatusCreated || idOf(t, second) == idOf(t, first) {
		t.Errorf("another key: %d %s", second.StatusCode, second.Body)
	}
	if eve := s.ask(t, http.MethodPost, "", token(t, "eve", nil), "k1", `{"product": "tea"}`); eve.StatusCode != http.StatusCreated || idOf(t, eve) == idOf(t, first) {
		t.Errorf("another customer's equal key: %d %s", eve.StatusCode, eve.Body)
	}
}

// An order is its customer's alone.
func TestShow_hidesOthersOrders(t *testing.T) {
	s, _ := newService(t)
	id := idOf(t, s.ask(t, http.MethodPost, "", token(t, "ada", nil), "k1", `{"product": "tea"}`))
	if got := s.ask(t, http.MethodGet, id, token(t, "ada", nil), "", ""); got.StatusCode != http.StatusOK || !strings.Contains(got.Body, `"product":"tea"`) || strings.Contains(got.Body, "ada") {
		t.Errorf("ada: %d %s", got.StatusCode, got.Body)
	}
	eve, none := s.ask(t, http.MethodGet, id, token(t, "eve", nil), "", ""), s.ask(t, http.MethodGet, "0", token(t, "eve", nil), "", "")
	if eve.StatusCode != http.StatusNotFound || eve.Body != none.Body {
		t.Errorf("eve: %d %s, of none %s", eve.StatusCode, eve.Body, none.Body)
	}
}

// Whoever cannot prove who they are gets nothing, and nothing happens.
func TestHandle_sessions(t *testing.T) {
	s, items := newService(t)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "ada", "exp": time.Now().Add(time.Hour).Unix()}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	otherKey, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": issuer, "aud": audience, "sub": "ada", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte("another key"))
	if err != nil {
		t.Fatal(err)
	}
	for name, bearer := range map[string]string{
		"none": "", "no token": "ada", "no signature": unsigned, "another key": otherKey,
		"expired":         token(t, "ada", func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }),
		"for ever":        token(t, "ada", func(c jwt.MapClaims) { delete(c, "exp") }),
		"another issuer":  token(t, "ada", func(c jwt.MapClaims) { c["iss"] = "https://evil.example" }),
		"for another API": token(t, "ada", func(c jwt.MapClaims) { c["aud"] = "reports" }),
		"nobody":          token(t, "", nil),
	} {
		got := s.ask(t, http.MethodPost, "", bearer, "k1", `{"product": "tea"}`)
		if got.StatusCode != http.StatusUnauthorized || got.Headers["WWW-Authenticate"] != "Bearer" {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.Body)
		}
	}
	if items.Len() != 0 {
		t.Errorf("%d orders were made", items.Len())
	}
}

func TestHandle_refusals(t *testing.T) {
	s, _ := newService(t)
	ada := token(t, "ada", nil)
	for name, c := range map[string]struct {
		method, id, key, body string
		status                int
	}{
		"no key":          {http.MethodPost, "", "", `{"product": "tea"}`, http.StatusBadRequest},
		"a long key":      {http.MethodPost, "", strings.Repeat("k", 256), `{"product": "tea"}`, http.StatusBadRequest},
		"no product":      {http.MethodPost, "", "k", `{}`, http.StatusBadRequest},
		"another product": {http.MethodPost, "", "k", `{"product": "beer"}`, http.StatusBadRequest},
		"no JSON":         {http.MethodPost, "", "k", `tea`, http.StatusBadRequest},
		"a list of all":   {http.MethodGet, "", "", "", http.StatusMethodNotAllowed},
		"a change":        {http.MethodPut, "1", "", "", http.StatusMethodNotAllowed},
	} {
		if got := s.ask(t, c.method, c.id, ada, c.key, c.body); got.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", name, got.StatusCode, got.Body, c.status)
		}
	}
}

// A table that does not answer is 503: the code for which reads go to the next region.
func TestHandle_tableDown(t *testing.T) {
	s, items := newService(t)
	items.Fail(true)
	ada := token(t, "ada", nil)
	for method, id := range map[string]string{http.MethodPost: "", http.MethodGet: "1"} {
		if got := s.ask(t, method, id, ada, "k", `{"product": "tea"}`); got.StatusCode != http.StatusServiceUnavailable || got.Headers["Retry-After"] == "" {
			t.Errorf("%s: %d %s", method, got.StatusCode, got.Body)
		}
	}
}

func TestDecode_base64(t *testing.T) {
	var wish struct{ Product string }
	r := request{Body: base64.StdEncoding.EncodeToString([]byte(`{"product": "tea"}`)), IsBase64Encoded: true}
	if err := decode(r, &wish); err != nil || wish.Product != "tea" {
		t.Errorf("got %q, %v", wish.Product, err)
	}
	r.Body = "no base64!"
	if err := decode(r, &wish); err == nil {
		t.Error("taken")
	}
}
