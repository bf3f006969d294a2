package apigateway

import (
	"cmp"
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

// newAPI reads an API. It is nil where what is refused leaves nothing to serve.
func newAPI(r *graph.Taken) *api {
	var in apiInputs
	r.Read(&in)
	r.Require(in.ProtocolType == "HTTP", "protocolType", in.ProtocolType, "local mode serves HTTP APIs: want HTTP")
	arn := strings.Split(r.Output("executionArn"), ":") // arn:aws:execute-api:<region>:<account>:<id>
	r.Require(len(arn) == 6, "executionArn", r.Output("executionArn"), "want an ARN among the outputs")
	// The output shows the endpoint also when it is disabled (F6.10).
	endpoint, err := url.Parse(r.Output("apiEndpoint"))
	ok := err == nil && endpoint.Host != ""
	if r.Require(ok, "apiEndpoint", r.Output("apiEndpoint"), "want a URL among the outputs"); !r.OK() {
		return nil
	}
	return &api{
		id: arn[5], region: arn[3], account: arn[4], executionARN: r.Output("executionArn"), executeHost: strings.ToLower(endpoint.Host),
		disabled: in.DisableExecuteAPIEndpoint, stages: map[string]*stage{},
	}
}

// integration is what a route calls.
type integration struct {
	functionARN string
	timeout     time.Duration
}

func newIntegration(r *graph.Taken, functions map[string]bool) (i integration, apiID string) {
	in := integrationInputs{PayloadFormatVersion: "1.0", TimeoutMilliseconds: int(maxTimeout.Milliseconds())}
	r.Read(&in)
	r.Require(in.IntegrationType == "AWS_PROXY", "integrationType", in.IntegrationType, "local mode has Lambda proxy integrations only: want AWS_PROXY")
	r.Require(in.PayloadFormatVersion == "2.0", "payloadFormatVersion", in.PayloadFormatVersion, `the provider's default is 1.0: set "2.0" (F6.11)`)
	// API Gateway calls a function by POST, whatever the client's method.
	r.Require(in.IntegrationMethod == "" || in.IntegrationMethod == "POST", "integrationMethod", in.IntegrationMethod, "want POST")
	internet := in.ConnectionType == "" || in.ConnectionType == "INTERNET"
	r.Require(internet, "connectionType", in.ConnectionType, "local mode has no VPC links: want INTERNET")
	t := in.TimeoutMilliseconds
	r.Require(t >= 50 && t <= 30_000, "timeoutMilliseconds", t, "want 50 to 30000 (F6.13)")
	arn := functionOf(in.IntegrationURI)
	r.Require(functions[arn], "integrationUri", in.IntegrationURI, "want the invoke ARN, or the ARN, of a function of this graph")
	return integration{arn, time.Duration(t) * time.Millisecond}, in.APIID
}

// functionOf returns the function's ARN in an integration URI: the ARN itself, or
// arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations.
func functionOf(uri string) string {
	if _, rest, ok := strings.Cut(uri, ":lambda:path/2015-03-31/functions/"); ok {
		uri = strings.TrimSuffix(rest, "/invocations")
	}
	return uri
}

func (s *Service) addRoute(r *graph.Taken, integrations map[string]integration) {
	in := routeInputs{AuthorizationType: "NONE"}
	r.Read(&in)
	r.Require(in.AuthorizationType == "NONE", "authorizationType", in.AuthorizationType, "local mode has no authorizers: want NONE")
	parsed, err := parseRouteKey(in.RouteKey)
	if err != nil {
		r.Refuse("routeKey", in.RouteKey, err.Error())
		return
	}
	a := s.apis[in.APIID]
	if a == nil {
		r.Refuse("apiId", in.APIID, "no such API in the graph")
		return
	}
	r.Require(a.route(in.RouteKey) == nil, "routeKey", in.RouteKey, "the API has this route already")
	id, prefixed := strings.CutPrefix(in.Target, "integrations/")
	target, found := integrations[a.id+"/"+id]
	r.Require(found && prefixed, "target", in.Target, `want "integrations/<id>" of an integration of the same API`)
	parsed.functionARN, parsed.timeout = target.functionARN, target.timeout
	a.routes = append(a.routes, parsed)
}

func (s *Service) addStage(r *graph.Taken, permissions []permission) {
	var in stageInputs
	r.Read(&in)
	a := s.apis[in.APIID]
	if a == nil {
		r.Refuse("apiId", in.APIID, "no such API in the graph")
		return
	}
	st := &stage{api: a, name: cmp.Or(in.Name, r.Output("name")), variables: in.StageVariables, allowed: map[string]bool{}}
	r.Require(st.name != "" && a.stages[st.name] == nil, "name", st.name, "want a name that the API has no stage of yet")
	r.Require(in.AutoDeploy, "autoDeploy", false, "local mode serves what is declared: set true (F6.16)")
	st.setThrottles(r, &in)
	if l := in.AccessLogSettings; l != nil {
		var err error
		if st.accessLog, err = parseLogFormat(l.Format); err != nil {
			r.Fail("accessLogSettings.format", err)
		}
		star := strings.HasSuffix(l.DestinationARN, ":*")
		r.Require(!star, "accessLogSettings.destinationArn", l.DestinationARN, "want the log group's ARN without :* (F6.22)")
		st.logGroup = l.DestinationARN[strings.LastIndexByte(l.DestinationARN, ':')+1:]
	}
	for _, route := range a.routes {
		st.allowed[route.key] = slices.ContainsFunc(permissions, func(p permission) bool {
			return p.allows(route.functionARN, a, st.name, route)
		})
	}
	a.stages[st.name] = st
}
