package contract_test

import (
	"strings"
	"testing"

	"github.com/onefront/onefront/handler/contract"
)

func TestCredential(t *testing.T) {
	t.Parallel()
	const key = "canary-5e1f/+="
	for _, text := range []string{key, key + "\n", "\r\n " + key + "\t"} {
		if got, err := contract.Credential(text); got != key || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	longest := strings.Repeat("k", 4096)
	if got, err := contract.Credential(longest + "\n"); got != longest || err != nil {
		t.Errorf("4,096 characters: %v", err)
	}
	for text, want := range map[string]string{
		"": "empty", " \n": "empty", longest + "k": "4097 characters, at most 4096",
		key + " " + key: "blanks inside", key + "\n" + key: "blanks inside", key + "\x00": "control", key + "é": "non-ASCII", key + "\x7f": "control",
	} {
		got, err := contract.Credential(text)
		if got != "" || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.30q: %v, want %s and not a word of the key", text, err, want)
		}
	}
}
