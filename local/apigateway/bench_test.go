package apigateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/lambda/lambdatest"
)

// real is a gateway in front of real processes, without throttles.
func real(tb testing.TB) http.Handler {
	tb.Helper()
	leaks := goleak.IgnoreCurrent()
	b := standard()
	b.resources = append(b.resources[1:], lambdatest.Function(testRegion, "api", lambdatest.Zip(tb), nil))
	delete(b.find(stageType, "api").Inputs, "defaultRouteSettings")
	functions, err := lambda.New(b.graph(), lambda.Options{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		functions.Close(context.Background())
		goleak.VerifyNone(tb, leaks)
	})
	clock := newManual() // a second for each request: the account's limit does not bite
	s, err := New(b.graph(), Options{Invoker: functions, Clock: ticking{clock}})
	if err != nil {
		tb.Fatal(err)
	}
	return s.Endpoints()[0].Handler
}

type ticking struct{ *manual }

func (t ticking) Now() time.Time {
	t.advance(time.Second)
	return t.manual.Now()
}

// The whole way through a real process, in both directions.
func TestRealFunction(t *testing.T) {
	server := httptest.NewServer(real(t))
	defer server.Close()
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/gateway", 200, "hello"},
		{"/calls", 200, "2"},
		{"/error", 500, `{"message":"Internal Server Error"}`},
		{"/exit", 500, `{"message":"Internal Server Error"}`},
		{"/calls", 200, "1"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = originHost
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		wantAnswer(t, response, c.status, c.body)
		_ = response.Body.Close()
	}
}

// BenchmarkGatewayToLambda measures gateway -> warm process -> answer at 4 clients. The whole way from the edge has a
// budget of 2 ms for the median and 10 ms for the 99th percentile.
func BenchmarkGatewayToLambda(b *testing.B) {
	h := real(b)
	request := func() time.Duration {
		r := httptest.NewRequest(http.MethodGet, "/gateway", nil)
		r.Host = originHost
		w := httptest.NewRecorder()
		start := time.Now()
		h.ServeHTTP(w, r)
		if body, _ := io.ReadAll(w.Body); w.Code != 200 || string(body) != "hello" {
			b.Errorf("got %d %s", w.Code, body)
		}
		return time.Since(start)
	}
	const clients = 4
	all := func(each int) []time.Duration {
		var mu sync.Mutex
		var times []time.Duration
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				for range each {
					d := request()
					mu.Lock()
					times = append(times, d)
					mu.Unlock()
				}
			})
		}
		group.Wait()
		slices.Sort(times)
		return times
	}
	all(20) // warms the environments
	b.ResetTimer()
	times := all((b.N + clients - 1) / clients)
	b.StopTimer()
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}
