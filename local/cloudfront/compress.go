package cloudfront

import (
	"bytes"
	"compress/gzip"
	"mime"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/httpcache"
)

// Sizes CloudFront compresses, F4.8.
const (
	minCompressBytes = 1_000
	maxCompressBytes = 10_000_000
)

// Levels: fast ones, as an edge would use (guess: CloudFront's are not published).
const (
	brotliLevel = 5
	gzipLevel   = gzip.DefaultCompression
)

// compress returns an answer of an origin as it is kept and sent: compressed if the behavior, the policy, the viewer
// and the answer all say so. F4.8-4.11, CF DG ServingCompressedFiles. header belongs to the caller.
func compress(b *distribution.Behavior, acceptEncoding string, status int, header http.Header, body []byte) []byte {
	if !b.Compress || acceptEncoding == "" || len(body) < minCompressBytes || len(body) > maxCompressBytes {
		return body
	}
	if status != http.StatusOK && status != http.StatusForbidden && status != http.StatusNotFound {
		return body
	}
	if header["Content-Encoding"] != nil || header["Content-Range"] != nil || !compressible(header.Get("Content-Type")) {
		return body
	}
	var packed []byte
	if strings.HasPrefix(acceptEncoding, "br") {
		packed = brotliBytes(body)
		header["Content-Encoding"] = []string{"br"}
	} else {
		packed = gzipBytes(body)
		header["Content-Encoding"] = []string{"gzip"}
	}
	weakenETag(header)
	addVary(header, "Accept-Encoding")
	return packed
}

func brotliBytes(body []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotliLevel)
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func gzipBytes(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzipLevel) // the level is valid
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// weakenETag is "ETag header" of the page: strong tags turn weak, invalid ones are removed.
func weakenETag(h http.Header) {
	switch tag := h.Get("Etag"); {
	case strings.HasPrefix(tag, `"`):
		h["Etag"] = []string{"W/" + tag}
	case !strings.HasPrefix(tag, "W/"):
		delete(h, "Etag")
	}
}

func addVary(h http.Header, name string) {
	for _, v := range h["Vary"] {
		if httpcache.ContainsToken(v, name) {
			return
		}
	}
	h["Vary"] = append(append([]string(nil), h["Vary"]...), name)
}

// compressible is the list "File types that CloudFront compresses".
func compressible(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch media {
	case "application/dash+xml", "application/eot", "application/font", "application/font-sfnt", "application/javascript",
		"application/json", "application/opentype", "application/otf", "application/pdf", "application/pkcs7-mime",
		"application/protobuf", "application/rss+xml", "application/truetype", "application/ttf",
		"application/vnd.apple.mpegurl", "application/vnd.mapbox-vector-tile", "application/vnd.ms-fontobject",
		"application/wasm", "application/xhtml+xml", "application/xml", "application/x-font-opentype",
		"application/x-font-truetype", "application/x-font-ttf", "application/x-httpd-cgi", "application/x-javascript",
		"application/x-mpegurl", "application/x-opentype", "application/x-otf", "application/x-perl", "application/x-ttf",
		"font/eot", "font/opentype", "font/otf", "font/ttf", "image/svg+xml", "text/css", "text/csv", "text/html",
		"text/javascript", "text/js", "text/plain", "text/richtext", "text/tab-separated-values", "text/xml",
		"text/x-component", "text/x-java-source", "text/x-script", "vnd.apple.mpegurl":
		return true
	}
	return false
}
