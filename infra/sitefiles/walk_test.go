package sitefiles_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onefront/onefront/infra/sitefiles"
	"pgregory.net/rapid"
)

// folder writes files by key into a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for key, content := range files {
		write(t, dir, key, content)
	}
	return dir
}

func write(t testing.TB, dir, key, content string) {
	t.Helper()
	name := filepath.Join(dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func keys(files []sitefiles.File) []string {
	var list []string
	for _, f := range files {
		list = append(list, f.Key)
	}
	return list
}

// walk is the files of a folder.
func walk(dir string) ([]sitefiles.File, error) {
	read, err := sitefiles.Read(dir, nil)
	if err != nil {
		return nil, err
	}
	return read.Files, nil
}

func TestWalk_wholeFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"index.html": "hello"})
	got, err := walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []sitefiles.File{{
		Key:          "index.html",
		Path:         filepath.ToSlash(dir) + "/index.html",
		ContentType:  "text/html; charset=utf-8",
		CacheControl: "public, max-age=0, s-maxage=60, must-revalidate",
		HTML:         true,
		Size:         5,
		MD5:          "5d41402abc4b2a76b9719d911017c592",
		SHA256:       "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWalk_pagesLast(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"about/index.html": "a", "404.html": "n", "index.html": "i", "zebra.js": "z", "assets/app.css": "c", "a.HTML": "x",
	})
	files, err := walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"assets/app.css", "zebra.js", "404.html", "a.HTML", "about/index.html", "index.html"}
	if diff := cmp.Diff(want, keys(files)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if !sitefiles.Has(files, sitefiles.NotFoundKey) || sitefiles.Has(files, "about") {
		t.Error("Has does not tell present from absent keys")
	}
}

func TestWalk_noDotFiles(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"index.html": "i", ".env": "SECRET=1", ".git/config": "x", "assets/.DS_Store": "x", "assets/app.js": "x", "a/.b/c.js": "x",
	})
	files, err := walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"assets/app.js", "index.html"}, keys(files)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// What is left out is named, so that nobody looks for it in vain.
func TestRead_leftOut(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"index.html": "i", ".env": "x", ".git/config": "x", "a/.cache/b.js": "x", "app.js": "x", "app.js.map": "x", "drafts/one.html": "x",
		".well-known/security.txt": "x", ".well-known/apple-app-site-association": "{}", ".well-known/.hidden": "x", "a/.well-known/x": "x",
	})
	read, err := sitefiles.Read(dir, []string{"**/*.map", "drafts"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".env", ".git/", ".well-known/.hidden", "a/.cache/", "a/.well-known/", "app.js.map", "drafts/"}, read.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".well-known/apple-app-site-association", ".well-known/security.txt", "app.js", "index.html"}, keys(read.Files)); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	if read.Files[0].ContentType != "application/json" {
		t.Errorf("got %s for the Apple file", read.Files[0].ContentType)
	}
	if _, err := sitefiles.Read(dir, []string{"[a"}); err == nil || !strings.Contains(err.Error(), `siteExclude "[a"`) {
		t.Errorf("got %v, want the pattern refused", err)
	}
}

// A folder that is not there yet is mostly one that no build has written.
func TestRead_missingFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"web/package.json": "{}"})
	web := filepath.ToSlash(filepath.Join(dir, "web"))
	if _, err := sitefiles.Read(filepath.Join(dir, "web", "dist"), nil); err == nil || !strings.Contains(err.Error(), "npm --prefix "+web+" run build") {
		t.Errorf("got %v, want the command that builds it", err)
	}
	if _, err := sitefiles.Read("no/such/folder", nil); err == nil || !strings.Contains(err.Error(), "name the folder that holds index.html") {
		t.Errorf("got %v, want what to name", err)
	}
}

func TestWalk_symbolicLinks(t *testing.T) {
	t.Parallel()
	outside := folder(t, map[string]string{"secret.txt": "secret"})
	for name, c := range map[string]struct {
		link func(dir string)
		want string // in the error; "" for none
	}{
		"inside":            {func(dir string) { symlink(t, "index.html", filepath.Join(dir, "start.html")) }, ""},
		"absolute, outside": {func(dir string) { symlink(t, filepath.Join(outside, "secret.txt"), filepath.Join(dir, "a.txt")) }, ""},
		"relative, outside": {func(dir string) { symlink(t, "../../"+filepath.Base(outside), filepath.Join(dir, "sub", "up")) }, ""},
		"folder outside":    {func(dir string) { symlink(t, outside, filepath.Join(dir, "docs")) }, ""},
		"folder inside":     {func(dir string) { symlink(t, "sub", filepath.Join(dir, "twice")) }, `"twice": a symbolic link to a folder`},
		"loop":              {func(dir string) { symlink(t, "loop", filepath.Join(dir, "loop")) }, `"loop": a symbolic link`},
		"to nothing":        {func(dir string) { symlink(t, "gone.html", filepath.Join(dir, "a.html")) }, `"a.html": a symbolic link to nothing`},
		"dot file outside":  {func(dir string) { symlink(t, outside, filepath.Join(dir, ".cache")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"index.html": "i", "sub/page.html": "p"})
			c.link(dir)
			files, err := walk(dir)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want it to contain %q; files %q", err, c.want, keys(files))
			}
			if strings.Contains(name, "outside") {
				read, err := sitefiles.Read(dir, nil)
				if err != nil || len(read.Files) != 2 || len(read.LeftOut) != 1 {
					t.Errorf("got %+v, %v, want the link left out by name", read, err)
				}
			}
			if name == "inside" && !sitefiles.Has(files, "start.html") {
				t.Error("the link inside the folder is not published")
			}
		})
	}
}

