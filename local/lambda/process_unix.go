//go:build unix

package lambda

import (
	"runtime"
	"syscall"
)

// residentMB is the peak of an ended process. Maxrss counts KiB, on macOS bytes (getrusage(2)).
func residentMB(usage *syscall.Rusage) int {
	const kib, mib = 1 << 10, 1 << 20
	bytes := usage.Maxrss
	if runtime.GOOS != "darwin" {
		bytes *= kib
	}
	return int((bytes + mib - 1) / mib)
}
