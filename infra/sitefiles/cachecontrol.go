package sitefiles

// The cache headers of the site (F9.17). There is no invalidation resource (F9.19), so everything
// whose content may change under the same address leaves the edges within s-maxage: a release is
// complete one minute after its upload.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
const (
	// CachePage lets edges keep a page for a minute and browsers ask each time.
	CachePage = "public, max-age=0, s-maxage=60, must-revalidate"
	// CacheHashed keeps a file whose name changes with its content for a year everywhere.
	CacheHashed = "public, max-age=31536000, immutable"
	// CacheOther lets browsers keep other files for five minutes, edges for one.
	CacheOther = "public, max-age=300, s-maxage=60"
)

// CacheControl is the Cache-Control header of a file by its name: a page's, a hashed file's, or the
// modest one of everything else. A page is a page also with a hash in its name.
func CacheControl(name string) string {
	switch {
	case isHTML(name):
		return CachePage
	case IsHashed(name):
		return CacheHashed
	default:
		return CacheOther
	}
}
