package sitefiles_test

import (
	"testing"

	"github.com/onefront/onefront/infra/sitefiles"
)

func TestContentType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"index.html":                   "text/html; charset=utf-8",
		"INDEX.HTM":                    "text/html; charset=utf-8",
		"a/b/app.css":                  "text/css; charset=utf-8",
		"app.js":                       "text/javascript; charset=utf-8",
		"app.mjs":                      "text/javascript; charset=utf-8",
		"app.js.map":                   "application/json",
		"data.json":                    "application/json",
		"manifest.webmanifest":         "application/manifest+json",
		"mod.wasm":                     "application/wasm",
		"favicon.svg":                  "image/svg+xml",
		"favicon.ico":                  "image/vnd.microsoft.icon",
		"a.png":                        "image/png",
		"a.JPG":                        "image/jpeg",
		"a.avif":                       "image/avif",
		"a.woff2":                      "font/woff2",
		"a.woff":                       "font/woff",
		"a.ttf":                        "font/ttf",
		"a.otf":                        "font/otf",
		"robots.txt":                   "text/plain; charset=utf-8",
		"sitemap.xml":                  "application/xml; charset=utf-8",
		"feed.atom":                    "application/atom+xml; charset=utf-8",
		"manual.pdf":                   "application/pdf",
		"apple-app-site-association":   "application/json",
		"archive.tar.gz":               "application/gzip",
		"unknown.xyz":                  "application/octet-stream",
		"CNAME":                        "application/octet-stream",
		"folder.html/file-without-dot": "application/octet-stream",
	} {
		if got := sitefiles.ContentType(name); got != want {
			t.Errorf("ContentType(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestCacheControl(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"index.html":                  sitefiles.CachePage,
		"about.8e0d62a03f3b2f1e.html": sitefiles.CachePage,
		"assets/app-B7PI925R.js":      sitefiles.CacheHashed,
		"assets/app.js":               sitefiles.CacheOther,
		"service-worker.js":           sitefiles.CacheOther,
		"favicon.svg":                 sitefiles.CacheOther,
	} {
		if got := sitefiles.CacheControl(name); got != want {
			t.Errorf("CacheControl(%q) = %q, want %q", name, got, want)
		}
	}
}
