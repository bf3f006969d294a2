package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onefront/onefront/docs/commandblock"
)

// The commands that the documents show for local mode do what the documents say, typed as they stand into zsh and into
// bash: `make local` in one terminal, the others in another one. Only the ports are free ones, and logs lie elsewhere.
func TestDocuments_localCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("starts local mode by make local")
	}
	for _, shell := range []string{"zsh", "bash"} {
		if _, err := exec.LookPath(shell); err != nil && os.Getenv("CI") == "" {
			t.Skipf("no %[1]s in PATH: commands were not run (Debian: apt-get install %[1]s)", shell)
		}
	}
	l := makeLocal(t, "..")
	for _, shell := range []string{"zsh", "bash"} {
		t.Run(shell, func(t *testing.T) {
			l.firstMinutes(t, shell)
			for _, document := range localDocuments(t) {
				for _, command := range localCommands(t, document) {
					if !strings.HasPrefix(command, "go run ") || shell == "zsh" { // once is enough for what takes a while
						l.run(t, shell, command)
					}
				}
				l.run(t, shell, "curl -X POST http://127.0.0.1:8081/reset")
			}
		})
	}
}

// firstMinutes holds the README's walk to its words.
func (l *madeLocal) firstMinutes(t *testing.T, shell string) {
	t.Helper()
	var said []string
	for _, command := range localCommands(t, "../README.md") {
		if strings.HasPrefix(command, "curl ") {
			said = append(said, l.run(t, shell, command))
		}
	}
	for i, want := range []string{
		`X-Cache: Miss from cloudfront`, `X-Cache: Hit from cloudfront`, `HTTP/1\.1 201 `, `"message":"Hello"`, `"fault":"down"|"eu-west-1"`,
		`X-Onefront-Region: us-east-1`, `"now":`, `(?s)HTTP/1\.1 201 .*X-Onefront-Region: us-east-1`,
	} {
		if i >= len(said) || !regexp.MustCompile("(?i)"+want).MatchString(said[i]) {
			t.Errorf("command %d of the README: want %s in %q", i+1, want, said)
		}
	}
	l.run(t, shell, "curl -X POST http://127.0.0.1:8081/reset")
}

// localDocuments are the documents that people follow at their own machine.
func localDocuments(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../docs/*.md")
	if err != nil || len(names) < 10 {
		t.Fatalf("%q, %v", names, err)
	}
	return append(names, "../README.md")
}

func localCommands(t *testing.T, document string) (commands []string) {
	t.Helper()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range commandblock.In(string(content)) {
		for _, command := range b.Commands() {
			if commandblock.Local(command) {
				commands = append(commands, command)
			}
		}
	}
	return commands
}

// madeLocal is local mode as `make local` starts it.
type madeLocal struct{ viewer, admin, logs string }

// makeLocal starts it in a folder, on free ports, and ends it as Ctrl-C does, which reaches make and local mode alike.
func makeLocal(t *testing.T, dir string) *madeLocal {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "make", "local")
	command.Dir, command.Stderr = dir, t.Output()
	logs := t.TempDir()
	command.Env = append(os.Environ(), "ARGS=-listen 127.0.0.1:0 -admin 127.0.0.1:0 -access-log "+logs)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	viewer, admin := startLocal(t, command, func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGINT)
		err := command.Wait()
		var ended *exec.ExitError // make itself goes by the signal
		if err != nil && (!errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT) {
			t.Errorf("make local: %v", err)
		}
	})
	return &madeLocal{viewer, admin, logs}
}

// startLocal starts a command that serves, and returns the two addresses that its ready line names, without their
// scheme. end ends it.
func startLocal(t *testing.T, command *exec.Cmd, end func()) (viewer, admin string) {
	t.Helper()
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if ready := regexp.MustCompile(`^ready viewer=http://(\S+) admin=http://(\S+) `).FindStringSubmatch(lines.Text()); ready != nil {
			return ready[1], ready[2]
		}
	}
	t.Fatalf("%s never got ready", command)
	return "", ""
}

// run types a command into a shell, at the repository's root, and returns what it printed: a terminal's next prompt
// begins at a line of its own.
func (l *madeLocal) run(t *testing.T, shell, command string) string {
	t.Helper()
	typed := strings.NewReplacer("127.0.0.1:8080", l.viewer, "127.0.0.1:8081", l.admin, " logs/", " "+l.logs).Replace(command)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	process := exec.CommandContext(ctx, shell, "-c", typed)
	var progress bytes.Buffer
	process.Dir, process.Stderr = "..", &progress
	out, err := process.Output()
	if err != nil || !strings.HasSuffix(string(out), "\n") {
		t.Errorf("%s: %s: %v, %q\n%s", shell, command, err, out, &progress)
	}
	if status := regexp.MustCompile(`^HTTP/1\.1 (\d+)`).FindSubmatch(out); status != nil && status[1][0] != '2' {
		t.Errorf("%s: %s: %q", shell, command, out)
	}
	return string(out)
}
