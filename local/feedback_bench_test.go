package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkStart is the time from exec to the ready line, with the handler's packages in the build cache, and the
// memory of the process and one function per region after one request to each (proportional set size, Linux only).
// Aims: 2 s and 150 MiB.
func BenchmarkStart(b *testing.B) {
	if _, err := builtProgram(shipped); err != nil {
		b.Fatal(err)
	}
	var ready time.Duration
	var memory float64
	for b.Loop() {
		cmd := exec.Command(os.Args[0], append(freePorts, "-quiet")...)
		cmd.Env = append(os.Environ(), asMain+"=1")
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		line, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		ready += time.Since(began)
		viewer := strings.TrimPrefix(strings.Fields(line)[1], "viewer=")
		for _, edge := range []string{"FRA", "IAD", "SYD"} {
			if got := get(b, viewer+"/api/topics", edge); got != http.StatusOK {
				b.Fatalf("topics at %s: got %d", edge, got)
			}
		}
		memory += proportionalMiB(b, append(children(b, cmd.Process.Pid), cmd.Process.Pid))
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(ready.Milliseconds())/float64(b.N), "ms/ready")
	b.ReportMetric(memory/float64(b.N), "MiB")
}

// proportionalMiB sums what the processes take, shared pages by share. 0 where /proc does not tell.
func proportionalMiB(tb testing.TB, pids []int) float64 {
	tb.Helper()
	var sum float64
	for _, pid := range pids {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return 0
		}
		for line := range strings.Lines(string(raw)) {
			var kib float64
			if _, err := fmt.Sscanf(line, "Pss: %f kB", &kib); err == nil {
				sum += kib / 1024
			}
		}
	}
	return sum
}

// BenchmarkWay is a request's whole way: edge, DNS, gateway, a warm function's process and back, for four clients
// at once. Aims: p50 2 ms and p99 10 ms.
func BenchmarkWay(b *testing.B) {
	const clients = 4
	r := startCommand(b, command{project: shipped, getenv: noEnvironment, config: unthrottled}, "-quiet")
	// The honeypot field makes a POST that no SaaS has to take.
	post := func() answer {
		return r.ask("POST", r.viewer+"/api/feedback", `{"message":"hello","website":"x"}`, "Content-Type", "application/json")
	}
	for range clients {
		post()
	}
	took := make([][]time.Duration, clients)
	start := make(chan struct{})
	done := make(chan struct{})
	for c := range clients {
		go func() {
			defer func() { done <- struct{}{} }()
			<-start
			for range max(1, b.N/clients) {
				began := time.Now()
				if a := post(); a.status != http.StatusCreated {
					b.Errorf("got %d %s", a.status, a.body)
					return
				}
				took[c] = append(took[c], time.Since(began))
			}
		}()
	}
	b.ResetTimer()
	close(start)
	for range clients {
		<-done
	}
	b.StopTimer()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-us")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-us")
	}
}
