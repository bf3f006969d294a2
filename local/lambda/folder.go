package lambda

import (
	"os"
	"path/filepath"
	"syscall"
)

// folderPattern is how the folders of unpacked functions are called, in the machine's folder for temporary files.
const folderPattern = "onefront-lambda-*"

// folder is a temporary folder that another start may sweep once this process is gone, however it went.
type folder struct {
	path string
	lock *os.File // locked as long as the process lives
}

// newFolder makes one in dir and removes those that nobody holds any more: a killed local mode left them. Another start
// that looks for such ones may take a new folder for one before it is held; then there is another.
func newFolder(dir string) (*folder, error) {
	sweep(dir)
	for attempt := 1; ; attempt++ {
		path, err := os.MkdirTemp(dir, folderPattern)
		if err != nil {
			return nil, err
		}
		held, err := lock(path)
		if err == nil {
			return &folder{path, held}, nil
		}
		_ = os.RemoveAll(path)
		if attempt == mostAttempts {
			return nil, err
		}
	}
}

// mostAttempts is far more than as many starts at the same time take.
const mostAttempts = 20

func (f *folder) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}

// sweep removes what nobody holds. A folder whose lock file is not there yet is just being made.
func sweep(dir string) {
	left, err := filepath.Glob(filepath.Join(dir, folderPattern))
	if err != nil {
		return
	}
	for _, path := range left {
		if _, err := os.Stat(lockFile(path)); err != nil {
			continue
		}
		if held, err := lock(path); err == nil {
			(&folder{path, held}).remove()
		}
	}
}

func lockFile(path string) string { return filepath.Join(path, ".lock") }

// lock takes the lock of a folder, or fails at once where a living process has it (flock(2)).
func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(lockFile(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
