package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A hundred messages and more make the dashboard's picture no larger than fifty.
func TestDashboard_bounded(t *testing.T) {
	r := startNotes(t)
	for i := range 120 {
		body := fmt.Sprintf(`{"later":true,"message":%q}`, "refused "+strings.Repeat("word ", 900)+fmt.Sprint(i))
		if got := r.ask("POST", r.viewer+"/api/notes", body, "Content-Type", "application/json"); got.status != http.StatusAccepted {
			t.Fatalf("got %d %s", got.status, got.body)
		}
	}
	events, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.admin+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := r.client.Do(events)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	state := nextEvent(t, response.Body, "state")
	if len(state) > 300_000 {
		t.Errorf("the picture has %d bytes", len(state))
	}
	var shown struct {
		Queues map[string]struct {
			Counts   map[string]int
			Waiting  []json.RawMessage
			InFlight []json.RawMessage
		}
	}
	if err := json.Unmarshal(state, &shown); err != nil {
		t.Fatal(err)
	}
	q := shown.Queues["eu-west-1"]
	if q.Counts["waiting"]+q.Counts["inFlight"] != 120 || len(q.Waiting) > 50 || len(q.InFlight) > 50 {
		t.Errorf("counts %v, %d waiting and %d in flight shown", q.Counts, len(q.Waiting), len(q.InFlight))
	}
}

// nextEvent is the data of the next server-sent event of a kind.
func nextEvent(t *testing.T, stream io.Reader, kind string) []byte {
	t.Helper()
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if lines.Text() == "event: "+kind && lines.Scan() {
			return []byte(strings.TrimPrefix(lines.Text(), "data: "))
		}
	}
	t.Fatalf("no event %s: %v", kind, lines.Err())
	return nil
}
