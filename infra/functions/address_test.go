package functions_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onefront/onefront/infra/functions"
	"github.com/onefront/onefront/infra/sitefiles"
	"github.com/onefront/onefront/local/cloudfront/function"
)

// site is the function in front of a published folder with these keys.
func site(t testing.TB, spa bool, redirects []sitefiles.Redirect, keys ...string) *function.Function {
	t.Helper()
	var files []sitefiles.File
	for _, key := range keys {
		files = append(files, sitefiles.File{Key: key})
	}
	table, err := sitefiles.Addresses(files, redirects)
	if err != nil {
		t.Fatal(err)
	}
	return composed(t, functions.Request{Site: &functions.Site{SPA: spa, NotFoundPage: slices.Contains(keys, sitefiles.NotFoundKey)}}, table)
}

// answered is what a function does with a path: the object's address, or "301 /place", or "404".
func answered(t testing.TB, f *function.Function, target string) string {
	t.Helper()
	got := run(t, f, event("GET", "www.example.com"+target))
	switch {
	case got.Response == nil && got.Request != nil:
		return got.Request.URI
	case got.Response == nil:
		t.Fatalf("%s: neither request nor response", target)
	case got.Response.Headers.Get("Location") != "":
		return http.StatusText(got.Response.StatusCode) + " " + got.Response.Headers.Get("Location")
	}
	return http.StatusText(got.Response.StatusCode)
}

var published = []string{
	"index.html", "404.html", "about/index.html", "pricing.html", "app.js", "LICENSE", "é/index.html", "a b.txt", "docs/v1.2/index.html",
	"blog/2024.01", ".well-known/apple-app-site-association", "a#b?c.txt", "100%.txt", "team", "team.html",
}

