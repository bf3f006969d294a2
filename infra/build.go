package infra

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/onefront/onefront/gobuild"
	"github.com/onefront/onefront/handler/contract"
)

// HandlerZip is a deployment package with `bootstrap` at its root.
type HandlerZip struct {
	// Path of the zip file, relative to the project.
	Path string
	// Version is the first 12 hex digits of the zip's SHA-256. The health function answers those of all zips together.
	Version string
}

// Builder makes the zip of a Go package, such as "./orders". It runs once per package, before any resource is
// registered.
type Builder func(ctx context.Context, pkg string) (HandlerZip, error)

// buildDir holds one zip per content, so that a preview never changes what an update reads. It is ignored by git.
const buildDir gobuild.Folder = ".onefront/handler"

// linkedDir is where local mode's binaries stay, in buildDir.
const linkedDir = "linked"

// zipKept is how long a zip that no run has used stays: an update reads those of its own run alone.
const zipKept = 7 * 24 * time.Hour

// BuildHandler compiles a package of the project in the current folder for goos and goarch and packs it. The
// same source and toolchain give the same bytes: no paths, no version control state, no time stamps.
//
// The flags are those of https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html (F10.1). An error
// holds the compiler's own text.
func BuildHandler(goos, goarch string) Builder {
	variables := sync.OnceValue(func() []string { return pinned(goos, goarch) })
	return func(ctx context.Context, pkg string) (HandlerZip, error) {
		return compile(ctx, compilation{goos: goos, goarch: goarch, pkg: pkg, variables: variables, ldflags: "-s -w -buildid=", method: zip.Deflate})
	}
}

// BuildHandlerForLocalMode is [BuildHandler] for starts that follow each other: the binary stays where it was linked,
// with the build ID by which go sees that there is nothing to link, and is not compressed. The zip depends on more than
// the source, which nothing of local mode minds.
func BuildHandlerForLocalMode(goos, goarch string) Builder {
	variables := sync.OnceValue(func() []string { return pinned(goos, goarch) })
	return func(ctx context.Context, pkg string) (HandlerZip, error) {
		sum := sha256.Sum256([]byte(goos + "/" + goarch + " " + pkg))
		keep := filepath.Join(string(buildDir), linkedDir, hex.EncodeToString(sum[:6]))
		return compile(ctx, compilation{goos: goos, goarch: goarch, pkg: pkg, variables: variables, ldflags: "-s -w", method: zip.Store, keep: keep})
	}
}

// goArchive begins what go makes of a package that is no program.
const goArchive = "!<arch>\n"

// compilation is what [compile] is asked for.
type compilation struct {
	goos, goarch, pkg, ldflags string
	// variables are go's, which it is asked for once for all packages.
	variables func() []string
	// method is how the zip holds the binary.
	method uint16
	// keep is the folder in which the binary stays, "" for none.
	keep string
}

