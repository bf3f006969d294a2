//go:build soak && linux

package main

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestSoak reads ten million lines with a million distinct paths, exactly, in 64 MiB: make soak.
func TestSoak(t *testing.T) {
	const lines, paths = 10_000_000, 1_000_000
	dir := t.TempDir()
	stats, generate, log := filepath.Join(dir, "stats"), filepath.Join(dir, "generate"), filepath.Join(dir, "soak.gz")
	for name, pkg := range map[string]string{stats: ".", generate: "./accesslog/accesslogtest/generate"} {
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, pkg).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if out, err := exec.CommandContext(t.Context(), generate, "-lines", strconv.Itoa(lines), "-paths", strconv.Itoa(paths), "-o", log).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), stats, "-json", "-bots", "-top", "10", "objects", "browsers", "referrers", "countries", "statuses", log)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	result := decoded(t, ran{stdout: string(out)})
	if objects := result.Reports["objects"]; result.Lines != lines || objects.Keys != paths || objects.Requests != lines {
		t.Errorf("%d lines, %d requests, %d paths: want %d and %d", result.Lines, objects.Requests, objects.Keys, lines, paths)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	const limit = 64 << 10 // KiB
	if usage.Maxrss > limit {
		t.Errorf("%d KiB at most: want %d", usage.Maxrss, limit)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.Logf("%.0f lines a second of processor time, %d MiB", lines/spent.Seconds(), usage.Maxrss>>10)
}