func TestSite_addresses(t *testing.T) {
	t.Parallel()
	redirects := []sitefiles.Redirect{
		{From: "/old", To: "/about/"},
		{From: "/jobs", To: "https://jobs.example.org/all?from=site", Status: 307},
		{From: "/shop/*", To: "https://shop.example.org/*", Status: 302},
		{From: "/shop/sale/*", To: "/pricing", Status: 308},
		{From: "/archive/*", To: "/*"},
	}
	pages, spa := site(t, false, redirects, published...), site(t, true, redirects, published...)
	bare := site(t, false, nil, "index.html", "about/index.html")
	tests := map[string]struct {
		f            *function.Function
		target, want string
	}{
		"root":                               {pages, "/", "/index.html"},
		"a page under its folder":            {pages, "/about/", "/about/index.html"},
		"without the slash":                  {pages, "/about", "Moved Permanently /about/"},
		"the query stays":                    {pages, "/about?x=1&y=%2f", "Moved Permanently /about/?x=1&y=%2f"},
		"a page without extension":           {pages, "/pricing", "/pricing.html"},
		"with a slash":                       {pages, "/pricing/", "Moved Permanently /pricing"},
		"a page under its own path":          {pages, "/about/index.html", "/about/index.html"},
		"a file":                             {pages, "/app.js?v=1", "/app.js"},
		"without extension":                  {pages, "/LICENSE", "/LICENSE"},
		"a file before a page":               {pages, "/team", "/team"},
		"and the page beside it":             {pages, "/team.html", "/team.html"},
		"dots in a folder":                   {pages, "/docs/v1.2/", "/docs/v1.2/index.html"},
		"dots in a folder, without slash":    {pages, "/docs/v1.2", "Moved Permanently /docs/v1.2/"},
		"a name that is a date":              {pages, "/blog/2024.01", "/blog/2024.01"},
		"well-known":                         {pages, "/.well-known/apple-app-site-association", "/.well-known/apple-app-site-association"},
		"encoded space":                      {pages, "/a%20b.txt", "/a%20b.txt"},
		"encoded folder":                     {pages, "/%C3%A9/", "/%C3%A9/index.html"},
		"encoded folder, without slash":      {pages, "/%c3%a9", "Moved Permanently /%C3%A9/"},
		"query and fragment signs":           {pages, "/a%23b%3Fc.txt", "/a%23b%3Fc.txt"},
		"percent sign":                       {pages, "/100%25.txt", "/100%25.txt"},
		"config":                             {pages, "/config.json", "/config.json"},
		"the 404 page itself":                {pages, "/404.html", "/404.html"},
		"its clean address is none":          {pages, "/404", "/404.html"},
		"unknown":                            {pages, "/nowhere", "/404.html"},
		"unknown with slash":                 {pages, "/nowhere/", "/404.html"},
		"unknown file":                       {pages, "/nowhere.txt", "/404.html"},
		"broken encoding":                    {pages, "/%zz", "/404.html"},
		"property of every object":           {pages, "/constructor", "/404.html"},
		"dots in the path find no file":      {pages, "/about/../app.js", "/404.html"},
		"two slashes":                        {pages, "//about/", "/404.html"},
		"longer than a key":                  {pages, "/" + strings.Repeat("a", 600), "/404.html"},
		"old hashed asset may be there":      {pages, "/assets/index-DiwrgTda.js", "/assets/index-DiwrgTda.js"},
		"old hashed asset in hex":            {pages, "/app.3f9a2c1b.css", "/app.3f9a2c1b.css"},
		"old hashed asset in long hex":       {pages, "/app-3f9a2c1b0d4e5f60.chunk.js", "/app-3f9a2c1b0d4e5f60.chunk.js"},
		"a date is no hash":                  {pages, "/20240501.html", "/404.html"},
		"a number is no hash":                {pages, "/photo001.jpg", "/404.html"},
		"a word is no hash":                  {pages, "/our-datasheet.pdf", "/404.html"},
		"a hash without extension":           {pages, "/orders/3f9a2c1b0d4e5f60", "/404.html"},
		"redirect":                           {pages, "/old?x=1", "Moved Permanently /about/?x=1"},
		"redirect with a query of its own":   {pages, "/jobs?x=1", "Temporary Redirect https://jobs.example.org/all?from=site&x=1"},
		"wildcard":                           {pages, "/shop/a%20b/c?x=1", "Found https://shop.example.org/a%20b/c?x=1"},
		"the longer wildcard first":          {pages, "/shop/sale/shoes", "Permanent Redirect /pricing"},
		"wildcard, nothing behind":           {pages, "/shop/", "Found https://shop.example.org/"},
		"wildcard covers no other folder":    {pages, "/shopping", "/404.html"},
		"wildcard leads to no other host":    {pages, "/archive//evil.example", "Moved Permanently /evil.example"},
		"nor with a backslash":               {pages, `/archive/\evil.example`, "Moved Permanently /evil.example"},
		"wildcard, what no header holds":     {pages, "/archive/ü x", "Moved Permanently /%C3%BC%20x"},
		"spa: root":                          {spa, "/", "/index.html"},
		"spa: deep link":                     {spa, "/users/42", "/index.html"},
		"spa: deep link with slash":          {spa, "/users/", "/index.html"},
		"spa: a dot in a name":               {spa, "/users/john.doe", "/index.html"},
		"spa: an id that looks like a hash":  {spa, "/orders/3f9a2c1b0d4e5f60", "/index.html"},
		"spa: a name like an extension":      {spa, "/languages/js", "/index.html"},
		"spa: file":                          {spa, "/app.js", "/app.js"},
		"spa: a page has its address":        {spa, "/about/", "/about/index.html"},
		"spa: without extension":             {spa, "/LICENSE", "/LICENSE"},
		"spa: missing file is no page":       {spa, "/assets/x.js", "/404.html"},
		"spa: old hashed asset may be there": {spa, "/assets/index-DiwrgTda.js", "/assets/index-DiwrgTda.js"},
		"spa: redirect":                      {spa, "/old", "Moved Permanently /about/"},
		"spa: wildcard":                      {spa, "/shop/a", "Found https://shop.example.org/a"},
		"no 404 page: unknown":               {bare, "/nowhere", "Not Found"},
		"no 404 page: broken encoding":       {bare, "/%zz", "Not Found"},
		"no 404 page: known":                 {bare, "/about/", "/about/index.html"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := answered(t, tt.f, tt.target); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.target, got, tt.want)
			}
		})
	}
}

// A store that is empty, as while it is made, or that cannot be read is no site-wide 404.
func TestSite_withoutTable(t *testing.T) {
	t.Parallel()
	for _, spa := range []bool{false, true} {
		f := composed(t, functions.Request{Site: &functions.Site{SPA: spa, NotFoundPage: true}}, map[string]string{})
		deep := "/about/index.html"
		if spa {
			deep = "/index.html"
		}
		for target, want := range map[string]string{"/": "/index.html", "/about": deep, "/about/": deep, "/app.js": "/app.js"} {
			if spa && target == "/" {
				want = "/index.html"
			}
			if got := answered(t, f, target); got != want {
				t.Errorf("spa %t, %s: got %s, want %s", spa, target, got, want)
			}
		}
	}
}

// Publisher and edge agree on what a hash is, whatever the name.
func TestSite_hashedAsPublished(t *testing.T) {
	t.Parallel()
	f := site(t, false, nil, "index.html", "404.html")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(
			rapid.StringMatching(`[a-zA-Z0-9._-]{1,24}\.(js|css|chunk\.js|js\.map|min\.css|png|html)`),
			rapid.StringMatching(`[a-z]{1,8}[-._]([0-9a-f]{6,12}|[A-Za-z0-9_-]{8})(\.LICENSE)?\.[a-z]{1,4}`),
			rapid.StringMatching(`[A-Za-z0-9]{8}\.js`),
			rapid.StringMatching(`[A-Za-z0-9._-]{1,16}`),
		).Draw(t, "name")
		want := "/404.html"
		if sitefiles.IsHashed(name) {
			want = "/" + name
		}
		got, err := f.ViewerRequest(t.Context(), event("GET", "www.example.com/"+name))
		if err != nil {
			t.Fatal(err)
		}
		if name != "index.html" && name != "404.html" && name != "index" && got.Request.URI != want {
			t.Errorf("%q: got %s, want %s", name, got.Request.URI, want)
		}
	})
}

