package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestDrain_dns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	out := w.must("drain", eu)
	for _, part := range []string{eu + ": drained (parameter " + parameter, "health", "site's buckets", "ops undrain " + eu} {
		if !strings.Contains(out, part) {
			t.Errorf("the answer lacks %q:\n%s", part, out)
		}
	}
	if w.parameters[eu] != "drained" || w.parameters[us] != "-" {
		t.Errorf("parameters: %v", w.parameters)
	}
	if out := w.must("drain", eu); !strings.Contains(out, "already") {
		t.Errorf("the second time:\n%s", out)
	}
	if puts := w.called("ssm " + eu + " PutParameter"); len(puts) != 1 {
		t.Errorf("%d writes; want 1, the second drain changes nothing", len(puts))
	}
	_, _, err := w.run(t.Context(), "drain", us)
	wantError(t, err, us, "last region")
	w.must("undrain", eu)
	if w.parameters[eu] != "-" {
		t.Errorf("parameters after undrain: %v", w.parameters)
	}
	w.must("drain", us)
}

// What the stack's configuration drains serves nobody, whatever stands in its parameter.
func TestDrain_besideAPlannedDrain(t *testing.T) {
	t.Parallel()
	for _, edge := range []bool{false, true} {
		w := newWorld(t, edge)
		w.outputs["regions"].([]any)[1].(map[string]any)["drained"] = true
		_, _, err := w.run(t.Context(), "drain", eu)
		wantError(t, err, eu, "last region")
		if got := w.values(); got != "- - -" {
			t.Errorf("values: %s", got)
		}
		if out := w.must("undrain", us); !strings.Contains(out, "onefront:drainedRegions") {
			t.Errorf("undrain says nothing of the configuration:\n%s", out)
		}
		table, status := w.must("status"), []regionStatus{}
		if err := json.Unmarshal([]byte(w.must("status", "-json")), &status); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(table, "planned") || !status[1].Planned || status[1].Drained == nil || !*status[1].Drained {
			t.Errorf("status: %+v\n%s", status[1], table)
		}
	}
}

// The way back leads to the same stack: another one's region may be drained for a reason.
func TestDrain_saysTheWayBack(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]flags{
		" -stack staging":                     {stack: "staging"},
		" -local http://127.0.0.1:8081":       {stack: "prod", local: "http://127.0.0.1:8081"},
		" -outputs outputs.json -profile ops": {stack: "prod", outputs: "outputs.json", profile: "ops"},
		" -profile ops -stack prod":           {stack: "prod", profile: "ops"},
	} {
		if got := f.same(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	w := newWorld(t, false)
	if out := w.must("drain", eu, "-profile", "ops"); !strings.Contains(out, "back: ops undrain "+eu+" -outputs ") || !strings.Contains(out, " -profile ops\n") {
		t.Errorf("got:\n%s", out)
	}
}

func TestDrain_edge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.must("drain", us)
	if got := w.store["now"]; got != us {
		t.Errorf("the key is %q", got)
	}
	_, _, err := w.run(t.Context(), "drain", eu)
	wantError(t, err, eu, "last region")
	w.must("undrain", us)
	if got := w.store["now"]; got != "-" {
		t.Errorf("the key is %q after undrain", got)
	}
	if calls := w.called("ssm"); calls != nil {
		t.Errorf("with edge routing SSM was asked: %v", calls)
	}
}

// Somebody else drains another region at the same time: neither drain is lost.
func TestDrain_edge_conflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.onPut = func() {
		w.onPut = nil
		w.etag, w.store["now"] = w.etag+1, "ap-southeast-2"
	}
	w.must("drain", us)
	if got := w.store["now"]; got != "ap-southeast-2,"+us {
		t.Errorf("the key is %q", got)
	}
}

// Two people drain the two regions at the same moment: one is left, whoever was first.
func TestDrain_twoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.onPut = func() {
		w.onPut = nil
		w.etag, w.store["now"] = w.etag+1, us
	}
	_, _, err := w.run(t.Context(), "drain", eu)
	wantError(t, err, eu, "last region")
	if got := w.store["now"]; got != us {
		t.Errorf("edge: the key is %q", got)
	}
	w = newWorld(t, false)
	own := w.serveSSM(eu)
	w.instead("ssm", eu, func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutParameter") {
			w.mu.Lock()
			w.parameters[us] = "drained"
			w.mu.Unlock()
		}
		own(rw, r)
	})
	_, _, err = w.run(t.Context(), "drain", eu)
	wantError(t, err, eu, "last region", "taken back")
	if w.parameters[eu] != "-" || w.parameters[us] != "drained" {
		t.Errorf("dns: parameters %v", w.parameters)
	}
}

