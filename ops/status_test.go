package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.parameters[us] = "drained"
	w.alarms[us] = []string{"onefront-prod-5xx-us-east-1"}
	w.invoked = func() []float64 { return []float64{90, 30} }
	w.send(eu, "feedback", `{"id":"a"}`, "")
	w.send(eu, "dead", `{"id":"b"}`, "refused")
	w.send(eu, "dead", `{"id":"c"}`, "")
	var got []regionStatus
	raw := w.must("status", "-json")
	if err := json.Unmarshal([]byte(raw), &got); err != nil {
		t.Fatal(err)
	}
	yes, no, version, oldest, two, none := true, false, "0123456789ab", 90.0, 2, 0
	want := []regionStatus{
		{
			Region: eu, Healthy: &yes, Drained: &no, Version: &version, OriginSecrets: []string{"current", "next"},
			Queue: &queueStatus{Waiting: 1, OldestSeconds: &oldest, DeadLetters: &two}, Alarms: []string{},
		},
		{
			Region: us, Healthy: &no, Drained: &yes, Version: &version, OriginSecrets: []string{"current", "next"},
			Queue: &queueStatus{OldestSeconds: &oldest, DeadLetters: &none}, Alarms: []string{"onefront-prod-5xx-us-east-1"},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(regionStatus{})); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	table := w.must("status")
	for _, part := range []string{"eu-west-1  yes      no       0123456789ab  current, next  1+0", "1m30s", "us-east-1  no       yes"} {
		if !strings.Contains(table, part) {
			t.Errorf("the table lacks %q:\n%s", part, table)
		}
	}
	if strings.Contains(raw+table, "hunter") {
		t.Error("a secret is shown")
	}
}

// What does not answer is named, with its own words, and the rest is shown.
func TestStatus_partly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.instead("ssm", us, refuse(400, "ThrottlingException"))
	w.instead("lambda", us, refuse(403, "AccessDeniedException"))
	w.instead("gateway", us, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	w.instead("gateway", eu, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"status":"ok"}`)) })
	w.instead("sqs", us, refuse(400, "AWS.SimpleQueueService.NonExistentQueue"))
	out, _, err := w.run(t.Context(), "status", "-json")
	wantError(t, err, "5 of the answers")
	var got []regionStatus
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got[0].Unread) != 1 || got[0].Unread["version"] != "the answer has no version" || got[0].Version != nil || got[0].Drained == nil {
		t.Errorf("%s suffers: %+v", eu, got[0])
	}
	broken := got[1]
	if broken.Drained != nil || broken.Version != nil || broken.OriginSecrets != nil || broken.Queue != nil {
		t.Errorf("guessed: %+v", broken)
	}
	for name, part := range map[string]string{"drained": "ThrottlingException", "originSecrets": "AccessDeniedException", "version": "503", "queue": "NonExistentQueue"} {
		if !strings.Contains(broken.Unread[name], part) {
			t.Errorf("%s: %q lacks %q", name, broken.Unread[name], part)
		}
	}
	table, _, _ := w.run(t.Context(), "status")
	if !strings.Contains(table, "us-east-1: drained could not be read: ThrottlingException") {
		t.Errorf("the table:\n%s", table)
	}
}

// Alarms of health and of the distribution are in us-east-1, wherever the stack's regions are.
func TestStatus_alarmsOutsideTheRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.outputs["regions"] = w.outputs["regions"].([]any)[:1]
	w.alarms[us] = []string{"onefront-prod-health-eu-west-1"}
	var got []regionStatus
	if err := json.Unmarshal([]byte(w.must("status", "-json")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Edge || !got[1].Edge || got[1].Region != us || len(got[1].Alarms) != 1 || got[1].Drained != nil {
		t.Errorf("got %+v", got)
	}
	if table := w.must("status"); !strings.Contains(table, "onefront-prod-health-eu-west-1") || strings.Contains(table, "?") {
		t.Errorf("the table:\n%s", table)
	}
	w.instead("cloudwatch", us, refuse(403, "AccessDeniedException"))
	table, _, err := w.run(t.Context(), "status")
	wantError(t, err, "1 of the answers")
	if !strings.Contains(table, us+": alarms could not be read: ") {
		t.Errorf("the table:\n%s", table)
	}
}

// A project my_api.v2 has the parameter /my_api.v2/prod/drain, and alarms my-api-v2-prod-...
func TestStatus_alarmsByTheDashboardsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.prefix, w.alarms[eu] = "my-api-v2-prod-", []string{"my-api-v2-prod-region-eu-west-1"}
	w.outputs["dashboardUrl"] = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/my-api-v2-prod-overview"
	if table := w.must("status"); !strings.Contains(table, "my-api-v2-prod-region-eu-west-1") {
		t.Errorf("the table:\n%s", table)
	}
}

// An answer that says nothing, as something between here and AWS may give, is no zero.
func TestStatus_emptyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for _, service := range []string{"ssm", "sqs"} {
		w.instead(service, us, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("{}")) })
	}
	var got []regionStatus
	out, _, err := w.run(t.Context(), "status", "-json")
	wantError(t, err, "2 of the answers")
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got[1].Drained != nil || got[1].Queue != nil || got[1].Unread["drained"] == "" || got[1].Unread["queue"] == "" {
		t.Errorf("guessed: %+v", got[1])
	}
	_, _, err = w.run(t.Context(), "drain", us)
	wantError(t, err, us, "not known whether it was set")
}

func TestStatus_edge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.must("drain", us)
	table := w.must("status")
	if !strings.Contains(table, "us-east-1  not checked  yes") {
		t.Errorf("the table:\n%s", table)
	}
	if calls := w.called("route53"); calls != nil {
		t.Errorf("Route 53 was asked, which checks nothing here: %v", calls)
	}
}
