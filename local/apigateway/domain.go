package apigateway

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
)

// region holds what the endpoints of one region share.
type region struct {
	name    string
	apis    map[string]*api    // by execute-api host
	domains map[string]*domain // by name, "*." included
	hosts   []string
	account *bucket
}

// domain is a custom domain name. The same name may exist in several regions (F6.2).
type domain struct {
	name     string
	target   string    // d-xxx.execute-api..., what DNS points to
	mappings []mapping // longest key first
}

// mapping ties a path below a domain to a stage.
type mapping struct {
	key   string // "" is the catch-all
	stage *stage
}

// target is where a request goes.
type target struct {
	stage *stage
	// path is the decoded path without the mapping's key; mappingKey is that key.
	path, mappingKey string
}

// refusal is an answer of the gateway itself.
type refusal struct {
	status int
	// message is the body's, kind the log's response type (guess: the names are those of REST APIs).
	message, kind string
}

var (
	forbidden        = &refusal{403, "Forbidden", "ACCESS_DENIED"}
	notFound         = &refusal{404, "Not Found", "RESOURCE_NOT_FOUND"}
	entityTooLarge   = &refusal{413, "Request Entity Too Large", "REQUEST_TOO_LARGE"}
	tooManyRequests  = &refusal{429, "Too Many Requests", "THROTTLED"}
	headersTooLarge  = &refusal{431, "Request Header Fields Too Large", "REQUEST_TOO_LARGE"}
	internalError    = &refusal{500, "Internal Server Error", "INTEGRATION_FAILURE"}
	unavailable      = &refusal{503, "Service Unavailable", "INTEGRATION_FAILURE"}
	unavailableLater = &refusal{503, "Service Unavailable", "INTEGRATION_TIMEOUT"}
)

func (g *region) addDomain(r *graph.Taken) {
	var in domainNameInputs
	r.Read(&in)
	d := &domain{name: strings.ToLower(in.DomainName)}
	if configuration, ok := r.Outputs["domainNameConfiguration"].(map[string]any); ok {
		target, _ := configuration["targetDomainName"].(string)
		d.target = strings.ToLower(target)
	}
	c := in.Configuration
	r.Require(d.name != "" && g.domains[d.name] == nil, "domainName", in.DomainName, "want a name that is once in a region (F6.2)")
	r.Require(c.EndpointType == "REGIONAL", "domainNameConfiguration.endpointType", c.EndpointType, "want REGIONAL (F6.1)")
	r.Require(c.SecurityPolicy == "TLS_1_2", "domainNameConfiguration.securityPolicy", c.SecurityPolicy, "want TLS_1_2 (F6.5)")
	r.Require(d.target != "", "domainNameConfiguration.targetDomainName", d.target, "want a host among the outputs")
	if d.target != "" {
		g.hosts = append(g.hosts, d.target)
	}
	g.domains[d.name] = d
}

func (s *Service) addMapping(r *graph.Taken) {
	var in apiMappingInputs
	r.Read(&in)
	a := s.apis[in.APIID]
	if a == nil {
		r.Refuse("apiId", in.APIID, "no such API in the graph")
		return
	}
	d := s.region(a.region).domains[strings.ToLower(in.DomainName)]
	if d == nil {
		r.Refuse("domainName", in.DomainName, "no such custom domain in the API's region (F6.7)")
		return
	}
	st, key := a.stages[in.Stage], in.APIMappingKey
	r.Require(st != nil, "stage", in.Stage, "the API has no such stage")
	slash := strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/")
	r.Require(!slash, "apiMappingKey", key, "want a path without slashes at its ends")
	twice := slices.ContainsFunc(d.mappings, func(m mapping) bool { return m.key == key })
	r.Require(!twice, "apiMappingKey", key, "the domain has a mapping with this key already")
	d.mappings = append(d.mappings, mapping{key, st})
	slices.SortFunc(d.mappings, func(a, b mapping) int { return len(b.key) - len(a.key) })
}

// resolve finds the stage for a Host header and a path.
//   - An unknown Host gets 403 (F6.33); a d-xxx target host is one (F7.16).
//   - A disabled execute-api endpoint gets 404 (F6.9).
//   - Of the custom domains a specific name wins over a wildcard (F6.3), which stands for one label (guess: what its
//     certificate covers). Without a mapping for the path: 403 (guess).
//   - An execute-api host serves the stage named by the first path segment, else $default, else 404 (F6.16).
func (g *region) resolve(host, path string) (target, *refusal) {
	if a := g.apis[host]; a != nil {
		if a.disabled {
			return target{}, notFound
		}
		return a.chooseStage(path)
	}
	d := g.domains[host]
	if d == nil {
		_, parent, _ := strings.Cut(host, ".")
		d = g.domains["*."+parent]
	}
	if d == nil {
		return target{}, forbidden
	}
	for _, m := range d.mappings {
		rest, ok := strings.CutPrefix(path, "/"+m.key)
		switch {
		case m.key == "":
			return target{stage: m.stage, path: m.stage.prefix() + path}, nil
		case ok && rest == "":
			return target{stage: m.stage, path: m.stage.prefix() + "/", mappingKey: m.key}, nil
		case ok && rest[0] == '/':
			// Payload format 2.0 does not show the key (F6.8).
			return target{stage: m.stage, path: m.stage.prefix() + rest, mappingKey: m.key}, nil
		}
	}
	return target{}, forbidden
}

func (a *api) chooseStage(path string) (target, *refusal) {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	st := a.stages[name]
	if st == nil {
		st = a.stages[defaultStage]
	}
	if st == nil {
		return target{}, notFound
	}
	return target{stage: st, path: path}, nil
}

const defaultStage = "$default"

// prefix is what a named stage puts before the path, in events too.
func (s *stage) prefix() string {
	if s.name == defaultStage {
		return ""
	}
	return "/" + s.name
}

// routePath is the path that routes are compared with: without the stage's name.
func (t target) routePath() string {
	path := strings.TrimPrefix(t.path, t.stage.prefix())
	if path == "" {
		return "/"
	}
	return path
}
