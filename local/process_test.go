package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asMain makes the test binary local mode itself, so that tests see a real process: signals, standard output, children.
const asMain = "ONEFRONT_TEST_AS_MAIN"

// The design's promise: one line on standard output, SIGINT ends it within ten seconds with status 0, children
// included.
func TestProcess_endsOnASignal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0")
			cmd.Dir, cmd.Env = notes, append(os.Environ(), asMain+"=1")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			out := bufio.NewReader(stdout)
			ready, err := out.ReadString('\n')
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			viewer, ok := strings.CutPrefix(strings.Fields(ready)[1], "viewer=")
			if want := " stack=prod routing=dns regions=eu-west-1,us-east-1,ap-southeast-2\n"; !ok || !strings.HasPrefix(ready, "ready viewer=http://127.0.0.1:") || !strings.HasSuffix(ready, want) {
				t.Errorf("got %q", ready)
			}
			for _, edge := range []string{"FRA", "SYD"} {
				if got := get(t, viewer+"/api/health", edge); got != http.StatusOK {
					t.Errorf("health at %s: got %d", edge, got)
				}
			}
			functions := children(t, cmd.Process.Pid)
			if runtime.GOOS == "linux" && len(functions) < 2 {
				t.Errorf("got child processes %v, want one per region asked", functions)
			}
			asked := time.Now()
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(out)
			if err != nil || len(rest) > 0 {
				t.Errorf("standard output goes on: %q, %v", rest, err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, stderr.String())
			}
			if took := time.Since(asked); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			for _, pid := range functions {
				if syscall.Kill(pid, 0) == nil {
					t.Errorf("function %d still runs", pid)
				}
			}
		})
	}
}

func get(t testing.TB, address, edge string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Onefront-Viewer", edge)
	client := newClient()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// children are the living processes with that parent, where /proc tells.
func children(t testing.TB, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, stat := range stats {
		raw, err := os.ReadFile(stat)
		if err != nil {
			continue // gone by now
		}
		// pid (name) state ppid ...: the name may hold anything.
		_, rest, _ := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == fmt.Sprint(parent) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
