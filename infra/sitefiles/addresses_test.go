package sitefiles_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/infra/sitefiles"
)

func files(keys ...string) (list []sitefiles.File) {
	for _, key := range keys {
		list = append(list, sitefiles.File{Key: key})
	}
	return list
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	got, err := sitefiles.Addresses(
		files("index.html", "404.html", "about/index.html", "pricing.html", "a b.txt", "LICENSE"),
		[]sitefiles.Redirect{
			{From: "/old", To: "/about/"},
			{From: "/grüße", To: "https://www.example.org/", Status: 308},
			{From: "/a/*", To: "/b/*"},
			{From: "/a/ü/*", To: "/pricing", Status: 302},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"/": "/index.html", "/index.html": "/index.html", "/404.html": "/404.html", "/config.json": "/config.json",
		"/about/": "/about/index.html", "/about": "301 /about/", "/about/index.html": "/about/index.html",
		"/pricing": "/pricing.html", "/pricing/": "301 /pricing", "/pricing.html": "/pricing.html",
		"/a b.txt": "/a%20b.txt", "/LICENSE": "/LICENSE",
		"/old": "301 /about/", "/grüße": "308 https://www.example.org/",
		"wildcards": "302 /a/%C3%BC/ /pricing\n301 /a/ /b/*", "extensions": " html txt ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestAddresses_refuses(t *testing.T) {
	t.Parallel()
	redirect := func(from, to string) []sitefiles.Redirect { return []sitefiles.Redirect{{From: from, To: to}} }
	var many, long []sitefiles.Redirect
	for i := range sitefiles.MaxWildcards + 1 {
		many = append(many, sitefiles.Redirect{From: fmt.Sprintf("/%d/*", i), To: "/"})
	}
	for i := range 10 {
		long = append(long, sitefiles.Redirect{From: fmt.Sprintf("/%d%s/*", i, strings.Repeat("a", 100)), To: "/"})
	}
	tests := map[string]struct {
		files     []sitefiles.File
		redirects []sitefiles.Redirect
		want      string
	}{
		"both forms":             {files("about.html", "about/index.html"), nil, `"about.html" beside "about/index.html"`},
		"a redirect over a file": {files("app.js"), redirect("/app.js", "/x"), "would hide /app.js"},
		"over a page":            {files("about/index.html"), redirect("/about/", "/x"), "would hide /about/index.html"},
		"over the way to one":    {files("about/index.html"), redirect("/about", "/x"), "would hide the way to /about/"},
		"twice":                  {nil, append(redirect("/a", "/b"), redirect("/a", "/c")...), "stands twice"},
		"to itself":              {nil, redirect("/a", "/a"), "leads on and on"},
		"to itself, encoded":     {nil, redirect("/ü", "/%C3%BC"), "leads on and on"},
		"in a ring":              {nil, append(redirect("/a", "/b"), redirect("/b", "/a")...), "leads on and on"},
		"wildcard into itself":   {nil, redirect("/a/*", "/a/b/*"), "leads on and on"},
		"wildcard and back":      {nil, append(redirect("/a/*", "/b"), redirect("/b", "/a/x")...), "leads on and on"},
		"no path":                {nil, redirect("old", "/x"), `want a path such as "/old"`},
		"a query":                {nil, redirect("/old?x=1", "/x"), `want a path such as "/old"`},
		"a star in the middle":   {nil, redirect("/a/*/b", "/x"), "star at the end alone"},
		"everything":             {nil, redirect("/*", "/x"), "every unknown path"},
		"a star only behind":     {nil, redirect("/a", "/b/*"), "from has none"},
		"another scheme":         {nil, redirect("/a", "http://www.example.org/"), "want a path"},
		"another host":           {nil, redirect("/a", "//www.example.org/"), "two slashes"},
		"script":                 {nil, redirect("/a", "javascript:alert(1)"), "want a path"},
		"not encoded":            {nil, redirect("/a", "/ü"), "percent-encoded"},
		"status":                 {nil, []sitefiles.Redirect{{From: "/a", To: "/b", Status: 303}}, "want one of [301 302 307 308]"},
		"a long from":            {nil, redirect("/"+strings.Repeat("a", 512), "/b"), "at most 512"},
		"a long to":              {nil, redirect("/a", "/"+strings.Repeat("b", 1024)), "at most 1024"},
		"many wildcards":         {nil, many, "at most 50"},
		"long wildcards":         {nil, long, "bytes together: at most 1024"},
		"a long name, encoded":   {files(strings.Repeat("ü", 200)), nil, "percent-encoded"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sitefiles.Addresses(append(tt.files, files("index.html")...), tt.redirects)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	_, err := sitefiles.Addresses(files("about.html", "about/index.html"), redirect("old", "x"))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 2 {
		t.Errorf("got %v, want both problems in one run", err)
	}
}

// A chain of redirects that ends is no loop.
func TestAddresses_chain(t *testing.T) {
	t.Parallel()
	_, err := sitefiles.Addresses(files("index.html"), []sitefiles.Redirect{{From: "/a", To: "/b"}, {From: "/b", To: "/c"}, {From: "/c/*", To: "/a"}, {From: "/c", To: "/"}})
	if err != nil {
		t.Error(err)
	}
}
