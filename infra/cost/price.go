// Package cost reckons what a stack costs a month, from AWS's prices and from what the stack consists of. The preview
// tells the part that an idle stack costs; docs/cost.md has all of it.
package cost

// Day is when the prices were looked up.
const Day = "2026-11-28"

// Price is what AWS asks for one thing in us-east-1, or of viewers in North America, in US dollars without taxes and
// without free tiers.
type Price struct {
	What string
	USD  float64
	Per  string
	// Page is where AWS says so.
	Page string
}

const (
	pageCloudFront = "https://aws.amazon.com/cloudfront/pricing/"
	pageAPI        = "https://aws.amazon.com/api-gateway/pricing/"
	pageLambda     = "https://aws.amazon.com/lambda/pricing/"
	pageCloudWatch = "https://aws.amazon.com/cloudwatch/pricing/"
	pageRoute53    = "https://aws.amazon.com/route53/pricing/"
	pageS3         = "https://aws.amazon.com/s3/pricing/"
	pageWAF        = "https://aws.amazon.com/waf/pricing/"
)

// The prices that the reckoning uses.
var (
	EdgeRequests   = Price{"CloudFront, HTTPS requests", 1.00, "million", pageCloudFront}
	EdgeData       = Price{"CloudFront, data to viewers", 0.085, "GB", pageCloudFront}
	EdgeFunctions  = Price{"CloudFront Functions, runs", 0.10, "million", pageCloudFront}
	EdgeReads      = Price{"CloudFront KeyValueStore, reads", 0.03, "million", pageCloudFront}
	APIRequests    = Price{"API Gateway, HTTP API requests", 1.00, "million", pageAPI}
	LambdaRequests = Price{"Lambda, requests", 0.20, "million", pageLambda}
	LambdaTime     = Price{"Lambda on arm64, time", 13.3334, "million GB-seconds", pageLambda}
	LogData        = Price{"CloudWatch Logs, data taken in", 0.50, "GB", pageCloudWatch}
	AlarmMetric    = Price{"CloudWatch, metric of an alarm", 0.10, "month", pageCloudWatch}
	Composite      = Price{"CloudWatch, composite alarm", 0.50, "month", pageCloudWatch}
	Dashboard      = Price{"CloudWatch, dashboard", 3.00, "month", pageCloudWatch}
	CustomMetric   = Price{"CloudWatch, metric of one's own, or an additional one of CloudFront", 0.30, "month", pageCloudWatch}
	HealthCheck    = Price{"Route 53, health check of an AWS endpoint", 0.50, "month", pageRoute53}
	CheckOption    = Price{"Route 53, each of a check's HTTPS, string match and 10 s interval", 1.00, "month", pageRoute53}
	BucketReads    = Price{"S3, GET requests", 0.40, "million", pageS3}
	BucketData     = Price{"S3, standard storage", 0.023, "GB and month", pageS3}
	WebACL         = Price{"WAF, web ACL", 5.00, "month", pageWAF}
	WebACLRule     = Price{"WAF, rule or rule group", 1.00, "month", pageWAF}
	WebACLRequests = Price{"WAF, requests", 0.60, "million", pageWAF}
)

// Prices are all of them, in the order of the document.
func Prices() []Price {
	return []Price{
		EdgeRequests, EdgeData, EdgeFunctions, EdgeReads, APIRequests, LambdaRequests, LambdaTime, LogData, AlarmMetric, Composite, Dashboard,
		CustomMetric, HealthCheck, CheckOption, BucketReads, BucketData, WebACL, WebACLRule, WebACLRequests,
	}
}