func TestWalk_refusals(t *testing.T) {
	t.Parallel()
	many := map[string]string{"index.html": "i"}
	for i := range sitefiles.MaxFiles {
		many[fmt.Sprintf("img/%04d.png", i)] = ""
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"empty":           {nil, []string{"no files to publish", `onefront:siteDir to ""`}},
		"only dot files":  {map[string]string{".gitkeep": ""}, []string{"no files to publish"}},
		"no first page":   {map[string]string{"app.js": "x"}, []string{"no index.html"}},
		"own config.json": {map[string]string{"index.html": "i", "config.json": "{}"}, []string{`"config.json"`, "written by the program"}},
		"too many":        {many, []string{"more than 2000 files", "aws s3 sync"}},
		"long name":       {map[string]string{"index.html": "i", strings.Repeat("long/", 102) + "ab": "x"}, []string{"an address of 513 bytes: at most 512"}},
		"control character, backslash": {
			map[string]string{"index.html": "i", "a\nb.js": "x", `c\d.js`: "x"},
			[]string{`"a\nb.js"`, `"c\\d.js"`, "rename it"},
		},
		"plus":      {map[string]string{"index.html": "i", "a/+page.css": "x"}, []string{`"a/+page.css"`, "a plus in the name"}},
		"not UTF-8": {map[string]string{"index.html": "i", "\xff.js": "x"}, []string{"not UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, c.files)
			_, err := walk(dir)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range append(c.want, fmt.Sprintf("%q: ", dir)) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestWalk_exactlyAtTheLimits(t *testing.T) {
	t.Parallel()
	files := map[string]string{"index.html": "i", strings.Repeat("long/", 102) + "a": "x"} // 512 bytes with the leading slash
	for i := len(files); i < sitefiles.MaxFiles; i++ {
		files[fmt.Sprintf("img/%04d.png", i)] = ""
	}
	got, err := walk(folder(t, files))
	if err != nil || len(got) != sitefiles.MaxFiles {
		t.Errorf("%d files, %v; want %d", len(got), err, sitefiles.MaxFiles)
	}
}

func TestWalk_tooLarge(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"index.html": "i"})
	// sparse files: large in length only
	sparse := func(key string, size int64) {
		write(t, dir, key, "")
		if err := os.Truncate(filepath.Join(dir, key), size); err != nil {
			t.Fatal(err)
		}
	}
	sparse("film.mp4", sitefiles.MaxFileBytes+1)
	if _, err := walk(dir); err == nil || !strings.Contains(err.Error(), `"film.mp4": 104857601 bytes: at most 104857600 for one file`) {
		t.Errorf("one large file: %v", err)
	}
	sparse("film.mp4", sitefiles.MaxFileBytes)
	for i := range sitefiles.MaxTotalBytes/sitefiles.MaxFileBytes + 1 {
		sparse(fmt.Sprintf("film%d.mp4", i), sitefiles.MaxFileBytes)
	}
	if _, err := walk(dir); err == nil || !strings.Contains(err.Error(), "bytes in all: at most 1073741824") {
		t.Errorf("large in all: %v", err)
	}
}

func TestWalk_noFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"file": "x"})
	for name, want := range map[string]string{"absent": "there is no such folder", "file": "not a directory"} {
		path := filepath.Join(dir, name)
		if _, err := walk(path); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("%q: ", path)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// Any folder of ordinary names gives each file once, in the same order each time, with a lifetime on
// edges of at most a minute unless its name bears a hash.
func TestWalk_properties(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		dir := filepath.Join(base, fmt.Sprint(run))
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`([a-c]{1,2}/){0,2}[a-z0-9-]{1,10}\.(html|js|css|png|xyz)`), 0, 12, rapid.ID[string]).Draw(t, "names")
		names = append(names, "index.html")
		slices.Sort(names)
		names = slices.Compact(names)
		for _, name := range names {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		files, err := walk(dir)
		if err != nil {
			t.Fatal(err)
		}
		again, err := walk(dir)
		if err != nil || !slices.Equal(files, again) {
			t.Errorf("two walks differ: %v", err)
		}
		got := keys(files)
		slices.Sort(got)
		if diff := cmp.Diff(names, got); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		pages := false
		for _, f := range files {
			if pages && !f.HTML {
				t.Errorf("%s stands after a page", f.Key)
			}
			pages = pages || f.HTML
			if !strings.Contains(f.CacheControl, "s-maxage=60") && (f.HTML || !sitefiles.IsHashed(f.Key)) {
				t.Errorf("%s: %s", f.Key, f.CacheControl)
			}
		}
	})
}