func compile(ctx context.Context, c compilation) (HandlerZip, error) {
	work, err := buildDir.Work()
	if err != nil {
		return HandlerZip{}, fmt.Errorf("building the handler: %w", err)
	}
	defer os.RemoveAll(work)
	binary := filepath.Join(cmp.Or(c.keep, work), "bootstrap")
	if err := gobuild.Run(ctx, "", work, c.variables(), "build", "-trimpath", "-buildvcs=false",
		"-ldflags", c.ldflags, "-tags", "lambda.norpc", "-o", binary, c.pkg); err != nil {
		return HandlerZip{}, fmt.Errorf("building %s for %s/%s: %w", c.pkg, c.goos, c.goarch, err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return HandlerZip{}, fmt.Errorf("building the handler: %w", err)
	}
	if bytes.HasPrefix(content, []byte(goArchive)) {
		return HandlerZip{}, fmt.Errorf("building %s: want a package main: of another go makes no program", c.pkg)
	}
	packed, err := packBootstrap(content, c.method)
	if err != nil {
		return HandlerZip{}, fmt.Errorf("packing the handler: %w", err)
	}
	return storeZip(packed)
}

// withFile is the zip with one more file at its root.
func withFile(from HandlerZip, name, text string) (HandlerZip, error) {
	archive, err := zip.OpenReader(from.Path)
	if err != nil {
		return HandlerZip{}, err
	}
	defer archive.Close()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, file := range archive.File {
		if err := w.Copy(file); err != nil {
			return HandlerZip{}, err
		}
	}
	entry, err := w.CreateHeader(zipEntry(name, 0o644))
	if err == nil {
		_, err = entry.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return HandlerZip{}, err
	}
	return storeZip(packed.Bytes())
}

// zipEntry has no time of its own, so that equal content gives equal bytes.
func zipEntry(name string, mode fs.FileMode) *zip.FileHeader {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(mode)
	return header
}

// kept are Go's variables that say where source and toolchain come from, and nothing about a binary's bytes.
var kept = []string{
	"GOAUTH", "GOCACHE", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GOVCS",
}

// pinned are Go's variables that decide about a binary's bytes, whatever those of whoever runs the program are: in the
// environment, or written by `go env -w`, whose file go reads also for a variable that is set to nothing. Of GOFLAGS
// only how modules are found stays.
func pinned(goos, goarch string) []string {
	variables := []string{
		"GOENV=off", "GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0", "GOEXPERIMENT=",
		"GOARM64=v8.0", "GOAMD64=v1", "GODEBUG=", "GOFIPS140=off",
	}
	own := goVariables(append([]string{"GOFLAGS"}, kept...))
	for _, name := range kept {
		if own[name] != "" {
			variables = append(variables, name+"="+own[name])
		}
	}
	var modules []string
	for flag := range strings.FieldsSeq(own["GOFLAGS"]) {
		if strings.HasPrefix(flag, "-mod") {
			modules = append(modules, flag)
		}
	}
	return append(variables, "GOFLAGS="+strings.Join(modules, " "))
}

// goVariables are the values that go has for variables. Where go cannot say, the build after it says why.
func goVariables(names []string) map[string]string {
	values := map[string]string{}
	output, err := exec.Command("go", append([]string{"env", "-json"}, names...)...).Output()
	if err == nil {
		_ = json.Unmarshal(output, &values)
	}
	return values
}

// packBootstrap writes the zip by hand because an AssetArchive of Pulumi keeps no Unix mode, and Lambda runs
// `bootstrap` only with mode 0755 (F10.2).
func packBootstrap(binary []byte, method uint16) ([]byte, error) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	header := zipEntry("bootstrap", 0o755)
	header.Method = method
	entry, err := w.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := entry.Write(binary); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// storeZip writes the zip under its hash, by rename, so that no reader ever sees half of it.
func storeZip(packed []byte) (HandlerZip, error) {
	sum := sha256.Sum256(packed)
	version := hex.EncodeToString(sum[:])[:12]
	path := filepath.Join(string(buildDir), version+".zip")
	now := time.Now()
	used := os.Chtimes(path, now, now) == nil // before what is unused goes
	buildDir.Forget("*.zip", zipKept)
	if used {
		return HandlerZip{Path: path, Version: version}, nil
	}
	file, err := buildDir.Part()
	if err != nil {
		return HandlerZip{}, fmt.Errorf("storing the handler: %w", err)
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(packed); err == nil {
		err = file.Chmod(fs.FileMode(0o644))
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return HandlerZip{}, fmt.Errorf("storing the handler: %w", err)
	}
	return HandlerZip{Path: path, Version: version}, nil
}

// build makes the zip of every function, each package once, and the version of them all.
func (p *platform) build(ctx context.Context) error {
	build, err := p.builder()
	if err != nil {
		return err
	}
	versions, err := p.buildFunctions(ctx)
	if err != nil {
		return err
	}
	health, err := build(ctx, healthPackage)
	if err != nil {
		return fmt.Errorf("the platform's health function: %w", err)
	}
	p.version = versionOf(append(versions, health.Version))
	if p.healthZip, err = withFile(health, contract.VersionFile, p.version+"\n"); err != nil {
		return fmt.Errorf("the platform's health function: packing its version: %w", err)
	}
	return nil
}

// buildFunctions makes the zips of the application's functions and returns their versions. What is wrong with several
// is told together.
func (p *platform) buildFunctions(ctx context.Context) (versions []string, err error) {
	build, err := p.builder()
	if err != nil {
		return nil, err
	}
	users := map[source][]string{}
	var sources []source
	for _, fn := range p.Application.Functions {
		from := source{fn.Package, fn.Zip}
		if users[from] == nil {
			sources = append(sources, from)
		}
		users[from] = append(users[from], strconv.Quote(fn.Name))
	}
	p.zips = map[string]HandlerZip{}
	built := map[source]HandlerZip{}
	var errs []error
	for _, from := range sources {
		if built[from], err = from.build(ctx, build); err != nil {
			errs = append(errs, fmt.Errorf("function %s: %w", strings.Join(users[from], " and "), err))
		}
		versions = append(versions, built[from].Version)
	}
	for _, fn := range p.Application.Functions {
		p.zips[fn.Name] = built[source{fn.Package, fn.Zip}]
	}
	return versions, errors.Join(errs...)
}

func (a *Args) builder() (Builder, error) {
	if a.Build != nil {
		return a.Build, nil
	}
	return defaultBuild()
}

// defaultBuild is for Lambda, or for the machine that local mode runs on. An interrupt ends the compiler too, which is
// in a process group of its own.
func defaultBuild() (Builder, error) {
	build := BuildHandler("linux", "arm64")
	if local := os.Getenv(contract.LocalVariable); local != "" {
		if underEngine() {
			return nil, fmt.Errorf("%s: %q: unset it: it is local mode's, and Lambda, which runs linux/arm64, would get functions for another machine", contract.LocalVariable, local)
		}
		goos, goarch, ok := strings.Cut(local, "/")
		if !ok || goos == "" || goarch == "" || strings.Contains(goarch, "/") {
			return nil, fmt.Errorf("%s: %q: <goos>/<goarch> such as linux/amd64: local mode sets it for the program", contract.LocalVariable, local)
		}
		build = BuildHandlerForLocalMode(goos, goarch)
	}
	return func(ctx context.Context, pkg string) (HandlerZip, error) {
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		return build(ctx, pkg)
	}, nil
}

// source is where a function's zip comes from: one of the two.
type source struct{ pkg, zip string }

func (s source) build(ctx context.Context, build Builder) (HandlerZip, error) {
	switch {
	case s.zip == "" && s.pkg == "", s.zip != "" && s.pkg != "":
		return HandlerZip{}, nil // refused already
	case s.zip == "":
		return build(ctx, s.pkg)
	}
	zip, err := readyZip(s.zip)
	if err != nil {
		return zip, fmt.Errorf("zip %q: %w", s.zip, err)
	}
	return zip, nil
}

// maxZip is what Lambda takes with the call that makes the function (F10.5).
const maxZip = 50 << 20

// readyZip takes a zip that somebody else has made, if Lambda can run it (F10.2).
func readyZip(path string) (HandlerZip, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return HandlerZip{}, fmt.Errorf("the path of a zip relative to the project: %w", err)
	}
	if len(content) > maxZip {
		return HandlerZip{}, fmt.Errorf("at most %d bytes, which Lambda takes without a bucket, not %d (F10.5)", maxZip, len(content))
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return HandlerZip{}, fmt.Errorf("a zip file: %w", err)
	}
	for _, file := range archive.File {
		if file.Name != "bootstrap" {
			continue
		}
		if mode := file.Mode(); mode.Perm()&0o111 != 0o111 {
			return HandlerZip{}, fmt.Errorf("bootstrap with mode 0755, not %04o: Lambda cannot run it", mode.Perm())
		}
		sum := sha256.Sum256(content)
		return HandlerZip{Path: path, Version: hex.EncodeToString(sum[:])[:12]}, nil
	}
	return HandlerZip{}, errors.New("a zip with a file named bootstrap at its root, which this one has not")
}

// versionOf is the version of several zips: of one, its own.
func versionOf(versions []string) string {
	if len(versions) == 1 {
		return versions[0]
	}
	slices.Sort(versions)
	sum := sha256.Sum256([]byte(strings.Join(versions, " ")))
	return hex.EncodeToString(sum[:])[:12]
}
