package graph_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A start in a terminal asks it nothing: one that does not answer would hold the start for five seconds. And what keeps
// the SDK from asking is gone from the environment once the program runs.
func TestTerminal_isAskedNothing(t *testing.T) {
	const child = "ONEFRONT_TERMINAL_CHILD"
	if os.Getenv(child) != "" {
		if value, set := os.LookupEnv("CI"); set {
			t.Errorf("CI=%q stays", value)
		}
		return
	}
	master, slave := openTerminal(t)
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTerminal_isAskedNothing$", "-test.v")
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CI=") || strings.HasPrefix(v, "TERM=")
	})
	command.Env = append(command.Env, child+"=1", "TERM=xterm")
	command.Stdin, command.Stdout, command.Stderr = slave, slave, slave
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	said, _ := io.ReadAll(master) // ends with an error once nobody has the terminal open
	if err := command.Wait(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if bytes.ContainsRune(said, '\x1b') || !bytes.Contains(said, []byte("PASS")) {
		t.Errorf("the terminal got %q", said)
	}
}

// openTerminal opens a pseudo-terminal (pts(4)).
func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return master, slave
}
