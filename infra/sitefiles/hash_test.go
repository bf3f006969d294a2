package sitefiles_test

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/onefront/onefront/infra/sitefiles"
	"pgregory.net/rapid"
)

func TestIsHashed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		// what bundlers write
		"assets/index-DiwrgTda.css":                        true, // Vite
		"assets/shared-B7PI925R.js":                        true,
		"assets/baz-B2H3sXNv.js":                           true,
		"assets/shared-ChJ_j-JJ.css":                       true,
		"assets/foo-5UjPuW-k.css":                          true,
		"assets/index-legacy-B2H3sXNv.js":                  true,
		"assets/index-B7PI925R.js.map":                     true,
		"main.8e0d62a03f3b2f1e.js":                         true, // webpack
		"static/js/main.8e0d62a0.chunk.js":                 true,
		"static/js/main.8e0d62a0.js.map":                   true,
		"static/js/2.8e0d62a0.js.LICENSE.txt":              true,
		"_next/static/chunks/4bd1b696-8f2a3cd01b9e7a55.js": true, // Next.js
		"logo_3f2a9c1b.svg":                                true,
		"app-7QZ5UPOX.js":                                  true, // esbuild
		"chunks/B3x9kZ1q.js":                               true, // the name is the hash
		"f1d2d2f924e986ac86fdf7b36c94bcdf32beec15.woff2":   true,
		// what people write
		"app.js":                   false,
		"assets/app.css":           false,
		"jquery-3.7.1.min.js":      false,
		"bootstrap.bundle.min.js":  false,
		"report-20240131.pdf":      false,
		"photo-20240131123456.jpg": false,
		"IMG_20240131.jpg":         false,
		"IMG-DSC_0012.jpg":         false,
		"hello-deadbeef.js":        false,
		"dashboard-component.js":   false,
		"vendor-DataGrid.js":       false,
		"component-Checkbox.js":    false,
		"DataGrid.js":              false,
		"NavStrip.js":              false,
		"logo-V2Banner.png":        false,
		"icon-NewLogo2.svg":        false,
		"clip-mp4video.webm":       false,
		"page-version2.js":         false,
		"my-html-css.js":           false,
		"my-Html-Css.js":           false,
		"my-Big_Page.js":           false,
		"manual-README42.txt":      false,
		"favicon.ico":              false,
		"service-worker.js":        false,
		"manifest.webmanifest":     false,
		"3f2a9c1.js":               false, // seven digits
		"":                         false,
		"8e0d62a03f3b2f1e/app.js":  false, // a hash in the folder's name says nothing of the file
	} {
		if got := sitefiles.IsHashed(name); got != want {
			t.Errorf("IsHashed(%q) = %t, want %t", name, got, want)
		}
	}
}

// Whatever a bundler hashes, its hex name is found, and most of its short names too; none of the names
// made of plain words is.
func TestIsHashed_randomContent(t *testing.T) {
	t.Parallel()
	var short, found int
	rapid.Check(t, func(t *rapid.T) {
		sum := sha256.Sum256(rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "content"))
		name := rapid.StringMatching(`[a-z]{1,12}`).Draw(t, "name")
		length := rapid.IntRange(16, 64).Draw(t, "length")
		// Sixteen digits in a row are rare in a digest, and a date elsewhere: they do not count as one.
		digest := hex.EncodeToString(sum[:])[:length]
		mixed := strings.ContainsAny(digest, "0123456789") && strings.ContainsAny(digest, "abcdef")
		if file := "assets/" + name + "." + digest + ".js"; sitefiles.IsHashed(file) != mixed {
			t.Errorf("%s: recognised %t, want %t", file, !mixed, mixed)
		}
		for _, token := range []string{base64.RawURLEncoding.EncodeToString(sum[:])[:8], base32.StdEncoding.EncodeToString(sum[:])[:8]} {
			short++
			if sitefiles.IsHashed(name + "-" + token + ".css") {
				found++
			}
		}
	})
	if found*10 < short*6 {
		t.Errorf("recognised %d of %d short hashes, want at least 60 %%", found, short)
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{2,8}[0-9]{0,3}`), 1, 4).Draw(t, "words")
		if file := strings.Join(words, "-") + ".js"; sitefiles.IsHashed(file) && !strings.ContainsAny(file, "0123456789") {
			t.Errorf("%s counts as hashed", file)
		}
	})
}
