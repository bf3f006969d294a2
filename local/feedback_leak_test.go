package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/handler/leak"
)

// The SaaS key is planted as a canary and searched for, in every form, in whatever comes out of the whole
// topology: answers and their headers, logs, queues, admin answers, the site, under every failure of the SaaS
// and of what stands beside it, and for input that no client sends.
func TestLeak_everywhere(t *testing.T) {
	r := startFeedback(t, map[string]string{"ONEFRONT_UPSTREAM_API_KEY": leak.Canary}, "-log", "json")
	searched := 0
	search := func(where string, out []byte) {
		searched++
		if form := leak.Find(out, leak.Canary); form != "" {
			t.Errorf("%s holds the key (%s)", where, form)
		}
	}
	see := func(where string, a answer) {
		search(where+": body", a.body)
		for name, values := range a.header {
			search(where+": header "+name, []byte(strings.Join(values, "\n")))
		}
	}
	post := func(body, contentType string) answer {
		return r.ask("POST", r.viewer+"/api/feedback", body, "Content-Type", contentType)
	}
	see("delivered", post(`{"message":"hello"}`, "application/json"))
	if tickets := r.tickets(); len(tickets) != 1 || !tickets[0].Authenticated {
		t.Fatalf("tickets = %v, want one that came with the key: else the search proves nothing", tickets)
	}
	var regions []struct{ Region, URL string }
	r.control("GET", "/regions", "").into(t, &regions)
	for _, fault := range []string{
		`{"fault":"down"}`, `{"fault":"error","statusCode":400}`, `{"fault":"error","statusCode":401}`, `{"fault":"error","statusCode":403}`,
		`{"fault":"error","statusCode":408}`, `{"fault":"error","statusCode":422}`, `{"fault":"error","statusCode":429}`,
		`{"fault":"error","statusCode":500}`, `{"fault":"error","statusCode":302}`, `{"fault":"slow","latencyMs":10}`, `{"fault":"timeout"}`,
	} {
		r.control("PUT", "/saas", fault)
		see("post under "+fault, post(`{"message":"hello"}`, "application/json"))
		see("topics under "+fault, r.ask("GET", r.viewer+"/api/topics?locale=de", ""))
		see("round the edge under "+fault, r.ask("POST", regions[0].URL+"/api/feedback", `{"message":"hello"}`))
		r.control("PUT", "/services/eu-west-1/sqs", `{"fault":"down"}`)
		see("post without a queue under "+fault, post(`{"message":"hello"}`, "application/json"))
		r.control("PUT", "/services/eu-west-1/sqs", `{"fault":"none"}`)
	}
	r.control("PUT", "/saas", `{"fault":"none"}`)
	r.control("PUT", "/services/us-east-1/ssm", `{"fault":"error"}`)
	see("parameter store down", r.ask("POST", r.viewer+"/api/feedback", `{"message":"hello"}`, "Content-Type", "application/json", "X-Onefront-Viewer", "IAD"))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		noise := make([]byte, random.IntN(200))
		for j := range noise {
			noise[j] = byte(random.Uint32())
		}
		body := string(noise)
		if i%2 == 0 {
			body = fmt.Sprintf(`{"message":"{{key}} ${ONEFRONT_UPSTREAM_API_KEY} %%s","topic":%q,"context":{"authorization":"{{.Key}}"}}`, noise)
		}
		see("fuzzed", post(body, []string{"application/json", "text/plain", "application/json; charset=utf-8"}[i%3]))
	}
	for _, method := range []string{"TRACE", "OPTIONS", "HEAD", "DELETE"} {
		see(method, r.ask(method, r.viewer+"/api/feedback", ""))
	}
	r.control("POST", "/clock", `{"advanceSeconds": 300}`)
	for _, path := range []string{"/regions", "/saas/tickets", "/queues", "/requests?limit=1000", "/dns", "/stats", "/"} {
		see("admin "+path, r.ask("GET", r.admin+path, ""))
	}
	for _, path := range []string{"/", "/config.json", "/assets/app.js", "/status/", "/404.html", "/no/such/page"} {
		see("site "+path, r.ask("GET", r.viewer+path, ""))
	}
	if a := r.ask("GET", r.viewer+"/config.json", ""); a.status != http.StatusOK {
		t.Errorf("/config.json: %d", a.status)
	}
	search("standard error", []byte(r.stderr.String()))
	if searched < 1000 || !strings.Contains(r.stderr.String(), "queued") {
		t.Errorf("searched %d places in a log of %d bytes: too little to prove anything", searched, len(r.stderr.String()))
	}
}

// Nor is the key in the recorded graph, but for the parameters that are there to hold it, marked secret; nor in
// an output or in a file of the project.
func TestLeak_graph(t *testing.T) {
	for _, name := range []string{"prod", "staging"} {
		s, err := loadStack(flags{stack: name}, nil, noEnvironment)
		if err != nil {
			t.Fatal(err)
		}
		g, err := recordOnce(s, t.Context(), recording{key: leak.Canary, hear: func(graph.Message) {}})
		if err != nil {
			t.Fatal(err)
		}
		golden, err := g.Golden()
		if err != nil {
			t.Fatal(err)
		}
		if form := leak.Find(golden, leak.Canary); form != "" {
			t.Errorf("%s: the graph holds the key (%s)", name, form)
		}
		for output, value := range g.Outputs {
			if form := leak.Find(fmt.Append(nil, value), leak.Canary); form != "" {
				t.Errorf("%s: the output %s holds the key (%s)", name, output, form)
			}
		}
		held := slices.ContainsFunc(g.ByType("aws:ssm/parameter:Parameter"), func(r *graph.Resource) bool { return r.Output("value") == leak.Canary })
		if !held {
			t.Errorf("%s: the key is not where it belongs: the search proves nothing", name)
		}
	}
	files, err := filepath.Glob("site/**/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in site: %v", err)
	}
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil {
			if form := leak.Find(content, leak.Canary); form != "" {
				t.Errorf("%s holds the key (%s)", file, form)
			}
		}
	}
}
