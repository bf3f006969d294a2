package sitefiles

import (
	"cmp"
	"slices"
)

// Limits of a published folder.
const (
	// MaxFiles bounds the files of one folder: every file is one resource per bucket, and
	// thousands of resources make every preview slow (F9.14).
	MaxFiles = 2000
	// MaxFileBytes bounds one file. The program hashes every file in every run.
	MaxFileBytes = 100 << 20
	// MaxTotalBytes bounds all files together; they are uploaded once per bucket.
	MaxTotalBytes = 1 << 30
	// MaxPathBytes bounds the address of a file, its leading slash included: it is a key of the
	// CloudFront KeyValueStore that knows the published paths, and such a key has 512 bytes (F2.23).
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
	// MaxFiles such keys are 1 MB, well inside the store's 5 MB.
	MaxPathBytes = 512
)

// Keys with a meaning of their own.
const (
	// IndexKey is the site's first page. A folder without it is refused.
	IndexKey = "index.html"
	// NotFoundKey is the page for unknown addresses, if the folder has one.
	NotFoundKey = "404.html"
	// ConfigKey is written by the program; a folder that brings its own is refused.
	ConfigKey = "config.json"
)

// File is one object to publish.
type File struct {
	// Key is the object's key: the path below the folder with forward slashes and no leading one (F9.12).
	Key string
	// Path is where the file is, below the folder as it was given to [Read].
	Path string
	// ContentType comes from a built-in table, never from the machine's. S3 infers none (F9.11).
	ContentType string
	// CacheControl is the Cache-Control header, see [CacheControl].
	CacheControl string
	// HTML says that the file is a page: uploaded after everything it may name.
	HTML bool
	// Size in bytes.
	Size int64
	// MD5 and SHA256 of the content in lower-case hex. MD5 is the ETag that S3 gives an object
	// uploaded in one piece, no protection of any kind.
	MD5, SHA256 string
}

// Has says whether a file has the key.
func Has(files []File, key string) bool {
	return slices.ContainsFunc(files, func(f File) bool { return f.Key == key })
}

// uploadOrder sorts pages after all other files, and by key within both. A page published before the
// script it names would be a broken page for as long as the upload takes.
func uploadOrder(a, b File) int {
	if a.HTML != b.HTML {
		if a.HTML {
			return 1
		}
		return -1
	}
	return cmp.Compare(a.Key, b.Key)
}
