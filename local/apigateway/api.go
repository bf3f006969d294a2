package apigateway

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

// maxTimeout is the longest an integration of an HTTP API may take, and the default (F6.13).
const maxTimeout = 30 * time.Second

// api is one HTTP API.
type api struct {
	id, region, account, executionARN string
	executeHost                       string
	disabled                          bool // no execute-api endpoint
	routes                            []*route
	stages                            map[string]*stage
}

// stage is one stage of an API.
type stage struct {
	api            *api
	name           string
	variables      map[string]string
	throttle       *bucket
	routeThrottles map[string]*bucket
	accessLog      logFormat // nil: none
	logGroup       string
	// allowed are the keys of the routes whose function lets this API call it.
	allowed map[string]bool
}

func (a *api) route(key string) *route {
	i := slices.IndexFunc(a.routes, func(r *route) bool { return r.key == key })
	if i < 0 {
		return nil
	}
	return a.routes[i]
}

func newAPI(r *graph.Resource) (*api, error) {
	var node apiNode
	if err := r.Decode(&node); err != nil {
		return nil, err
	}
	if node.ProtocolType != "HTTP" {
		return nil, problem(r, "protocolType", node.ProtocolType, "local mode serves HTTP APIs: want HTTP")
	}
	arn := strings.Split(output(r, "executionArn"), ":") // arn:aws:execute-api:<region>:<account>:<id>
	if len(arn) != 6 {
		return nil, problem(r, "executionArn", output(r, "executionArn"), "want an ARN among the outputs")
	}
	a := &api{
		id: arn[5], region: arn[3], account: arn[4], executionARN: output(r, "executionArn"),
		disabled: node.DisableExecuteAPIEndpoint, stages: map[string]*stage{},
	}
	// The output shows the endpoint also when it is disabled (F6.10).
	endpoint, err := url.Parse(output(r, "apiEndpoint"))
	if err != nil || endpoint.Host == "" {
		return nil, problem(r, "apiEndpoint", output(r, "apiEndpoint"), "want a URL among the outputs")
	}
	a.executeHost = strings.ToLower(endpoint.Host)
	return a, nil
}

// integration is what a route calls.
type integration struct {
	functionARN string
	timeout     time.Duration
}

func newIntegration(r *graph.Resource, functions map[string]bool) (integration, string, error) {
	node := integrationNode{PayloadFormatVersion: "1.0", TimeoutMilliseconds: int(maxTimeout.Milliseconds())}
	if err := r.Decode(&node); err != nil {
		return integration{}, "", err
	}
	var problems []error
	refuse := func(path string, value any, right string) {
		problems = append(problems, problem(r, path, value, right))
	}
	if node.IntegrationType != "AWS_PROXY" {
		refuse("integrationType", node.IntegrationType, "local mode has Lambda proxy integrations only: want AWS_PROXY")
	}
	if node.PayloadFormatVersion != "2.0" {
		refuse("payloadFormatVersion", node.PayloadFormatVersion, `the provider's default is 1.0: set "2.0" (F6.11)`)
	}
	// API Gateway calls a function by POST, whatever the client's method.
	if m := node.IntegrationMethod; m != "" && m != "POST" {
		refuse("integrationMethod", m, "want POST")
	}
	if c := node.ConnectionType; c != "" && c != "INTERNET" {
		refuse("connectionType", c, "local mode has no VPC links: want INTERNET")
	}
	if t := node.TimeoutMilliseconds; t < 50 || t > 30_000 {
		refuse("timeoutMilliseconds", t, "want 50 to 30000 (F6.13)")
	}
	arn := functionOf(node.IntegrationURI)
	if !functions[arn] {
		refuse("integrationUri", node.IntegrationURI, "want the invoke ARN, or the ARN, of a function of this graph")
	}
	return integration{arn, time.Duration(node.TimeoutMilliseconds) * time.Millisecond}, node.APIID, errors.Join(problems...)
}

// functionOf returns the function's ARN in an integration URI: the ARN itself, or
// arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations.
func functionOf(uri string) string {
	if _, rest, ok := strings.Cut(uri, ":lambda:path/2015-03-31/functions/"); ok {
		uri = strings.TrimSuffix(rest, "/invocations")
	}
	return uri
}

func (s *Service) addRoute(r *graph.Resource, integrations map[string]integration) error {
	node := routeNode{AuthorizationType: "NONE"}
	if err := r.Decode(&node); err != nil {
		return err
	}
	a := s.apis[node.APIID]
	if a == nil {
		return problem(r, "apiId", node.APIID, "no such API in the graph")
	}
	if node.AuthorizationType != "NONE" {
		return problem(r, "authorizationType", node.AuthorizationType, "local mode has no authorizers: want NONE")
	}
	parsed, err := parseRouteKey(node.RouteKey)
	if err != nil {
		return problem(r, "routeKey", node.RouteKey, err.Error())
	}
	if a.route(node.RouteKey) != nil {
		return problem(r, "routeKey", node.RouteKey, "the API has this route already")
	}
	target, found := integrations[a.id+"/"+strings.TrimPrefix(node.Target, "integrations/")]
	if !found || !strings.HasPrefix(node.Target, "integrations/") {
		return problem(r, "target", node.Target, `want "integrations/<id>" of an integration of the same API`)
	}
	parsed.functionARN, parsed.timeout = target.functionARN, target.timeout
	a.routes = append(a.routes, parsed)
	return nil
}

func (s *Service) addStage(r *graph.Resource, permissions []permission) error {
	var node stageNode
	if err := r.Decode(&node); err != nil {
		return err
	}
	a := s.apis[node.APIID]
	if a == nil {
		return problem(r, "apiId", node.APIID, "no such API in the graph")
	}
	st := &stage{api: a, name: output(r, "name"), variables: node.StageVariables, allowed: map[string]bool{}}
	if node.Name != "" {
		st.name = node.Name
	}
	var problems []error
	if st.name == "" || a.stages[st.name] != nil {
		problems = append(problems, problem(r, "name", st.name, "want a name that the API has no stage of yet"))
	}
	if !node.AutoDeploy {
		problems = append(problems, problem(r, "autoDeploy", false, "local mode serves what is declared: set true (F6.16)"))
	}
	problems = append(problems, st.setThrottles(r, node)...)
	if l := node.AccessLogSettings; l != nil {
		format, err := parseLogFormat(l.Format)
		if err != nil {
			problems = append(problems, problem(r, "accessLogSettings.format", "", err.Error()))
		}
		if strings.HasSuffix(l.DestinationARN, ":*") {
			problems = append(problems, problem(r, "accessLogSettings.destinationArn", l.DestinationARN,
				"want the log group's ARN without :* (F6.22)"))
		}
		st.accessLog, st.logGroup = format, l.DestinationARN[strings.LastIndexByte(l.DestinationARN, ':')+1:]
	}
	for _, route := range a.routes {
		st.allowed[route.key] = slices.ContainsFunc(permissions, func(p permission) bool {
			return p.allows(route.functionARN, a, st.name, route)
		})
	}
	a.stages[st.name] = st
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("stage %q: %w", r.Name, err)
	}
	return nil
}
