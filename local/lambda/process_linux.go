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

// peakMemoryMB is the most memory a living process has had resident, or 0.
func peakMemoryMB(pid int) int {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(status, []byte("VmHWM:"))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		return 0
	}
	return (kib + 1023) / 1024
}
