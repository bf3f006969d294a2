package infra

import (
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/config"
)

// Ids of the origin groups. Origins and groups share one name space (F1.20).
const (
	groupAPI  = "api"
	groupSite = "site"
)

// When a group turns to its second member. 503 stands for a failed connection too, and 504 for a response that
// did not come in time (F1.3). The site's 403 is a bucket that does not let CloudFront in.
var (
	apiFailoverCodes  = []int{500, 502, 503, 504}
	siteFailoverCodes = []int{403, 500, 502, 503, 504}
)

// How CloudFront connects to an API. A read has another region, so a member of a group gets one attempt of two seconds:
// the next region is a better answer than a second try (F1.7). A write has none: two attempts of three seconds; an
// attempt to connect sends nothing twice (F1.7), but a GET through such an origin may be asked twice after a late
// answer (F1.8). Answers come within the longest timeout of a function with routes, 30 s at most, and two seconds more
// (F1.9). Connections are kept for half a minute to save handshakes (F5.33); who closes first is not known (F14.11), so
// not longer.
var (
	forReads  = patience{attempts: 1, timeoutSeconds: 2}
	forWrites = patience{attempts: 2, timeoutSeconds: 3}
)

const (
	readTimeoutMargin = 2 * time.Second
	keepAliveSeconds  = 30
)

// patience is how CloudFront tries to connect.
type patience struct{ attempts, timeoutSeconds int }

// origins are what the distribution may ask, and how its behaviors reach them.
type origins struct {
	list   cloudfront.DistributionOriginArray
	groups cloudfront.DistributionOriginGroupArray
	// readTarget and writeTarget are the API's: a group may take no writes (F1.5), so they differ where there
	// is one. With edge routing both are one origin, and the function chooses for each request.
	readTarget, writeTarget string
	// siteTarget is "" without a site.
	siteTarget string
	// longest is the longest timeout of a function that a request may meet.
	longest time.Duration
}

// originID is the id of a region's own API origin, which edge routing names, writesID of the one for its writes.
func originID(region string) string { return apiOriginPrefix + region }

func writesID(region string) string { return region + "-writes" }

func newOrigins(cfg *platform, regions []*regionComponent, site *siteComponent, secret pulumi.StringInput) *origins {
	o := &origins{longest: longestOf(regions)}
	if cfg.Routing == config.RoutingDNS {
		o.addNames(cfg, len(regions), secret)
	} else {
		o.addRegions(cfg, regions, secret)
	}
	o.addSite(site)
	return o
}

// longestOf is the longest timeout of a function that a request may meet in any region.
func longestOf(regions []*regionComponent) (longest time.Duration) {
	for _, r := range regions {
		longest = max(longest, r.longest)
	}
	return longest
}

// addNames adds the two names that Route 53 leads to the nearest region and to the one after it.
func (o *origins) addNames(cfg *platform, regions int, secret pulumi.StringInput) {
	nearest := pulumi.String(originNearest + "." + cfg.OriginDomain)
	o.addAPI(cfg, originNearest, forReads, nearest, secret)
	o.addAPI(cfg, originWrites, forWrites, nearest, secret)
	o.readTarget, o.writeTarget = originNearest, originWrites
	if regions > 1 {
		o.addAPI(cfg, originNext, forReads, pulumi.String(originNext+"."+cfg.OriginDomain), secret)
		o.addGroup(groupAPI, apiFailoverCodes, originNearest, originNext)
		o.readTarget = groupAPI
	}
}

// addRegions adds every region, a drained one too: draining changes only the function.
func (o *origins) addRegions(cfg *platform, regions []*regionComponent, secret pulumi.StringInput) {
	for _, r := range regions {
		o.addAPI(cfg, originID(r.Name), forReads, r.ExecuteAPIHost, secret)
		o.addAPI(cfg, writesID(r.Name), forWrites, r.ExecuteAPIHost, secret)
		if o.readTarget == "" && !cfg.Drained(r.Name) {
			o.readTarget, o.writeTarget = originID(r.Name), writesID(r.Name)
		}
	}
}

func (o *origins) addAPI(cfg *platform, id string, p patience, host pulumi.StringInput, secret pulumi.StringInput) {
	o.list = append(o.list, cloudfront.DistributionOriginArgs{
		OriginId: pulumi.String(id), DomainName: host,
		ConnectionAttempts: pulumi.Int(p.attempts), ConnectionTimeout: pulumi.Int(p.timeoutSeconds),
		CustomHeaders: cloudfront.DistributionOriginCustomHeaderArray{cloudfront.DistributionOriginCustomHeaderArgs{
			Name: pulumi.String(contract.OriginSecretHeader), Value: secretString(secret),
		}},
		CustomOriginConfig: &cloudfront.DistributionOriginCustomOriginConfigArgs{
			HttpPort: pulumi.Int(80), HttpsPort: pulumi.Int(443),
			OriginProtocolPolicy:   pulumi.String("https-only"),
			OriginSslProtocols:     pulumi.StringArray{pulumi.String("TLSv1.2")},
			OriginReadTimeout:      pulumi.Int(int((o.longest + readTimeoutMargin) / time.Second)),
			OriginKeepaliveTimeout: pulumi.Int(keepAliveSeconds),
		},
	})
}

// addSite adds the buckets by their regional names: the global name redirects for up to a day (F9.4).
func (o *origins) addSite(site *siteComponent) {
	if site == nil {
		return
	}
	var ids []string
	for _, b := range site.buckets {
		id := siteOriginPrefix + b.region
		ids = append(ids, id)
		o.list = append(o.list, cloudfront.DistributionOriginArgs{
			OriginId: pulumi.String(id), DomainName: b.bucket.BucketRegionalDomainName,
			OriginAccessControlId: site.control.ID(),
			ConnectionAttempts:    pulumi.Int(forReads.attempts), ConnectionTimeout: pulumi.Int(forReads.timeoutSeconds),
		})
	}
	o.siteTarget = ids[0]
	if len(ids) > 1 {
		o.addGroup(groupSite, siteFailoverCodes, ids...)
		o.siteTarget = groupSite
	}
}

func (o *origins) addGroup(id string, codes []int, members ...string) {
	group := cloudfront.DistributionOriginGroupArgs{
		OriginId:         pulumi.String(id),
		FailoverCriteria: cloudfront.DistributionOriginGroupFailoverCriteriaArgs{StatusCodes: pulumi.ToIntArray(codes)},
	}
	list := cloudfront.DistributionOriginGroupMemberArray{}
	for _, member := range members {
		list = append(list, cloudfront.DistributionOriginGroupMemberArgs{OriginId: pulumi.String(member)})
	}
	group.Members = list
	o.groups = append(o.groups, group)
}
