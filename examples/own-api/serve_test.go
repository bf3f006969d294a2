package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/orders/standin"
)

const sessionKey = "a key of this test, of 32 bytes."

// serve runs local mode in this folder, as `go tool local` does, and returns where it is heard.
func serve(t *testing.T, table string) (viewer, admin string) {
	t.Helper()
	local := filepath.Join(t.TempDir(), "local")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", local, "github.com/onefront/onefront/local").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), local, "-stack", "prod",
		"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-without", "aws:dynamodb/table:Table", "-quiet")
	command.Env = append(os.Environ(), "ORDERS_TABLE_ENDPOINT="+table, "ONEFRONT_SECRET_SESSION_KEY="+sessionKey)
	var said bytes.Buffer
	command.Stderr = &said
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil {
			t.Errorf("local mode ended: %v\n%s", err, said.String())
		}
	})
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	ready := regexp.MustCompile(`^ready viewer=(\S+) admin=(\S+) stack=prod routing=dns regions=eu-central-1,us-west-2,ap-northeast-1\n$`).FindStringSubmatch(line)
	if ready == nil {
		t.Fatalf("said %q", line)
	}
	return ready[1], ready[2]
}

type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

// The whole topology on localhost: reads are cached and fail over in the same request, writes move with the health
// checks, and an order that is sent again in another region is the same order.
func TestServed(t *testing.T) {
	items := &standin.Table{}
	table := httptest.NewServer(items)
	defer table.Close()
	viewer, admin := serve(t, table.URL)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "https://sign-in.example.org", "aud": "orders", "sub": "ada", "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(sessionKey))
	if err != nil {
		t.Fatal(err)
	}
	signedIn := []string{"Authorization", "Bearer " + token, "Idempotency-Key", "k1", "Content-Type", "application/json"}

	for _, want := range []string{"Miss from cloudfront", "Hit from cloudfront"} {
		if got := ask(t, http.MethodGet, viewer+"/api/products", ""); got.status != http.StatusOK || got.header.Get("X-Cache") != want {
			t.Errorf("products: %d %s, want %s", got.status, got.header.Get("X-Cache"), want)
		}
	}
	if got := ask(t, http.MethodPost, viewer+"/api/orders", `{"product": "tea"}`); got.status != http.StatusUnauthorized {
		t.Errorf("who is not signed in: %d %s", got.status, got.body)
	}
	first := ask(t, http.MethodPost, viewer+"/api/orders", `{"product": "tea"}`, signedIn...)
	if first.status != http.StatusCreated || first.header.Get("X-Onefront-Region") != "eu-central-1" {
		t.Fatalf("order: %d %s of %q", first.status, first.body, first.header.Get("X-Onefront-Region"))
	}
	if page := ask(t, http.MethodGet, viewer+"/", ""); page.status != http.StatusOK || !strings.Contains(page.body, "Tea and cake") {
		t.Errorf("site: %d", page.status)
	}

	ask(t, http.MethodPut, admin+"/regions/eu-central-1", `{"fault": "down"}`)
	read := ask(t, http.MethodGet, viewer+"/api/products?locale=de", "")
	if region := read.header.Get("X-Onefront-Region"); read.status != http.StatusOK || region == "eu-central-1" || region == "" {
		t.Errorf("a read of the region that is down: %d of %q", read.status, region)
	}
	if got := ask(t, http.MethodPost, admin+"/clock", `{"advanceSeconds": 180}`); got.status != http.StatusOK {
		t.Errorf("clock: %d %s", got.status, got.body)
	}
	again := ask(t, http.MethodPost, viewer+"/api/orders", `{"product": "tea"}`, signedIn...)
	if region := again.header.Get("X-Onefront-Region"); again.status != http.StatusOK || again.body != first.body || region == "eu-central-1" || region == "" {
		t.Errorf("the same order in another region: %d %s of %q", again.status, again.body, region)
	}
	if items.Len() != 1 {
		t.Errorf("%d orders in the table", items.Len())
	}
}