func TestDrain_json(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	var got drained
	if err := json.Unmarshal([]byte(w.must("drain", eu, "-json")), &got); err != nil {
		t.Fatal(err)
	}
	if want := (drained{eu, true, true, "parameter " + parameter + " in " + eu}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The region that is drained may be in trouble, and the other may be: what cannot be read does not hold up a drain,
// and what cannot be written says so.
func TestDrain_badHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.instead("ssm", us, refuse(400, "ThrottlingException"))
	_, errs, err := w.run(t.Context(), "drain", eu)
	if err != nil || !strings.Contains(errs, us) || !strings.Contains(errs, "ThrottlingException: said by the stand-in") {
		t.Errorf("the other region throttles: %v\n%s", err, errs)
	}
	w.instead("ssm", eu, refuse(400, "AccessDeniedException"))
	_, _, err = w.run(t.Context(), "undrain", eu)
	wantError(t, err, eu, parameter, "AccessDeniedException")
	if got := w.values(); got != "- drained -" {
		t.Errorf("values: %s", got)
	}
}

// Every call has its own end: a service that takes a request and never answers holds up nobody.
func TestDrain_hanging(t *testing.T) {
	t.Parallel()
	for _, edge := range []bool{false, true} {
		w := newWorld(t, edge)
		w.cloud.timeout = 20 * time.Millisecond
		for _, service := range []string{"keyvaluestore", "ssm" + eu} {
			w.instead(service, "", hang)
		}
		_, _, err := w.run(t.Context(), "drain", eu)
		wantError(t, err, eu, "no answer in time")
		out, _, err := w.run(t.Context(), "status")
		wantError(t, err, "could not be read")
		if !strings.Contains(out, eu+": drained could not be read: no answer in time") {
			t.Errorf("status:\n%s", out)
		}
	}
}

// An application may have several functions: those beside the first one count, too.
func TestDrain_watch_allFunctions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	first := w.outputs["regions"].([]any)[0].(map[string]any)
	first["functionName"], first["functionNames"] = "quiet", []string{"quiet", "busy", "busier"}
	asked := 0
	w.invoked = func() []float64 {
		if asked++; asked < 20 {
			return []float64{3}
		}
		return nil
	}
	_, errs, err := w.run(t.Context(), "drain", eu, "-watch")
	if err != nil || !strings.Contains(errs, eu+": 6 requests") || asked < 20 {
		t.Errorf("%d polls, %v\n%s", asked, err, errs)
	}
}

// What CloudWatch could not read is no quiet region.
func TestDrain_watch_halfAMetric(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	asked := 0
	w.metrics = "InternalError"
	w.invoked = func() []float64 {
		if asked++; asked > 30 {
			w.metrics = ""
		}
		return nil
	}
	_, errs, err := w.run(t.Context(), "drain", eu, "-watch")
	if err != nil || asked <= 30 || !strings.Contains(errs, "could not count its requests: CloudWatch has only a part of the metric: InternalError") {
		t.Errorf("%d polls, %v\n%s", asked, err, errs)
	}
}

func TestDrain_watch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	asked := 0
	w.invoked = func() []float64 {
		if asked++; asked < 20 {
			return []float64{3, 4}
		}
		return nil
	}
	_, errs, err := w.run(t.Context(), "drain", eu, "-watch")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{eu + ": 7 requests", eu + ": no request in the last 2m0s"} {
		if !strings.Contains(errs, part) {
			t.Errorf("lacks %q:\n%s", part, errs)
		}
	}
	if strings.Count(errs, "7 requests") != 1 {
		t.Errorf("what does not change is said again:\n%s", errs)
	}
	// Quiet from the start still takes the two minutes and the metric's own delay.
	w.must("undrain", eu)
	asked = 20
	w.must("drain", eu, "-watch")
	if polls := asked - 20; polls != int((quietFor+metricDelay)/watchEvery)+1 {
		t.Errorf("%d polls", polls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.invoked = func() []float64 { cancel(); return []float64{1} }
	w.must("undrain", eu)
	if _, _, err := w.run(ctx, "drain", eu, "-watch"); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), eu+" stays drained") {
		t.Errorf("broken off: %v", err)
	}
	if w.parameters[eu] != "drained" {
		t.Error("breaking off the waiting undid the drain")
	}
}
