package route53

import (
	"errors"
	"fmt"
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
	urn, zoneID, setIdentifier string
	region                     string // of a latency record
	place                      geography.Place
	target                     string // the first value; an alias's or CNAME's is a canonical name
	alias                      bool
	values                     []string
	ttl                        time.Duration
	check                      *healthCheck
}

// latency tells whether answers depend on where the question comes from.
func (s *recordSet) latency() bool { return s.records[0].region != "" }

// addRecord reads a record into its set.
func (s *Service) addRecord(r *graph.Resource) error {
	var in recordInputs
	if err := r.Decode(&in); err != nil {
		return err
	}
	rec, err := s.newRecord(r, &in)
	if err != nil {
		return fmt.Errorf("%s: %w", r.URN, err)
	}
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
	return nil
}

func (s *Service) newRecord(r *graph.Resource, in *recordInputs) (*record, error) {
	rec := &record{urn: r.URN, zoneID: in.ZoneID, setIdentifier: in.SetIdentifier, ttl: time.Duration(in.TTL) * time.Second}
	problems := []error{rec.readTarget(in), rec.readPolicy(in)}
	switch in.Type {
	case "A", "AAAA", "CNAME", "HTTPS", "TXT", "CAA", "MX", "NS", "SOA", "SRV", "PTR", "SVCB", "DS":
	default:
		problems = append(problems, fmt.Errorf("type: %q: want a DNS record type that Route 53 has, such as A, AAAA, HTTPS or CNAME", in.Type))
	}
	if in.Name == "" || in.ZoneID == "" {
		problems = append(problems, fmt.Errorf("name %q and zoneId %q: want both", in.Name, in.ZoneID))
	}
	if in.HealthCheckID != "" {
		if rec.check = s.checkByID(in.HealthCheckID); rec.check == nil {
			problems = append(problems, fmt.Errorf("healthCheckId: %q: want a health check of this program", in.HealthCheckID))
		}
	}
	return rec, errors.Join(problems...)
}

// readTarget reads where the record leads: an alias, or values with a TTL.
func (rec *record) readTarget(in *recordInputs) error {
	switch {
	case len(in.Aliases) == 1 && len(in.Records) == 0 && in.TTL == 0:
		return rec.readAlias(in)
	case len(in.Aliases) == 0 && len(in.Records) > 0 && in.TTL > 0:
		rec.values, rec.target = in.Records, in.Records[0]
		if in.Type != "CNAME" {
			return nil
		}
		if rec.target = canonical(in.Records[0]); len(in.Records) > 1 {
			return fmt.Errorf("records: %q: want one value in a CNAME record", in.Records)
		}
		return nil
	default:
		return fmt.Errorf("aliases %d, records %d, ttl %d: want either one alias without ttl, or records with a ttl", len(in.Aliases), len(in.Records), in.TTL)
	}
}

func (rec *record) readAlias(in *recordInputs) error {
	a := in.Aliases[0]
	rec.alias, rec.target, rec.ttl = true, canonical(a.Name), aliasTTL
	rec.values = []string{rec.target}
	switch {
	case a.Name == "" || a.ZoneID == "":
		return fmt.Errorf("aliases[0]: name %q and zoneId %q: want both", a.Name, a.ZoneID)
	case strings.HasSuffix(rec.target, ".cloudfront.net") && a.ZoneID != cloudfrontapi.HostedZoneID: // F7.3
		return fmt.Errorf("aliases[0].zoneId: %q: want %s for a distribution", a.ZoneID, cloudfrontapi.HostedZoneID)
	case strings.HasSuffix(rec.target, ".cloudfront.net") && a.EvaluateTargetHealth: // F7.3
		return errors.New("aliases[0].evaluateTargetHealth: true: want false for a distribution")
	case a.EvaluateTargetHealth && !strings.Contains(rec.target, ".execute-api."): // F7.2 has no effect for API Gateway
		return fmt.Errorf("aliases[0].evaluateTargetHealth: true: local mode does not evaluate the health of %q, want false", a.Name)
	}
	return nil
}

// readPolicy reads the latency policy, the one that is imitated.
func (rec *record) readPolicy(in *recordInputs) error {
	switch {
	case len(in.LatencyPolicies) == 0 && in.SetIdentifier == "":
		return nil
	case len(in.LatencyPolicies) == 0:
		return fmt.Errorf("setIdentifier: %q: want it only beside a routing policy", in.SetIdentifier)
	case len(in.LatencyPolicies) > 1:
		return fmt.Errorf("latencyRoutingPolicies: %d: want one", len(in.LatencyPolicies))
	case in.SetIdentifier == "" || len(in.SetIdentifier) > 128: // F7.4
		return fmt.Errorf("setIdentifier: %q: want 1 to 128 characters beside a latency policy", in.SetIdentifier)
	}
	rec.region = in.LatencyPolicies[0].Region
	region, ok := geography.LookupRegion(rec.region)
	if !ok {
		return fmt.Errorf("latencyRoutingPolicies[0].region: %q: want an AWS region", rec.region)
	}
	rec.place = region.Place
	return nil
}

// check refuses sets that mix policies or repeat what must be unique (F7.4).
func (s *recordSet) check() error {
	identifiers, regions := map[string]bool{}, map[string]bool{}
	for _, rec := range s.records {
		switch {
		case rec.zoneID != s.records[0].zoneID:
			return fmt.Errorf("%s: zoneId: %q: another record %s %s is in zone %q; want one of them", rec.urn, rec.zoneID, s.key.kind, s.key.name, s.records[0].zoneID)
		case len(s.records) > 1 && rec.region == "":
			return fmt.Errorf("%s: name: %q: there is another record of type %s; want a latency policy on each or one record", rec.urn, s.key.name, s.key.kind)
		case len(s.records) > 1 && identifiers[rec.setIdentifier]:
			return fmt.Errorf("%s: setIdentifier: %q: want one of its own among the records %s %s", rec.urn, rec.setIdentifier, s.key.kind, s.key.name)
		case len(s.records) > 1 && regions[rec.region]:
			return fmt.Errorf("%s: latencyRoutingPolicies[0].region: %q: want one record per region among the records %s %s", rec.urn, rec.region, s.key.kind, s.key.name)
		case s.latency() && rec.check != nil && rec.check.fqdn == s.key.name:
			// F7.9: results are unpredictable.
			return fmt.Errorf("%s: healthCheckId: its health check asks %q, the latency name itself; want a name that leads to one region", rec.urn, s.key.name)
		}
		identifiers[rec.setIdentifier], regions[rec.region] = true, true
	}
	return nil
}

// canonical is a name as the maps here keep it.
func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
