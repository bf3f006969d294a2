package function

import (
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Header lists of "Restrictions on all edge functions":
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html

// disallowedHeaders are neither shown to functions nor may functions add them (F2.15).
var disallowedHeaders = map[string]bool{
	"connection": true, "expect": true, "keep-alive": true, "proxy-authenticate": true, "proxy-authorization": true,
	"proxy-connection": true, "trailer": true, "upgrade": true, "x-accel-buffering": true, "x-accel-charset": true,
	"x-accel-limit-rate": true, "x-accel-redirect": true, "x-amzn-auth": true, "x-amzn-cf-billing": true, "x-amzn-cf-id": true,
	"x-amzn-cf-xff": true, "x-amzn-errortype": true, "x-amzn-fle-profile": true, "x-amzn-header-count": true,
	"x-amzn-header-order": true, "x-amzn-lambda-integration-tag": true, "x-amzn-requestid": true, "x-cache": true,
	"x-forwarded-proto": true, "x-real-ip": true,
}

// readOnly headers may be read, but not added, changed or deleted.
var readOnly = map[eventType]map[string]bool{
	viewerRequest:  {"cdn-loop": true, "content-length": true, "host": true, "transfer-encoding": true, "via": true},
	viewerResponse: {"warning": true, "via": true},
}

func disallowed(lower string) bool {
	return disallowedHeaders[lower] || strings.HasPrefix(lower, "x-amz-cf-") || strings.HasPrefix(lower, "x-edge-")
}

func validHeaderName(name string) bool {
	return httpguts.ValidHeaderFieldName(name) && name == strings.ToLower(name)
}

func validHeaderValue(value string) bool { return httpguts.ValidHeaderFieldValue(value) }
