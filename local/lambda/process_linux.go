package lambda

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// processAttributes puts a bootstrap into its own process group, so that its children end with it and Ctrl-C in a
// terminal reaches local mode only, and lets the kernel kill it when local mode dies without closing.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// memoryGauge reads how much memory a living process has had resident at most. The file stays open, since every
// REPORT line asks.
type memoryGauge struct {
	status *os.File // nil: unknown
	buffer [4096]byte
}

func newMemoryGauge(pid int) *memoryGauge {
	status, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		status = nil
	}
	return &memoryGauge{status: status}
}

// peakMB is 0 if unknown. Not safe for concurrent use.
func (g *memoryGauge) peakMB() int {
	if g.status == nil {
		return 0
	}
	n, _ := g.status.ReadAt(g.buffer[:], 0) // io.EOF: all of it; ESRCH: the process has ended
	_, rest, _ := bytes.Cut(g.buffer[:n], []byte("VmHWM:"))
	line, _, _ := bytes.Cut(rest, []byte("kB"))
	kib, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	if err != nil {
		return 0
	}
	return (kib + 1023) / 1024
}

func (g *memoryGauge) close() {
	if g.status != nil {
		_ = g.status.Close()
	}
}
