// Package cloudfrontapi holds what CloudFront's API fixes for everybody: ids of managed policies, lists of what it
// takes and what it refuses. The program writes resources by it and local mode reads them by it.
package cloudfrontapi

import (
	"slices"
	"strings"
)

// HostedZoneID is the hosted zone of every distribution, for Route 53's aliases (F7.3).
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
const HostedZoneID = "Z2FDTNDATAQYW2"

// MaxPathPattern is the longest path pattern of a cache behavior, in characters (F4.1).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
const MaxPathPattern = 255

var failoverCodes = []int{400, 403, 404, 416, 429, 500, 502, 503, 504}

// FailoverCodes returns the status codes on which an origin group may fail over, ascending (F1.2).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func FailoverCodes() []int { return slices.Clone(failoverCodes) }

// IsFailoverCode says whether an origin group may fail over on a status code (F1.2).
func IsFailoverCode(code int) bool { return slices.Contains(failoverCodes, code) }

var notRemovable = map[string]bool{
	"connection": true, "content-encoding": true, "content-length": true, "expect": true, "host": true, "keep-alive": true,
	"proxy-authenticate": true, "proxy-authorization": true, "proxy-connection": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true, "via": true, "warning": true, "x-accel-buffering": true,
	"x-accel-charset": true, "x-accel-limit-rate": true, "x-accel-redirect": true, "x-amzn-auth": true,
	"x-amzn-cf-billing": true, "x-amzn-cf-id": true, "x-amzn-cf-xff": true, "x-amzn-errortype": true,
	"x-amzn-fle-profile": true, "x-amzn-header-count": true, "x-amzn-header-order": true,
	"x-amzn-lambda-integration-tag": true, "x-amzn-requestid": true, "x-cache": true, "x-forwarded-proto": true,
	"x-real-ip": true,
}

// Removable says whether a response headers policy may remove a header, whatever the case of its name (F3.28).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html#understanding-response-headers-policies-remove-headers
func Removable(name string) bool {
	lower := strings.ToLower(name)
	return !notRemovable[lower] && !strings.HasPrefix(lower, "x-amz-cf-") && !strings.HasPrefix(lower, "x-edge-")
}
