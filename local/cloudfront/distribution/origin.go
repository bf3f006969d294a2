package distribution

import (
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/network"
)

// OriginAccessControlType is the type token of origin access controls.
const OriginAccessControlType = "aws:cloudfront/originAccessControl:OriginAccessControl"

// Origin is one origin of the distribution.
type Origin struct {
	ID, Domain string
	// Path is put before every path, without a trailing slash.
	Path string
	// Custom are the headers CloudFront adds; they replace the viewer's of the same name (F3.32).
	Custom http.Header
	// Protocol is http-only, https-only or match-viewer.
	Protocol string
	Timeouts network.Timeouts
	// S3 marks bucket origins, whose errors are kept for at least 1 s (F3.21).
	S3 bool
	// Signing is the origin access control's signing behavior: always, never, no-override; "" without one.
	Signing string
}

// Target is where a cache behavior, or a function, sends a request: one origin, or two with failover codes.
type Target struct {
	Members []Member
	Codes   []int
}

// Member is an origin in its turn. HostHeader, if set, is sent instead of the origin's name.
type Member struct {
	Origin     *Origin
	HostHeader string
}

// Defaults of an origin: F1.7 and F1.9.
const (
	defaultAttempts       = 3
	defaultConnectTimeout = 10
	defaultReadTimeout    = 30
)

func (dist *Distribution) origins(r *graph.Taken, all []originInputs, access map[string]string) {
	for i, in := range all {
		path := fmt.Sprintf("origins[%d]", i)
		o := &Origin{
			ID: in.ID, Domain: strings.ToLower(in.DomainName), Path: strings.TrimSuffix(in.Path, "/"), Custom: http.Header{},
			Protocol: "https-only",
			Timeouts: network.Timeouts{
				Attempts: defaultAttempts, Connect: seconds(in.TimeoutSec, defaultConnectTimeout), Read: defaultReadTimeout * time.Second,
			},
			S3: in.Custom == nil,
		}
		if in.Attempts != nil {
			o.Timeouts.Attempts = *in.Attempts
		}
		if in.Custom != nil {
			o.Protocol = in.Custom.Protocol
			o.Timeouts.Read = seconds(in.Custom.ReadTimeoutSec, defaultReadTimeout)
		}
		o.check(r, path)
		r.Require(!in.Shield.Enabled, path+".originShield.enabled", in.Shield.Enabled, notImitated)
		r.Require(in.S3 == nil || in.S3.AccessIdentity == "", path+".s3OriginConfig.originAccessIdentity", in.S3, notImitated)
		o.customHeaders(r, path+".customHeaders", in)
		if in.AccessControlID != "" {
			signing, ok := access[in.AccessControlID]
			if !ok {
				r.Refuse(path+".originAccessControlId", in.AccessControlID, "no origin access control of the program has this id")
			}
			o.Signing = signing
		}
		if _, twice := dist.Origins[in.ID]; twice {
			r.Refuse(path+".originId", in.ID, "another origin has this id")
		}
		dist.Origins[in.ID] = o
	}
}

func (o *Origin) check(r *graph.Taken, path string) {
	if o.ID == "" || o.Domain == "" {
		r.Refuse(path, o.ID, "want originId and domainName")
	}
	if n := o.Timeouts.Attempts; n < 1 || n > 3 {
		r.Refuse(path+".connectionAttempts", n, "want 1 to 3") // F1.7
	}
	if t := o.Timeouts.Connect; t < time.Second || t > 10*time.Second {
		r.Refuse(path+".connectionTimeout", t, "want 1 to 10 seconds") // F1.7
	}
	if t := o.Timeouts.Read; t < time.Second || t > 180*time.Second {
		r.Refuse(path+".customOriginConfig.originReadTimeout", t, "want 1 to 180 seconds") // F5.7
	}
	switch o.Protocol {
	case "http-only", "https-only", "match-viewer":
	default:
		r.Refuse(path+".customOriginConfig.originProtocolPolicy", o.Protocol, "want http-only, https-only or match-viewer")
	}
}

// customHeaders takes the origin's own headers. F3.31.
func (o *Origin) customHeaders(r *graph.Taken, path string, in originInputs) {
	for i, h := range in.CustomHeaders {
		name := textproto.CanonicalMIMEHeaderKey(h.Name)
		switch name {
		case "Cache-Control", "Connection", "Content-Length", "Cookie", "Host", "If-Match", "If-Modified-Since", "If-None-Match",
			"If-Range", "If-Unmodified-Since", "Max-Forwards", "Pragma", "Proxy-Authorization", "Proxy-Connection", "Range",
			"Request-Range", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "X-Real-Ip", "X-Forwarded-Proto":
			r.Refuse(fmt.Sprintf("%s[%d].name", path, i), h.Name, "CloudFront does not add this header")
		}
		if strings.HasPrefix(name, "X-Amz-") || strings.HasPrefix(name, "X-Edge-") {
			r.Refuse(fmt.Sprintf("%s[%d].name", path, i), h.Name, "CloudFront does not add headers of this prefix")
		}
		o.Custom[name] = []string{h.Value}
	}
}

// groups reads the origin groups. F1.1, F1.2.
func (dist *Distribution) groups(r *graph.Taken, all []originGroupInputs) map[string]Target {
	groups := map[string]Target{}
	for i, in := range all {
		path := fmt.Sprintf("originGroups[%d]", i)
		if len(in.Members) != 2 {
			r.Refuse(path+".members", len(in.Members), "want exactly 2 members")
		}
		if len(in.Failover.StatusCodes) == 0 {
			r.Refuse(path+".failoverCriteria.statusCodes", in.Failover.StatusCodes, "want at least one code")
		}
		for _, code := range in.Failover.StatusCodes {
			if !cloudfrontapi.IsFailoverCode(code) {
				r.Refuse(path+".failoverCriteria.statusCodes", code, fmt.Sprintf("want some of %v", cloudfrontapi.FailoverCodes()))
			}
		}
		group := Target{Codes: in.Failover.StatusCodes}
		for j, m := range in.Members {
			o, ok := dist.Origins[m.OriginID]
			if !ok {
				r.Refuse(fmt.Sprintf("%s.members[%d].originId", path, j), m.OriginID, "no origin of the distribution has this id")
				continue
			}
			group.Members = append(group.Members, Member{Origin: o})
		}
		if _, taken := dist.Origins[in.ID]; taken { // F1.20: one name space
			r.Refuse(path+".originId", in.ID, "an origin has this id")
		}
		groups[in.ID] = group
	}
	return groups
}

// accessControls reads the signing behavior of every origin access control, by id.
func accessControls(g *graph.Reading) map[string]string {
	byID := map[string]string{}
	for _, r := range g.Take(OriginAccessControlType) {
		var in struct {
			Description graph.NoLocalMeaning `json:"description"` // text for people
			Name        graph.NoLocalMeaning `json:"name"`        // origins name it by id
			OriginType  string               `json:"originAccessControlOriginType"`
			Behavior    string               `json:"signingBehavior"`
			Protocol    string               `json:"signingProtocol"`
		}
		if !r.Read(&in) {
			continue
		}
		if in.OriginType != "s3" {
			r.Refuse("originAccessControlOriginType", in.OriginType, "local mode knows s3 only")
		}
		if in.Protocol != "sigv4" {
			r.Refuse("signingProtocol", in.Protocol, "want sigv4")
		}
		switch in.Behavior {
		case "always", "never", "no-override":
		default:
			r.Refuse("signingBehavior", in.Behavior, "want always, never or no-override")
		}
		byID[r.Output("id")] = in.Behavior
	}
	return byID
}
