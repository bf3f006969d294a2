//go:build unix && !linux

package lambda

import "syscall"

// processAttributes puts a bootstrap into its own process group. There is no parent-death signal here; a bootstrap
// whose parent died ends by itself when the Runtime API refuses its connection.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// memoryGauge knows nothing while a process lives.
type memoryGauge struct{}

func newMemoryGauge(int) *memoryGauge { return &memoryGauge{} }

func (*memoryGauge) peakMB() int { return 0 }

func (*memoryGauge) close() {}