// Every file of any folder is reachable under its own path, and every address leads to a file within one redirect.
func TestSite_randomTrees(t *testing.T) {
	t.Parallel()
	segment := rapid.OneOf(
		rapid.StringMatching(`[a-z]{1,6}`), rapid.StringMatching(`[a-zA-Z0-9 ._~!$&'()*,;=:@%#?-]{1,10}`), rapid.StringMatching(`v[0-9]\.[0-9]`),
		rapid.SampledFrom([]string{"é", "日本", "index", "404", "constructor", "__proto__", "a b"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		keys := map[string]bool{"index.html": true, "404.html": true}
		for range rapid.IntRange(0, 8).Draw(t, "files") {
			path := rapid.SliceOfN(segment, 1, 3).Draw(t, "path")
			key := strings.Join(path, "/") + rapid.SampledFrom([]string{"", ".html", "/index.html", ".js", ".tar.gz"}).Draw(t, "ending")
			if !taken(keys, key) {
				keys[key] = true
			}
		}
		var files []sitefiles.File
		for key := range keys {
			files = append(files, sitefiles.File{Key: key})
		}
		table, err := sitefiles.Addresses(files, nil)
		if err != nil {
			t.Skip("refused: " + err.Error())
		}
		code, err := functions.ComposeRequest(functions.Request{Site: &functions.Site{NotFoundPage: true}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := function.New(code, table, nil)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(target string) function.Result {
			got, err := f.ViewerRequest(t.Context(), event("GET", "www.example.com"+target))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for key := range keys {
			own := (&url.URL{Path: "/" + key}).EscapedPath()
			if got := ask(own); got.Request == nil || got.Request.URI != own {
				t.Errorf("%s: got %+v", own, got)
			}
		}
		for address := range table {
			if address[0] != '/' {
				continue
			}
			got := ask((&url.URL{Path: address}).EscapedPath())
			if got.Response != nil {
				got = ask(got.Response.Headers.Get("Location"))
			}
			if got.Request == nil {
				t.Fatalf("%q leads on and on", address)
			}
			object, err := url.PathUnescape(got.Request.URI)
			if err != nil || !keys[object[1:]] && object != "/config.json" {
				t.Errorf("%q: got %s, which is no file", address, got.Request.URI)
			}
		}
	})
}

// taken says that a key cannot stand beside the others in one folder, or that the publisher would refuse it.
func taken(keys map[string]bool, key string) bool {
	for other := range maps.Keys(keys) {
		if other == key || strings.HasPrefix(other, key+"/") || strings.HasPrefix(key, other+"/") {
			return true
		}
	}
	return strings.Contains(key, "//") || slices.Contains(strings.Split(key, "/"), ".") || slices.Contains(strings.Split(key, "/"), "..") || key == "config.json"
}

// Whatever a viewer asks, the function answers, and an origin is asked for a published object, or for a name with a
// hash.
func FuzzSite_anyPath(f *testing.F) {
	for _, path := range []string{"/", "/about", "/%zz", "/archive//evil.example", "/%2e%2e/", "/*", "/.", "/a%2Fb", "/\x00"} {
		f.Add(path)
	}
	redirects := []sitefiles.Redirect{{From: "/archive/*", To: "/*"}}
	table, err := sitefiles.Addresses([]sitefiles.File{{Key: "index.html"}, {Key: "about/index.html"}, {Key: "404.html"}}, redirects)
	if err != nil {
		f.Fatal(err)
	}
	fn := composed(f, functions.Request{Site: &functions.Site{NotFoundPage: true}}, table)
	f.Fuzz(func(t *testing.T, path string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?") {
			t.Skip("no path")
		}
		e := event("GET", "www.example.com/")
		e.Request.URI = path
		got := run(t, fn, e)
		if got.Response != nil {
			if to := got.Response.Headers.Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) || !strings.HasPrefix(to, "/") {
				t.Errorf("%q leads to %q, another host", path, to)
			}
			return
		}
		if uri := got.Request.URI; !slices.Contains([]string{"/index.html", "/about/index.html", "/404.html", "/config.json"}, uri) && !sitefiles.IsHashed(uri) {
			t.Errorf("%q asks the origin for %q", path, uri)
		}
	})
}
