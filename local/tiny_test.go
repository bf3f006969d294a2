package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// tinyProject copies the program of testdata/tiny, which has nothing of Onefront's, into a module of its own, with some
// lines at the end of its stack file.
func tinyProject(t *testing.T, config string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("local", "testdata", "tiny"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	change(t, filepath.Join(folder, "Pulumi.dev.yaml"), "", config)
	return folder
}

// change replaces a text in a file; "" is its end.
func change(t *testing.T, file, old, text string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(content) + text
	if old != "" {
		if changed = strings.Replace(string(content), old, text, 1); !strings.Contains(string(content), old) {
			t.Fatalf("%s does not contain %q", file, old)
		}
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// process is local mode in a folder, as a process.
type process struct {
	*exec.Cmd
	t      *testing.T
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr safeBuffer
	viewer string
}

// startIn starts local mode in a folder; it may fail.
func startIn(t *testing.T, folder string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], append([]string{"-stack", "dev", "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0"}, args...)...), t: t}
	p.Dir, p.Env, p.Cmd.Stderr = folder, append(os.Environ(), asMain+"=1"), &p.stderr
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	if p.stdin, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// ready waits for the ready line and returns it.
func (p *process) ready() string {
	p.t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		p.t.Fatalf("%v\n%s", err, &p.stderr)
	}
	p.viewer = strings.TrimPrefix(strings.Fields(line)[1], "viewer=")
	return line
}

func (p *process) end() {
	p.t.Helper()
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Error(err)
	}
	_, _ = io.Copy(io.Discard, p.stdout)
	if err := p.Wait(); err != nil {
		p.t.Errorf("%v\n%s", err, &p.stderr)
	}
}

// says is what the viewer is told.
func (p *process) says() string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.viewer+"/", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	client := newClient()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

// logged waits until standard error holds a text that it did not hold so often before.
func (p *process) logged(text string, times int) {
	p.t.Helper()
	for strings.Count(p.stderr.String(), text) < times {
		if p.t.Context().Err() != nil || p.ProcessState != nil {
			p.t.Fatalf("never said %q:\n%s", text, &p.stderr)
		}
		runtime.Gosched()
	}
}

// Whatever program stands in the folder is served: one with resources in main, and nothing of Onefront's. A change of
// its function's source or its stack file is served after r and Enter, or after a signal, and one that does not compile
// is not.
func TestTiny_servedAndReloaded(t *testing.T) {
	folder := tinyProject(t, "")
	p := startIn(t, folder)
	defer p.end()
	line := p.ready()
	if !strings.HasSuffix(line, " stack=dev routing=edge regions=eu-west-1\n") {
		t.Errorf("got %q", line)
	}
	if !strings.Contains(p.stderr.String(), "building the program for the first time: Pulumi's AWS packages take a machine a few minutes") {
		t.Errorf("the first build says nothing:\n%s", &p.stderr)
	}
	if got := p.says(); got != "hello " {
		t.Errorf("got %q", got)
	}
	change(t, filepath.Join(folder, "function", "main.go"), `os.Getenv("GREETING")`, `"changed " + os.Getenv("GREETING")`)
	if _, err := io.WriteString(p.stdin, "r\n"); err != nil {
		t.Fatal(err)
	}
	p.logged("reloaded the program", 1)
	if got := p.says(); got != "changed hello " {
		t.Errorf("after r: got %q", got)
	}
	change(t, filepath.Join(folder, "main.go"), "func main() {", "func main() {\n\tundefinedName()")
	change(t, filepath.Join(folder, "Pulumi.dev.yaml"), "", "  greeting: bonjour\n")
	if err := p.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	p.logged("undefined: undefinedName", 1)
	if got := p.says(); got != "changed hello " || !strings.Contains(p.stderr.String(), "reloading failed: the program of before goes on") {
		t.Errorf("after a build that failed: got %q\n%s", got, &p.stderr)
	}
	change(t, filepath.Join(folder, "main.go"), "\n\tundefinedName()", "")
	if err := p.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	p.logged("reloaded the program", 2)
	if got := p.says(); got != "changed bonjour " {
		t.Errorf("after the signal: got %q", got)
	}
}

// A resource that local mode does not know is refused with its URN, unless its type is left out; then the program has
// its name, and an output that nobody knows is named. What needs a SaaS is a wrong flag here.
func TestTiny_unknownResource(t *testing.T) {
	folder := tinyProject(t, "  table: true\n")
	const tableType, table = "aws:dynamodb/table:Table", "urn:pulumi:dev::tiny::aws:dynamodb/table:Table::orders"
	fails := func(want string, status int, args ...string) {
		t.Helper()
		p := startIn(t, folder, args...)
		if rest, _ := io.ReadAll(p.stdout); len(rest) > 0 {
			t.Errorf("%v: standard output holds %q", args, rest)
		}
		_ = p.Wait()
		last := p.stderr.String()
		last = last[strings.LastIndex(strings.TrimSuffix(last, "\n"), "\n")+1:]
		if p.ProcessState.ExitCode() != status || !strings.HasPrefix(last, "local: ") || !strings.Contains(last, want) {
			t.Errorf("%v: status %d\n%s\nwant %d with %q in the last line", args, p.ProcessState.ExitCode(), &p.stderr, status, want)
		}
	}
	fails(table+": local mode does not imitate resources of type "+tableType, statusFailed)
	fails("-without aws:lambda/function:Function: local mode imitates this type", statusFailed, "-without", tableType, "-without", "aws:lambda/function:Function")
	t.Setenv(keyVariable, "mine")
	fails("no function of stack dev has ", statusUsage, "-without", tableType, "-upstream", "https://saas.example.com")

	p := startIn(t, folder, "-without", tableType)
	p.ready()
	if got := p.says(); !strings.HasPrefix(got, "hello orders-") {
		t.Errorf("got %q, want the table's name", got)
	}
	if strings.Count(p.stderr.String(), "left out, as -without says") != 1 || !strings.Contains(p.stderr.String(), "resources=orders") {
		t.Errorf("the table is not named:\n%s", &p.stderr)
	}
	p.end()
	change(t, filepath.Join(folder, "Pulumi.dev.yaml"), "", "  stream: true\n")
	fails("function:Function::greeter: environment.variables.STREAM: computed from an output of "+table+" that local mode does not know", statusFailed, "-without", tableType)
	change(t, filepath.Join(folder, "Pulumi.yaml"), "  greeting: {type: string, default: hello}\n", "")
	change(t, filepath.Join(folder, "Pulumi.yaml"), "config:\n", "")
	change(t, filepath.Join(folder, "Pulumi.dev.yaml"), "", "environment: [tiny/dev]\n")
	fails("Pulumi.dev.yaml: environment: local mode opens no ESC environments", statusFailed, "-without", tableType)
}
