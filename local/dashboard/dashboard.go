// Package dashboard is the page that shows a running topology: the way requests go, what happened when, why a request
// was answered as it was, and switches for everything. It is plain HTML, CSS and JavaScript modules, embedded, beside
// uPlot, which draws the charts (page/uplot.*, vendored with its licence; see page/VENDORED.md).
//
// The page knows nothing but the admin API that serves it. It asks no other host, and its policy allows none.
package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed page
var files embed.FS

// ContentSecurityPolicy lets the page use its own files and nothing else: no inline code, no frame around it.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// File serves one of the page's files, named by the path value "file".
func File(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("file")) }

// Page serves a file under another address.
func Page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { serve(w, r, name) }
}

func serve(w http.ResponseWriter, r *http.Request, name string) {
	content, err := fs.ReadFile(files, path.Join("page", path.Base("/"+name)))
	if err != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "{\"error\":%q}\n", "file: "+name+": the dashboard has none of this name")
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Content-Security-Policy", ContentSecurityPolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
