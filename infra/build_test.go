package infra

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writeModule makes a project with a handler in a temporary folder and runs the test there.
func writeModule(t *testing.T, source string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "handler"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"go.mod": "module example.org/m\n\ngo 1.26\n", "handler/main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// Two builds of the same source, in two folders, give the same bytes, with an executable bootstrap alone (F10.1,
// F10.2).
func TestBuildHandler_reproducible(t *testing.T) {
	var packed [2][]byte
	for i := range packed {
		source := "package main\n\nfunc main() { println(\"hello\") }\n"
		if i == 1 { // another folder, another home, another user's variables, and a comment
			source += "// that says nothing to a compiler\n"
			settings := filepath.Join(t.TempDir(), "env") // as go env -w writes it
			if err := os.WriteFile(settings, []byte("GOFLAGS=-gcflags=all=-N\nGOEXPERIMENT=noregabi\nGOARM64=v9.0\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{
				"HOME": t.TempDir(), "GOCACHE": cache(t), "GOENV": settings, "GOFLAGS": "-tags=other -race=false", "GOARM64": "v9.0", "GOAMD64": "v3", "GOEXPERIMENT": "noregabi", "USER": "somebody", "GODEBUG": "madvdontneed=1",
			} {
				t.Setenv(name, value)
			}
		}
		writeModule(t, source)
		built, err := BuildHandler("linux", "arm64")(t.Context(), "./handler")
		if err != nil {
			t.Fatal(err)
		}
		if packed[i], err = os.ReadFile(built.Path); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(filepath.Base(built.Path), built.Version) || len(built.Version) != 12 {
			t.Errorf("path %q and version %q do not agree", built.Path, built.Version)
		}
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("the same source gave two different zips")
	}
	archive, err := zip.NewReader(bytes.NewReader(packed[0]), int64(len(packed[0])))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1 || archive.File[0].Name != "bootstrap" || archive.File[0].Mode() != 0o755 {
		t.Errorf("zip holds %v, want bootstrap with mode 0755 alone", archive.File)
	}
}

// Local mode's second start links nothing, and a change of the source is another zip all the same.
func TestBuildHandlerForLocalMode(t *testing.T) {
	writeModule(t, "package main\n\nfunc main() { println(\"hello\") }\n")
	build := BuildHandlerForLocalMode(runtime.GOOS, runtime.GOARCH)
	linked := func() (HandlerZip, fs.FileInfo) {
		built, err := build(t.Context(), "./handler")
		if err != nil {
			t.Fatal(err)
		}
		binaries, _ := filepath.Glob(filepath.Join(string(buildDir), linkedDir, "*", "bootstrap"))
		if len(binaries) != 1 {
			t.Fatalf("binaries %v, want one", binaries)
		}
		info, err := os.Stat(binaries[0])
		if err != nil {
			t.Fatal(err)
		}
		return built, info
	}
	first, binary := linked()
	if again, same := linked(); again != first || !os.SameFile(same, binary) {
		t.Errorf("a second build without a change gave %v, linked anew: %t; want %v", again, !os.SameFile(same, binary), first)
	}
	if err := os.WriteFile("handler/main.go", []byte("package main\n\nfunc main() { println(\"good day\") }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if other, same := linked(); other == first || os.SameFile(same, binary) {
		t.Errorf("a change of the source gave %v, linked anew: %t", other, !os.SameFile(same, binary))
	}
}

// A zip that nobody used for more than a week goes, one that is used stays whatever its age.
func TestBuildHandler_forgets(t *testing.T) {
	writeModule(t, "package main\n\nfunc main() {}\n")
	built, err := BuildHandler("linux", "arm64")(t.Context(), "./handler")
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-zipKept - time.Hour)
	unused := filepath.Join(string(buildDir), "0123456789ab.zip")
	for _, path := range []string{built.Path, unused} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(unused, old, old); err != nil {
		t.Fatal(err)
	}
	again, err := BuildHandler("linux", "arm64")(t.Context(), "./handler")
	if err != nil || again != built {
		t.Fatalf("built %v, %v, want %v", again, err, built)
	}
	if _, err := os.Stat(unused); err == nil {
		t.Error("a zip that no run has used for a week is still there")
	}
	if err := os.Chtimes(built.Path, old, old); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(built.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BuildHandler("linux", "arm64")(t.Context(), "./handler"); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(built.Path); err != nil || !os.SameFile(before, after) || time.Since(after.ModTime()) > time.Hour {
		t.Fatalf("an old zip in use: %v, %v; want the same file, young again", after, err)
	}
}

// cache is go's, wherever the home is.
func cache(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestBuildHandler_compileError(t *testing.T) {
	writeModule(t, "package main\n\nfunc main() { undefinedName() }\n")
	_, err := BuildHandler("linux", "arm64")(t.Context(), "./handler")
	if err == nil || !strings.Contains(err.Error(), "main.go:3:15: undefined: undefinedName") {
		t.Errorf("error = %v, want the compiler's own text", err)
	}
	if left, _ := filepath.Glob(filepath.Join(string(buildDir), "*")); len(left) > 0 {
		t.Errorf("a failed build left %v", left)
	}
}

// Of a package that is no program go makes an archive, without a word.
func TestBuildHandler_notMain(t *testing.T) {
	writeModule(t, "package orders\n\nfunc Main() {}\n")
	_, err := BuildHandler("linux", "arm64")(t.Context(), "./handler")
	if err == nil || !strings.Contains(err.Error(), "building ./handler: want a package main") {
		t.Errorf("error = %v, want one that names what the package must be", err)
	}
}

// A build that is interrupted ends whole: no compiler and no linker goes on, and neither go nor the builder leaves a
// folder.
func TestBuildHandler_interrupted(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("reads /proc")
	}
	writeModule(t, "package main\n\nimport \"net/http\"\n\nfunc main() { _ = http.ListenAndServe(\"\", nil) }\n")
	cache, temporary := t.TempDir(), t.TempDir()
	t.Setenv("GOCACHE", cache) // empty: there is much to compile
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := BuildHandler("linux", "arm64")(ctx, "./handler")
		failed <- err
	}()
	for !slices.ContainsFunc(processesWith(t, "GOCACHE="+cache), compilesRuntime) { // the largest of the first packages
		select {
		case err := <-failed:
			t.Fatalf("the build ended before it began: %v", err)
		default:
			runtime.Gosched()
		}
	}
	cancel()
	if err := <-failed; err == nil {
		t.Error("an interrupted build succeeded")
	}
	if left := processesWith(t, "GOCACHE="+cache); len(left) > 0 {
		t.Errorf("processes that go on: %v", left)
	}
	for _, dir := range []string{temporary, string(buildDir)} {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func compilesRuntime(pid string) bool {
	line, _ := os.ReadFile("/proc/" + pid + "/cmdline")
	return bytes.Contains(line, []byte("compile\x00")) && bytes.Contains(line, []byte("\x00-p\x00runtime\x00"))
}

// processesWith are the living processes, but this one, whose environment has the entry.
func processesWith(t *testing.T, entry string) (pids []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		pid := filepath.Base(filepath.Dir(file))
		if raw, err := os.ReadFile(file); err == nil && pid != strconv.Itoa(os.Getpid()) && bytes.Contains(raw, []byte(entry)) {
			pids = append(pids, pid)
		}
	}
	return pids
}
