package feedback_test

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/infra/feedback"
)

// The application's own keys are named in the same run as the platform's, each with its value, the key's own aside, and
// what would be right.
func TestConfigure_everyKeyInOneRun(t *testing.T) {
	t.Parallel()
	wrong := map[string]struct{ value, said string }{
		feedback.KeyUpstream: {`["webhook"]`, `onefront:upstream: ["webhook"]: want an object such as`},
		feedback.KeyAPIKey:   {"canary canary", "onefront:upstreamApiKey: [secret]: the key of the SaaS: it has blanks inside"},
	}
	changes := settings{"spa": "maybe", "regions": `["eu-west-9"]`}
	for _, key := range feedback.Keys() {
		if wrong[key].value == "" {
			t.Errorf("%s: which value is wrong?", key)
		}
		changes[key] = wrong[key].value
	}
	err := load(changes)
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{`onefront:spa: "maybe": want true or false`, `onefront:regions[0]: "eu-west-9": want the name of an AWS region`}
	for _, w := range wrong {
		want = append(want, w.said)
	}
	for _, w := range want {
		if !strings.Contains("\n"+err.Error(), "\n"+w) {
			t.Errorf("want %s in\n%v", w, err)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the key is in\n%v", err)
	}
}
