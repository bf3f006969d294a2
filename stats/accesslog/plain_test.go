package accesslog

import (
	"strings"
	"testing"
)

func TestScan_leavesWhatDoesNotStandForItself(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`\u0047`, `\\`, "é", "\x00", "\x1f", "\t", "\x80"} {
		for before := range 17 { // at every place of an eight-byte word, and beyond the last whole one
			line := `{"cs-method":"` + strings.Repeat("a", before) + value + `"}`
			var p Parser
			var l Line
			if p.scan([]byte(line), &l) {
				t.Errorf("%q was scanned", line)
			}
		}
	}
	var p Parser
	var l Line
	if line := `{"cs-method":" ~"}`; !p.scan([]byte(line), &l) || string(l[Method]) != " ~" {
		t.Errorf("%q was not scanned as it stands: %q", line, l[Method])
	}
	if err := p.Parse([]byte(`{"cs-method":"\u0047ET"}`), &l); err != nil || string(l[Method]) != "GET" {
		t.Errorf("an escape: got %q, %v", l[Method], err)
	}
}
