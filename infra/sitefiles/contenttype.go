package sitefiles

import (
	"path"
	"strings"
)

// unknownType is what S3 gives an object without a type, too (F9.11).
const unknownType = "application/octet-stream"

// contentTypes by extension. A table of our own, because mime.TypeByExtension reads the machine's
// files: the same folder would plan different objects on two machines. Text bears its charset, since
// the site's headers forbid sniffing. The names are IANA's:
// https://www.iana.org/assignments/media-types/media-types.xhtml
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".htm":         "text/html; charset=utf-8",
	".xhtml":       "application/xhtml+xml; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8", // RFC 9239
	".mjs":         "text/javascript; charset=utf-8",
	".cjs":         "text/javascript; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".md":          "text/markdown; charset=utf-8",
	".csv":         "text/csv; charset=utf-8",
	".ics":         "text/calendar; charset=utf-8",
	".vtt":         "text/vtt; charset=utf-8",
	".vcf":         "text/vcard; charset=utf-8",
	".xml":         "application/xml; charset=utf-8",
	".xsl":         "application/xml; charset=utf-8",
	".rss":         "application/rss+xml; charset=utf-8",
	".atom":        "application/atom+xml; charset=utf-8",
	".json":        "application/json", // always UTF-8, has no charset parameter (RFC 8259)
	".map":         "application/json",
	".jsonld":      "application/ld+json",
	".geojson":     "application/geo+json",
	".topojson":    "application/json",
	".webmanifest": "application/manifest+json",
	".wasm":        "application/wasm",
	".pdf":         "application/pdf",
	".zip":         "application/zip",
	".gz":          "application/gzip",
	".tar":         "application/x-tar",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".apng":        "image/apng",
	".jpg":         "image/jpeg",
	".jpeg":        "image/jpeg",
	".gif":         "image/gif",
	".webp":        "image/webp",
	".avif":        "image/avif",
	".bmp":         "image/bmp",
	".tif":         "image/tiff",
	".tiff":        "image/tiff",
	".ico":         "image/vnd.microsoft.icon",
	".woff2":       "font/woff2",
	".woff":        "font/woff",
	".ttf":         "font/ttf",
	".otf":         "font/otf",
	".ttc":         "font/collection",
	".eot":         "application/vnd.ms-fontobject",
	".mp3":         "audio/mpeg",
	".m4a":         "audio/mp4",
	".aac":         "audio/aac",
	".oga":         "audio/ogg",
	".ogg":         "audio/ogg",
	".opus":        "audio/ogg",
	".wav":         "audio/wav",
	".flac":        "audio/flac",
	".weba":        "audio/webm",
	".mp4":         "video/mp4",
	".m4v":         "video/mp4",
	".webm":        "video/webm",
	".ogv":         "video/ogg",
	".mov":         "video/quicktime",
	".m3u8":        "application/vnd.apple.mpegurl",
	".mpd":         "application/dash+xml",
	".glb":         "model/gltf-binary",
	".gltf":        "model/gltf+json",
}

// namedTypes are files known by their whole name.
var namedTypes = map[string]string{
	"apple-app-site-association": "application/json", // https://developer.apple.com/documentation/xcode/supporting-associated-domains
	"openid-configuration":       "application/json",
	"humans":                     "text/plain; charset=utf-8",
	"license":                    "text/plain; charset=utf-8",
}

// ContentType of a file by its name, in any case; application/octet-stream if it is not known.
func ContentType(name string) string {
	base := strings.ToLower(path.Base(name))
	if t, ok := namedTypes[base]; ok {
		return t
	}
	if t, ok := contentTypes[path.Ext(base)]; ok {
		return t
	}
	return unknownType
}

// isHTML says whether a file is a page: its address stays while what it names changes.
func isHTML(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		return true
	}
	return false
}
