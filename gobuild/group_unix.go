//go:build unix

package gobuild

import (
	"os/exec"
	"syscall"
	"time"
)

// buildPatience is how long an interrupted build may take to end: go removes its own temporary folder then.
const buildPatience = 10 * time.Second

// interruptible lets the end of the command's context interrupt go and the compilers and linkers that it started, all
// of one process group, as Ctrl-C in a terminal would. Killing go alone would leave them, and go's folder, behind.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = buildPatience
}

// endGroup waits until what the command started is gone as well, and helps where an interrupt was not enough.
func endGroup(cmd *exec.Cmd) {
	if cmd.Process == nil {
		return
	}
	for end := time.Now().Add(buildPatience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) != nil { // ESRCH: nobody is left
			return
		}
	}
}
