package route53

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/graph"
)

const recordType = "aws:route53/record:Record"

// aliasTTL is how long a resolver keeps an alias's answer. It cannot be set (F7.18).
//
// guess: API Gateway's names answer with 60 s; the same is used for every other target.
const aliasTTL = 60 * time.Second

// recordInputs are the properties of aws.route53.Record that are understood here.
type recordInputs struct {
	Name            string        `json:"name"`
	Type            string        `json:"type"`
	ZoneID          string        `json:"zoneId"`
	TTL             int           `json:"ttl"`
	Records         []string      `json:"records"`
	Aliases         []aliasInputs `json:"aliases"`
	SetIdentifier   string        `json:"setIdentifier"`
	HealthCheckID   string        `json:"healthCheckId"`
	LatencyPolicies []struct {
		Region string `json:"region"`
	} `json:"latencyRoutingPolicies"`

	AllowOverwrite graph.NoLocalMeaning `json:"allowOverwrite"` // about how it is written
}

type aliasInputs struct {
	Name                 string `json:"name"`
	ZoneID               string `json:"zoneId"`
	EvaluateTargetHealth bool   `json:"evaluateTargetHealth"`
}

// setKey names a resource record set: all records that answer one question.
type setKey struct{ name, kind string }

// recordSet are the records under one name and type, in the graph's order.
type recordSet struct {
	key     setKey
	records []*record
}

// record is one record of a set.
type record struct {
	resource              *graph.Taken // for messages of New
	zoneID, setIdentifier string
	region                string // of a latency record
	place                 geography.Place
	target                string // the first value; an alias's or CNAME's is a canonical name
	alias                 bool
	values                []string
	ttl                   time.Duration
	check                 *healthCheck
}

// latency tells whether answers depend on where the question comes from.
func (s *recordSet) latency() bool { return s.records[0].region != "" }

// addRecord reads a record into its set.
func (s *Service) addRecord(r *graph.Taken) {
	var in recordInputs
	if !r.Read(&in) {
		return
	}
	rec := s.newRecord(r, &in)
	name := in.Name
	if fqdn := r.Output("fqdn"); fqdn != "" {
		name = fqdn // with the zone's name, if the program left it out
	}
	key := setKey{canonical(name), in.Type}
	set := s.sets[key]
	if set == nil {
		set = &recordSet{key: key}
		s.sets[key] = set
	}
	set.records = append(set.records, rec)
	s.names[key.name] = true
}

// kinds are the types of DNS records that Route 53 has.
var kinds = []string{"A", "AAAA", "CNAME", "HTTPS", "TXT", "CAA", "MX", "NS", "SOA", "SRV", "PTR", "SVCB", "DS"}

func (s *Service) newRecord(r *graph.Taken, in *recordInputs) *record {
	rec := &record{resource: r, zoneID: in.ZoneID, setIdentifier: in.SetIdentifier, ttl: time.Duration(in.TTL) * time.Second}
	rec.readTarget(in)
	rec.readPolicy(in)
	r.Require(slices.Contains(kinds, in.Type), "type", in.Type, "want a DNS record type that Route 53 has, such as A, AAAA, HTTPS or CNAME")
	r.Require(in.Name != "", "name", in.Name, "want the record's name")
	r.Require(in.ZoneID != "", "zoneId", in.ZoneID, "want the hosted zone's id")
	if in.HealthCheckID != "" {
		rec.check = s.checkByID(in.HealthCheckID)
		r.Require(rec.check != nil, "healthCheckId", in.HealthCheckID, "want a health check of this program")
	}
	return rec
}

