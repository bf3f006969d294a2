package leak_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/onefront/onefront/handler/leak"
)

// TestFind: the search itself is proven, or a green leak test would mean nothing.
func TestFind(t *testing.T) {
	t.Parallel()
	c := leak.Canary
	quoted, err := json.Marshal(map[string]string{"a": c})
	if err != nil {
		t.Fatal(err)
	}
	twice, err := json.Marshal(string(quoted))
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{
		"plain":           "Authorization: Bearer " + c,
		"JSON":            string(quoted),
		"JSON in JSON":    string(twice),
		"Go syntax":       fmt.Sprintf("%#v", c),
		"query":           url.Values{"k": {c}}.Encode(),
		"path":            url.PathEscape(c),
		"basic, user":     base64.StdEncoding.EncodeToString([]byte(c + ":X")),
		"basic, token":    base64.StdEncoding.EncodeToString([]byte("agent@example.com/token:" + c)),
		"basic, token +1": base64.StdEncoding.EncodeToString([]byte("agents@example.com/token:" + c)),
		"basic, token +2": base64.StdEncoding.EncodeToString([]byte("agentss@example.com/token:" + c)),
		"URL base64":      base64.RawURLEncoding.EncodeToString([]byte("x" + c)),
		"hexadecimal":     fmt.Sprintf("%x", c),
		"upper":           fmt.Sprintf("%X", c),
		"cut short":       c[2 : len(c)-2],
	} {
		if leak.Find([]byte("before "+out+" after"), c) == "" {
			t.Errorf("%s: %s: not found", name, out)
		}
	}
	if form := leak.Find([]byte("nothing to see"), c); form != "" {
		t.Errorf("found %s in nothing", form)
	}
}
