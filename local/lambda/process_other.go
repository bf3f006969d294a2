//go:build unix && !linux

package lambda

import "syscall"

// processAttributes puts a bootstrap into its own process group. There is no parent-death signal here; a bootstrap
// whose parent died ends by itself when the Runtime API refuses its connection.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// peakMemoryMB is unknown while a process lives.
func peakMemoryMB(int) int { return 0 }
