package main

import (
	"bytes"
	"testing"

	"github.com/onefront/onefront/version"
)

// The version needs no stack.
func TestVersion(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"-version", "--version", "version"} {
		var stdout bytes.Buffer
		c := &command{stdout: &stdout}
		if err := c.run(t.Context(), []string{word}); err != nil || stdout.String() != "onefront "+version.String()+"\n" {
			t.Errorf("%s: %v, %q", word, err, &stdout)
		}
	}
}
