package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/saas"
	"github.com/onefront/onefront/redact"
)

// This file, its tests and local/saas are what local mode knows of the feedback application.

func init() { playThirdParty = playSaaS }

// playSaaS starts the stand-in if the graph's functions know a SaaS.
func playSaaS(t *topology, recorded *graph.Graph) (*graph.Graph, error) {
	known, key, ok, err := saasOf(recorded)
	switch {
	case err != nil:
		return nil, err
	case !ok && t.flags.upstream != nil:
		return nil, nobodyAsks(t.flags.upstream, t.stack, "the variable "+settings.Variable+", which would hold its address")
	case !ok:
		return recorded, nil
	case t.flags.upstream != nil:
		return moveSaaS(recorded, t.flags.upstream)
	}
	address, err := t.openSaaS()
	if err != nil {
		return nil, err
	}
	service, err := newStandIn(t.lasting, known, key)
	if err != nil {
		return nil, err
	}
	t.saas, t.lasting.saas = service, service
	return moveSaaS(recorded, &url.URL{Scheme: "http", Host: address})
}

// standIn is the stand-in SaaS as the topology has it.
type standIn struct{ *saas.Service }

// newStandIn is the stand-in for a graph's settings, with the tickets of the one before.
func newStandIn(l *lasting, s settings.Settings, key string) (standIn, error) {
	before, ok := l.saas.(standIn)
	if !ok {
		service, err := saas.New(s, key, l.clock)
		return standIn{service}, err
	}
	service, err := before.With(s, key)
	return standIn{service}, err
}

func (s standIn) Tickets() any { return s.Service.Tickets() }

// Recent cuts long words.
func (s standIn) Recent(limit int) any {
	recent := s.Service.Recent(limit)
	for i := range recent.Latest {
		recent.Latest[i].Feedback = cut(recent.Latest[i].Feedback)
	}
	return recent
}

func (s standIn) Words() (words []string) {
	for _, t := range s.Service.Tickets() {
		words = append(words, string(t.Feedback))
	}
	return words
}

// saasOf is the SaaS that the functions of a graph know: its settings as the stack has them, and its key. ok is false
// where no function knows one.
func saasOf(g *graph.Graph) (s settings.Settings, key string, ok bool, err error) {
	for _, f := range g.ByType(lambda.FunctionType) {
		variables := variablesOf(f)
		text, known := variables[settings.Variable].(string)
		if !known {
			continue
		}
		path := "environment.variables." + settings.Variable
		if s, err = settings.Parse([]byte(text)); err != nil {
			return s, "", false, fmt.Errorf("%s: %s: %w", f.URN, path, err)
		}
		name, _ := variables[settings.APIKeyParameterVariable].(string)
		for _, p := range g.ByType("aws:ssm/parameter:Parameter") {
			if p.Region == f.Region && p.Output("name") == name {
				return s, p.Output("value"), true, nil
			}
		}
		return s, "", false, fmt.Errorf("%s: environment.variables.%s: %q: want the name of a parameter in %s", f.URN, settings.APIKeyParameterVariable, name, f.Region)
	}
	return s, "", false, nil
}

func variablesOf(function *graph.Resource) map[string]any {
	environment, _ := function.Inputs["environment"].(map[string]any)
	variables, _ := environment["variables"].(map[string]any)
	return variables
}

// moveSaaS returns the graph with the SaaS's addresses moved to target's scheme and host, in the variable of every
// function that has it. The graph itself stays.
func moveSaaS(g *graph.Graph, target *url.URL) (*graph.Graph, error) {
	resources := make([]*graph.Resource, len(g.Resources))
	for i, r := range g.Resources {
		resources[i] = r
		text, known := variablesOf(r)[settings.Variable].(string)
		if r.Type != lambda.FunctionType || !known {
			continue
		}
		moved, err := moveAddresses(text, target)
		if err != nil {
			return nil, err
		}
		variables := maps.Clone(variablesOf(r))
		variables[settings.Variable] = moved
		environment := maps.Clone(r.Inputs["environment"].(map[string]any)) // it holds the variables
		environment["variables"] = variables
		changed := *r
		changed.Inputs = maps.Clone(r.Inputs)
		changed.Inputs["environment"] = environment
		resources[i] = &changed
	}
	result := graph.New(resources...)
	result.Project, result.Stack = g.Project, g.Stack
	result.Outputs, result.OutputSecrets, result.Messages = g.Outputs, g.OutputSecrets, g.Messages
	return result, nil
}

// moveAddresses moves the addresses in encoded settings. Their paths stay, except that a target with a path of its own
// is the whole address tickets go to.
func moveAddresses(encoded string, target *url.URL) (string, error) {
	// The parsed settings know addresses that the encoded ones leave to a default.
	parsed, err := settings.Parse([]byte(encoded))
	if err != nil {
		return "", err
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(encoded), &all); err != nil {
		return "", err
	}
	if all["url"], err = moved(parsed.URL, target); err != nil {
		return "", err
	}
	if strings.Trim(target.Path, "/") != "" {
		all["url"] = target.String()
	}
	if parsed.TopicsURL != "" {
		if all["topicsUrl"], err = moved(parsed.TopicsURL, target); err != nil {
			return "", err
		}
	}
	changed, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	if _, err := settings.Parse(changed); err != nil {
		return "", fmt.Errorf("-upstream %q: %w", redact.URLs(target.String()), err)
	}
	return string(changed), nil
}

func moved(address string, to *url.URL) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.Scheme, u.Host = to.Scheme, to.Host
	return u.String(), nil
}
