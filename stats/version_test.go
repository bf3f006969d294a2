package main

import (
	"testing"

	"github.com/onefront/onefront/version"
)

// The version needs no logs.
func TestVersion(t *testing.T) {
	t.Parallel()
	if got := run(t, "", "-version"); got != (ran{statusOK, "onefront " + version.String() + "\n", ""}) {
		t.Errorf("got %+v", got)
	}
}
