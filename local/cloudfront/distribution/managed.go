package distribution

import (
	"time"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/local/httpcache"
)

const day = 24 * time.Hour

// managedCachePolicy returns one of the policies that AWS keeps, by id, or nil.
// CF DG using-managed-cache-policies, F3.1-3.5.
func managedCachePolicy(id string) *CachePolicy {
	var p *CachePolicy
	switch id {
	case cloudfrontapi.CachingDisabled:
		p = &CachePolicy{}
	case cloudfrontapi.CachingOptimized:
		p = &CachePolicy{TTL: httpcache.TTLs{Min: time.Second, Default: day, Max: 365 * day}, Gzip: true, Brotli: true}
	case cloudfrontapi.CachingOptimizedForUncompressedObjects:
		p = &CachePolicy{TTL: httpcache.TTLs{Min: time.Second, Default: day, Max: 365 * day}}
	case cloudfrontapi.UseOriginCacheControlHeaders:
		p = useOriginCacheControl(Selection{})
	case cloudfrontapi.UseOriginCacheControlHeadersQueryStrings:
		p = useOriginCacheControl(Selection{Mode: SelectAll})
	default:
		return nil
	}
	p.prepare()
	return p
}

func useOriginCacheControl(query Selection) *CachePolicy {
	return &CachePolicy{
		TTL:     httpcache.TTLs{Max: 365 * day},
		Headers: listed("Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"),
		Cookies: Selection{Mode: SelectAll}, Query: query, Gzip: true, Brotli: true,
	}
}

func listed(names ...string) Selection {
	return Selection{Mode: selectListed, Names: canonicalHeaders(names)}
}

// managedOriginRequestPolicy is the same for CF DG using-managed-origin-request-policies, F3.6-3.9.
func managedOriginRequestPolicy(id string) *originRequestPolicy {
	all := Selection{Mode: SelectAll}
	switch id {
	case cloudfrontapi.AllViewer:
		return &originRequestPolicy{Headers: all, Cookies: all, Query: all}
	case cloudfrontapi.AllViewerExceptHostHeader:
		return &originRequestPolicy{Headers: Selection{Mode: selectAllExcept, Names: []string{"Host"}}, Cookies: all, Query: all}
	case cloudfrontapi.AllViewerAndCloudFrontHeaders202206:
		return &originRequestPolicy{Headers: all, CloudFrontHeaders: canonicalHeaders(cloudFrontHeaders202206), Cookies: all, Query: all}
	case cloudfrontapi.CORSS3Origin:
		return &originRequestPolicy{Headers: listed("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method")}
	case cloudfrontapi.CORSCustomOrigin:
		return &originRequestPolicy{Headers: listed("Origin")}
	case cloudfrontapi.HostHeaderOnly:
		return &originRequestPolicy{Headers: listed("Host")}
	case cloudfrontapi.UserAgentRefererHeaders:
		return &originRequestPolicy{Headers: listed("User-Agent", "Referer")}
	}
	return nil
}

// cloudFrontHeaders202206 are the headers that AllViewerAndCloudFrontHeaders-2022-06 adds: those that existed in
// June 2022. CF DG using-managed-origin-request-policies.
var cloudFrontHeaders202206 = []string{
	"CloudFront-Forwarded-Proto", "CloudFront-Is-Android-Viewer", "CloudFront-Is-Desktop-Viewer", "CloudFront-Is-IOS-Viewer",
	"CloudFront-Is-Mobile-Viewer", "CloudFront-Is-SmartTV-Viewer", "CloudFront-Is-Tablet-Viewer", "CloudFront-Viewer-Address",
	"CloudFront-Viewer-ASN", "CloudFront-Viewer-City", "CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Name",
	"CloudFront-Viewer-Country-Region", "CloudFront-Viewer-Country-Region-Name", "CloudFront-Viewer-Http-Version",
	"CloudFront-Viewer-Latitude", "CloudFront-Viewer-Longitude", "CloudFront-Viewer-Metro-Code",
	"CloudFront-Viewer-Postal-Code", "CloudFront-Viewer-Time-Zone", "CloudFront-Viewer-TLS",
}

// managedResponseHeadersPolicy is the same for CF DG using-managed-response-headers-policies.
func managedResponseHeadersPolicy(id string) *ResponseHeadersPolicy {
	switch id {
	case cloudfrontapi.SimpleCORS:
		return &ResponseHeadersPolicy{CORS: simpleCORS()}
	case cloudfrontapi.SecurityHeadersPolicy:
		return &ResponseHeadersPolicy{Set: managedSecurityHeaders()}
	case cloudfrontapi.CORSAndSecurityHeadersPolicy:
		return &ResponseHeadersPolicy{CORS: simpleCORS(), Set: managedSecurityHeaders()}
	case cloudfrontapi.CORSWithPreflight:
		return &ResponseHeadersPolicy{CORS: preflightCORS()}
	case cloudfrontapi.CORSWithPreflightAndSecurityHeadersPolicy:
		return &ResponseHeadersPolicy{CORS: preflightCORS(), Set: managedSecurityHeaders()}
	}
	return nil
}

func simpleCORS() *CORSPolicy { return &CORSPolicy{Origins: []string{"*"}} }

func preflightCORS() *CORSPolicy {
	return &CORSPolicy{Origins: []string{"*"}, Methods: allMethodsText, ExposeHeaders: "*"}
}

// managedSecurityHeaders overrides X-Content-Type-Options only; the origin's other headers win.
func managedSecurityHeaders() []SetHeader {
	return []SetHeader{
		{Name: "Referrer-Policy", Value: "strict-origin-when-cross-origin"},
		{Name: "Strict-Transport-Security", Value: "max-age=31536000"},
		{Name: "X-Content-Type-Options", Value: "nosniff", Override: true},
		{Name: "X-Frame-Options", Value: "SAMEORIGIN"},
		{Name: "X-Xss-Protection", Value: "1; mode=block"},
	}
}
