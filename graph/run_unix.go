//go:build unix

package graph

import (
	"os/exec"
	"syscall"
	"time"
)

// programPatience is how long a program may take to end what it started, such as a compiler.
const programPatience = 10 * time.Second

// gently lets the end of a command's context ask the program and its children to end before they are killed. They are a
// process group of their own: an interrupt in a terminal reaches them through whoever runs them.
func gently(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	command.WaitDelay = programPatience
}
