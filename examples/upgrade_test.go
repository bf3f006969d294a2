package examples_test

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/onefront/onefront/docs/commandblock"
)

const platform = "github.com/onefront/onefront"

// A team that requires one published version gets the next by the document's two commands, with no replace and none of
// this repository's folders in sight: everything it builds lies in the module cache.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("unpacks every module that the template needs")
	}
	proxy := t.TempDir()
	for _, version := range []string{"v0.1.0", "v0.2.0"} {
		publish(t, proxy, version)
	}
	p := newProject(t, "../template")
	cache := t.TempDir()
	environment := []string{
		"GOPROXY=file://" + proxy + ",file://" + strings.TrimSpace(p.run(t, "go", "env", "GOMODCACHE")) + "/cache/download",
		"GOMODCACHE=" + cache, "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off",
	}
	run := func(name string, args ...string) string {
		t.Helper()
		out, err := p.try(t.Context(), environment, name, args...)
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return out
	}
	run("go", "mod", "tidy")
	if mod := p.read(t, "go.mod"); !strings.Contains(mod, platform+" v0.1.0") {
		t.Fatalf("before the upgrade go.mod says\n%s", mod)
	}
	asked := 0
	for _, command := range ownAPICommands(t, "Upgrading") {
		if words := strings.Fields(command); words[0] == "go" {
			run(words[0], words[1:]...)
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("the document upgrades by %d commands of go, want 2", asked)
	}
	if mod := p.read(t, "go.mod"); !strings.Contains(mod, platform+" v0.2.0") || strings.Contains(mod, "replace") {
		t.Errorf("after the upgrade go.mod says\n%s", mod)
	}
	for _, name := range []string{"infra", "handler/health", "local", "ops"} {
		want := filepath.Join(cache, platform+"@v0.2.0", name)
		if dir := strings.TrimSpace(run("go", "list", "-f", "{{.Dir}}", path.Join(platform, name))); dir != want {
			t.Errorf("%s lies in %s, want %s", name, dir, want)
		}
	}
}

// ownAPICommands are the commands that docs/your-own-api.md shows under a heading.
func ownAPICommands(t *testing.T, heading string) (commands []string) {
	t.Helper()
	content, err := os.ReadFile("../docs/your-own-api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(content), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/your-own-api.md has no heading %q", heading)
	}
	section, _, _ := strings.Cut(after, "\n## ")
	for _, b := range commandblock.In(section) {
		commands = append(commands, b.Commands()...)
	}
	return commands
}

// publish makes this repository a version of its module in a folder that GOPROXY can name: what the commit tagged with
// that version would hold. https://go.dev/ref/mod#goproxy-protocol
func publish(t *testing.T, proxy, version string) {
	t.Helper()
	dir := filepath.Join(proxy, platform, "@v")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.OpenFile(filepath.Join(dir, "list"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	archive, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for name, content := range map[string]string{".mod": string(mod), ".info": `{"Version":"` + version + `"}`} {
		if err := os.WriteFile(filepath.Join(dir, version+name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(list, version+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := zip.Create(archive, module.Version{Path: platform, Version: version}, sources(t, "..")); err != nil {
		t.Fatal(err)
	}
}

// sources are the module's files: none of another module below it, and nothing that was built.
func sources(t *testing.T, root string) (files []zip.File) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || name == root:
			return err
		case !entry.IsDir():
			if entry.Type().IsRegular() {
				relative, err := filepath.Rel(root, name)
				files = append(files, source{root, filepath.ToSlash(relative)})
				return err
			}
			return nil
		}
		if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil || strings.HasPrefix(entry.Name(), ".") || entry.Name() == "bin" || entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// source is a file of a module: where the module begins, and the slashed path from there.
type source struct{ root, name string }

func (s source) Path() string                 { return s.name }
func (s source) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join(s.root, s.name)) }
func (s source) Open() (io.ReadCloser, error) { return os.Open(filepath.Join(s.root, s.name)) }
