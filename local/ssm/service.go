package ssm

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/onefront/onefront/graph"
)

const parameterType = "aws:ssm/parameter:Parameter"

// Service holds the parameters of all regions. It is safe for concurrent use.
type Service struct {
	made map[string]map[string]parameter // as the program made them, by region, then name

	mu         sync.RWMutex
	parameters map[string]map[string]parameter // as they stand now
}

// parameter is one version of a parameter.
type parameter struct {
	name, arn, kind, value, dataType string
	version                          int
}

// String keeps values out of whatever prints the service.
func (s *Service) String() string { return fmt.Sprintf("parameters in %d regions", len(s.made)) }

// GoString does the same for %#v.
func (s *Service) GoString() string { return s.String() }

// parameterInputs are the properties of aws.ssm.Parameter that are understood here.
type parameterInputs struct {
	Type          string `json:"type"`
	Value         string `json:"value"`
	InsecureValue string `json:"insecureValue"`
	DataType      string `json:"dataType"`

	Name           graph.NoLocalMeaning `json:"name"`           // read from the outputs, where autonaming has its say
	AllowedPattern graph.NoLocalMeaning `json:"allowedPattern"` // checked by AWS when a value is written
	ARN            graph.NoLocalMeaning `json:"arn"`            // read from the outputs
	Description    graph.NoLocalMeaning `json:"description"`    // text for people
	KeyID          graph.NoLocalMeaning `json:"keyId"`          // KMS is not imitated
	Overwrite      graph.NoLocalMeaning `json:"overwrite"`      // about how it is written
	Tags           graph.NoLocalMeaning `json:"tags"`           // labels
	Tier           graph.NoLocalMeaning `json:"tier"`           // price and size
}

// New reads every parameter of the graph and refuses properties it does not imitate.
func New(g *graph.Reading) (*Service, error) {
	s := &Service{made: map[string]map[string]parameter{}}
	for _, r := range g.Take(parameterType) {
		p := newParameter(r)
		if s.made[r.Region] == nil {
			s.made[r.Region] = map[string]parameter{}
		}
		_, twice := s.made[r.Region][p.name]
		r.Require(!twice, "name", p.name, "another parameter of "+r.Region+" has it already")
		s.made[r.Region][p.name] = p
	}
	s.Reset()
	return s, g.Err()
}

// Reset takes back what was written.
func (s *Service) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parameters = map[string]map[string]parameter{}
	for region, made := range s.made {
		s.parameters[region] = maps.Clone(made)
	}
}

func newParameter(r *graph.Taken) parameter {
	in := parameterInputs{DataType: "text"}
	if r.Read(&in) {
		known := slices.Contains([]string{"String", "StringList", "SecureString"}, in.Type)
		r.Require(known, "type", in.Type, "want String, StringList or SecureString")
	}
	p := parameter{
		name: r.Output("name"), arn: r.Output("arn"), kind: in.Type, value: cmp.Or(in.Value, in.InsecureValue),
		dataType: in.DataType, version: 1,
	}
	if v, ok := r.Outputs["version"].(float64); ok {
		p.version = int(v)
	}
	return p
}

// find looks a parameter up by name or ARN, with an optional ":version" behind a name.
func (s *Service) find(region, name string) (parameter, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if strings.HasPrefix(name, "arn:") {
		for _, p := range s.parameters[region] {
			if p.arn == name {
				return p, nil
			}
		}
		return parameter{}, notFound()
	}
	name, selector, selected := strings.Cut(name, ":")
	p, ok := s.parameters[region][name]
	switch {
	case !ok:
		return parameter{}, notFound()
	case selected && selector != fmt.Sprint(p.version):
		return parameter{}, &apiError{"ParameterVersionNotFound", "Systems Manager could not find version " + selector + " of " + name + ". Verify the version and try again."}
	}
	return p, nil
}

// Value is what a region's parameter holds now; found is false where there is none of this name.
func (s *Service) Value(region, name string) (value string, found bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, found := s.parameters[region][name]
	return p.value, found
}

// Handler is the region's endpoint.
func (s *Service) Handler(region string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(region, w, r) })
}