// readTarget reads where the record leads: an alias, or values with a TTL.
func (rec *record) readTarget(in *recordInputs) {
	switch {
	case len(in.Aliases) == 1 && len(in.Records) == 0 && in.TTL == 0:
		rec.readAlias(&in.Aliases[0])
	case len(in.Aliases) == 0 && len(in.Records) > 0 && in.TTL > 0:
		rec.values, rec.target = in.Records, in.Records[0]
		if in.Type == "CNAME" {
			rec.target = canonical(in.Records[0])
			rec.resource.Require(len(in.Records) == 1, "records", in.Records, "want one value in a CNAME record")
		}
	default:
		rec.resource.Fail("", fmt.Errorf("aliases %d, records %d, ttl %d: want either one alias without ttl, or records with a ttl", len(in.Aliases), len(in.Records), in.TTL))
	}
}

func (rec *record) readAlias(a *aliasInputs) {
	rec.alias, rec.target, rec.ttl = true, canonical(a.Name), aliasTTL
	rec.values = []string{rec.target}
	r := rec.resource
	r.Require(a.Name != "", "aliases[0].name", a.Name, "want the name it stands for")
	r.Require(a.ZoneID != "", "aliases[0].zoneId", a.ZoneID, "want the hosted zone of that name")
	if strings.HasSuffix(rec.target, ".cloudfront.net") { // F7.3
		r.Require(a.ZoneID == cloudfrontapi.HostedZoneID, "aliases[0].zoneId", a.ZoneID, "want "+cloudfrontapi.HostedZoneID+" for a distribution")
		r.Require(!a.EvaluateTargetHealth, "aliases[0].evaluateTargetHealth", true, "want false for a distribution")
	} else if a.EvaluateTargetHealth && !strings.Contains(rec.target, ".execute-api.") { // F7.2 has no effect for API Gateway
		r.Refuse("aliases[0].evaluateTargetHealth", true, fmt.Sprintf("local mode does not evaluate the health of %q, want false", a.Name))
	}
}

// readPolicy reads the latency policy, the one that is imitated.
func (rec *record) readPolicy(in *recordInputs) {
	r := rec.resource
	if len(in.LatencyPolicies) == 0 {
		r.Require(in.SetIdentifier == "", "setIdentifier", in.SetIdentifier, "want it only beside a routing policy")
		return
	}
	r.Require(len(in.LatencyPolicies) == 1, "latencyRoutingPolicies", in.LatencyPolicies, "want one")
	// F7.4
	r.Require(in.SetIdentifier != "" && len(in.SetIdentifier) <= 128, "setIdentifier", in.SetIdentifier, "want 1 to 128 characters beside a latency policy")
	rec.region = in.LatencyPolicies[0].Region
	region, ok := geography.LookupRegion(rec.region)
	r.Require(ok, "latencyRoutingPolicies[0].region", rec.region, "want an AWS region")
	rec.place = region.Place
}

// check refuses sets that mix policies or repeat what must be unique (F7.4).
func (s *recordSet) check() {
	identifiers, regions := map[string]bool{}, map[string]bool{}
	several := len(s.records) > 1
	all := s.key.kind + " " + s.key.name
	for _, rec := range s.records {
		r := rec.resource
		switch {
		case rec.zoneID != s.records[0].zoneID:
			r.Refuse("zoneId", rec.zoneID, fmt.Sprintf("another record %s is in zone %q; want one of them", all, s.records[0].zoneID))
		case several && rec.region == "":
			r.Refuse("name", s.key.name, "there is another record of type "+s.key.kind+"; want a latency policy on each or one record")
		case several && identifiers[rec.setIdentifier]:
			r.Refuse("setIdentifier", rec.setIdentifier, "want one of its own among the records "+all)
		case several && regions[rec.region]:
			r.Refuse("latencyRoutingPolicies[0].region", rec.region, "want one record per region among the records "+all)
		case s.latency() && rec.check != nil && rec.check.fqdn == s.key.name:
			// F7.9: results are unpredictable.
			r.Fail("healthCheckId", fmt.Errorf("its health check asks %q, the latency name itself; want a name that leads to one region", s.key.name))
		}
		identifiers[rec.setIdentifier], regions[rec.region] = true, true
	}
}

// canonical is a name as the maps here keep it.
func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
