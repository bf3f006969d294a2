package cloudfront

import "time"

const day = 24 * time.Hour

// managedCachePolicy returns one of the policies that AWS keeps, by id, or nil.
// CF DG using-managed-cache-policies, F3.1-3.5.
func managedCachePolicy(id string) *cachePolicy {
	var p *cachePolicy
	switch id {
	case "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": // CachingDisabled
		p = &cachePolicy{}
	case "658327ea-f89d-4fab-a63d-7e88639e58f6": // CachingOptimized
		p = &cachePolicy{TTL: ttlPolicy{time.Second, day, 365 * day}, Gzip: true, Brotli: true}
	case "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": // CachingOptimizedForUncompressedObjects
		p = &cachePolicy{TTL: ttlPolicy{time.Second, day, 365 * day}}
	case "83da9c7e-98b4-4e11-a168-04f0df8e2c65": // UseOriginCacheControlHeaders
		p = useOriginCacheControl(selection{})
	case "4cc15a8a-d715-48a4-82b8-cc0b614638fe": // UseOriginCacheControlHeaders-QueryStrings
		p = useOriginCacheControl(selection{Mode: selectAll})
	default:
		return nil
	}
	p.prepare()
	return p
}

func useOriginCacheControl(query selection) *cachePolicy {
	return &cachePolicy{
		TTL:     ttlPolicy{0, 0, 365 * day},
		Headers: listed("Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"),
		Cookies: selection{Mode: selectAll}, Query: query, Gzip: true, Brotli: true,
	}
}

func listed(names ...string) selection {
	return selection{Mode: selectListed, Names: canonicalHeaders(names)}
}

// managedOriginRequestPolicy is the same for CF DG using-managed-origin-request-policies, F3.6-3.9.
func managedOriginRequestPolicy(id string) *originRequestPolicy {
	all := selection{Mode: selectAll}
	switch id {
	case "216adef6-5c7f-47e4-b989-5492eafa07d3": // AllViewer
		return &originRequestPolicy{Headers: all, Cookies: all, Query: all}
	case "b689b0a8-53d0-40ab-baf2-68738e2966ac": // AllViewerExceptHostHeader
		return &originRequestPolicy{Headers: selection{Mode: selectAllExcept, Names: []string{"Host"}}, Cookies: all, Query: all}
	case "33f36d7e-f396-46d9-90e0-52428a34d9dc": // AllViewerAndCloudFrontHeaders-2022-06
		return &originRequestPolicy{Headers: all, CloudFrontHeaders: canonicalHeaders(cloudFrontHeaders202206), Cookies: all, Query: all}
	case "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": // CORS-S3Origin
		return &originRequestPolicy{Headers: listed("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method")}
	case "59781a5b-3903-41f3-afcb-af62929ccde1": // CORS-CustomOrigin
		return &originRequestPolicy{Headers: listed("Origin")}
	case "bf0718e1-ba1e-49d1-88b1-f726733018ae": // HostHeaderOnly
		return &originRequestPolicy{Headers: listed("Host")}
	case "acba4595-bd28-49b8-b9fe-13317c0390fa": // UserAgentRefererHeaders
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
func managedResponseHeadersPolicy(id string) *responseHeadersPolicy {
	switch id {
	case "60669652-455b-4ae9-85a4-c4c02393f86c": // SimpleCORS
		return &responseHeadersPolicy{CORS: simpleCORS()}
	case "67f7725c-6f97-4210-82d7-5512b31e9d03": // SecurityHeadersPolicy
		return &responseHeadersPolicy{Set: managedSecurityHeaders()}
	case "e61eb60c-9c35-4d20-a928-2b84e02af89c": // CORS-and-SecurityHeadersPolicy
		return &responseHeadersPolicy{CORS: simpleCORS(), Set: managedSecurityHeaders()}
	case "5cc3b908-e619-4b99-88e5-2cf7f45965bd": // CORS-With-Preflight
		return &responseHeadersPolicy{CORS: preflightCORS()}
	case "eaab4381-ed33-4a86-88ca-d9558dc6cd63": // CORS-with-preflight-and-SecurityHeadersPolicy
		return &responseHeadersPolicy{CORS: preflightCORS(), Set: managedSecurityHeaders()}
	}
	return nil
}

func simpleCORS() *corsPolicy { return &corsPolicy{Origins: []string{"*"}} }

func preflightCORS() *corsPolicy {
	return &corsPolicy{Origins: []string{"*"}, Methods: allMethodsText, ExposeHeaders: "*"}
}

// managedSecurityHeaders overrides X-Content-Type-Options only; the origin's other headers win.
func managedSecurityHeaders() []setHeader {
	return []setHeader{
		{Name: "Referrer-Policy", Value: "strict-origin-when-cross-origin"},
		{Name: "Strict-Transport-Security", Value: "max-age=31536000"},
		{Name: "X-Content-Type-Options", Value: "nosniff", Override: true},
		{Name: "X-Frame-Options", Value: "SAMEORIGIN"},
		{Name: "X-Xss-Protection", Value: "1; mode=block"},
	}
}
