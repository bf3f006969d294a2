package main

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a test leaves a goroutine behind: servers and connections are closed, and
// fetches of the key end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
