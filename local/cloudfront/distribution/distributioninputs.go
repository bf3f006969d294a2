package distribution

import "github.com/onefront/onefront/graph"

// DistributionType is the type token of distributions.
const DistributionType = "aws:cloudfront/distribution:Distribution"

// distributionInputs are the properties of the resource that local mode knows. Everything else is refused by
// [graph.Resource.Decode]: the legacy forwardedValues and TTLs of a behavior, Lambda@Edge, signed URLs, field-level
// encryption, smooth streaming, real-time logs, VPC origins, continuous deployment.
type distributionInputs struct {
	Aliases              []string             `json:"aliases"`
	Comment              graph.NoLocalMeaning `json:"comment"` // text for people
	CustomErrorResponses []customErrorInputs  `json:"customErrorResponses"`
	DefaultCacheBehavior behaviorInputs       `json:"defaultCacheBehavior"`
	DefaultRootObject    string               `json:"defaultRootObject"`
	Enabled              bool                 `json:"enabled"`
	HTTPVersion          graph.NoLocalMeaning `json:"httpVersion"`   // the local listener speaks HTTP/1.1
	IsIPv6Enabled        graph.NoLocalMeaning `json:"isIpv6Enabled"` // the listen flag decides
	LoggingConfig        graph.NoLocalMeaning `json:"loggingConfig"` // local access logs have a flag of their own
	OrderedBehaviors     []behaviorInputs     `json:"orderedCacheBehaviors"`
	OriginGroups         []originGroupInputs  `json:"originGroups"`
	Origins              []originInputs       `json:"origins"`
	PriceClass           graph.NoLocalMeaning `json:"priceClass"` // every edge of the table serves
	Restrictions         restrictionsInputs   `json:"restrictions"`
	RetainOnDelete       graph.NoLocalMeaning `json:"retainOnDelete"` // nothing is deleted
	Staging              bool                 `json:"staging"`
	Tags                 graph.NoLocalMeaning `json:"tags"`              // bookkeeping
	ViewerCertificate    graph.NoLocalMeaning `json:"viewerCertificate"` // no TLS on localhost
	WaitForDeployment    graph.NoLocalMeaning `json:"waitForDeployment"` // nothing to wait for
	WebACLID             string               `json:"webAclId"`
}

type customErrorInputs struct {
	CachingMinTTL *int64 `json:"errorCachingMinTtl"`
	Code          int    `json:"errorCode"`
	ResponseCode  int    `json:"responseCode"`
	PagePath      string `json:"responsePagePath"`
}

type behaviorInputs struct {
	PathPattern    string           `json:"pathPattern"` // "" for the default behavior
	AllowedMethods []string         `json:"allowedMethods"`
	CachePolicyID  string           `json:"cachePolicyId"`
	CachedMethods  []string         `json:"cachedMethods"`
	Compress       bool             `json:"compress"`
	Functions      []functionInputs `json:"functionAssociations"`
	GRPC           struct {
		Enabled bool `json:"enabled"`
	} `json:"grpcConfig"`
	OriginRequestPolicyID   string `json:"originRequestPolicyId"`
	ResponseHeadersPolicyID string `json:"responseHeadersPolicyId"`
	TargetOriginID          string `json:"targetOriginId"`
	ViewerProtocolPolicy    string `json:"viewerProtocolPolicy"`
}

type functionInputs struct {
	EventType   string `json:"eventType"`
	FunctionARN string `json:"functionArn"`
}

type originGroupInputs struct {
	ID       string `json:"originId"`
	Failover struct {
		StatusCodes []int `json:"statusCodes"`
	} `json:"failoverCriteria"`
	Members []struct {
		OriginID string `json:"originId"`
	} `json:"members"`
}

type originInputs struct {
	Attempts      *int   `json:"connectionAttempts"`
	TimeoutSec    *int64 `json:"connectionTimeout"`
	CustomHeaders []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"customHeaders"`
	Custom *struct {
		HTTPPort       graph.NoLocalMeaning `json:"httpPort"`               // origins are reached in process
		HTTPSPort      graph.NoLocalMeaning `json:"httpsPort"`              // likewise
		KeepAlive      graph.NoLocalMeaning `json:"originKeepaliveTimeout"` // likewise
		Protocol       string               `json:"originProtocolPolicy"`
		ReadTimeoutSec *int64               `json:"originReadTimeout"`
		SSLProtocols   graph.NoLocalMeaning `json:"originSslProtocols"` // no TLS to origins
	} `json:"customOriginConfig"`
	DomainName      string `json:"domainName"`
	AccessControlID string `json:"originAccessControlId"`
	ID              string `json:"originId"`
	Path            string `json:"originPath"`
	Shield          struct {
		Enabled bool                 `json:"enabled"`
		Region  graph.NoLocalMeaning `json:"originShieldRegion"` // only an enabled shield would use it
	} `json:"originShield"`
	S3 *struct {
		AccessIdentity string `json:"originAccessIdentity"`
	} `json:"s3OriginConfig"`
}

type restrictionsInputs struct {
	Geo struct {
		Locations []string `json:"locations"`
		Type      string   `json:"restrictionType"`
	} `json:"geoRestriction"`
}
