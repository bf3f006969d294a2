package function_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/aws/geography"
	"github.com/onefront/onefront/local/cloudfront/function"
)

const importCF = "import cf from 'cloudfront';\n"

func chosen(t *testing.T, body string) (*function.OriginChoice, error) {
	t.Helper()
	got, err := load(t, importCF+handler(body+"\nreturn event.request;")).ViewerRequest(t.Context(), sample())
	return got.Origin, err
}

func ptr[T any](v T) *T { return &v }

func TestOrigin_choices(t *testing.T) {
	t.Parallel()
	group := &function.OriginChoice{Group: &function.Group{IDs: [2]string{"a", "b"}, StatusCodes: []int{500, 502, 503, 504}}}
	for name, tt := range map[string]struct {
		body string
		want *function.OriginChoice
	}{
		"none":                           {"", nil},
		"F2.4 by id":                     {"cf.selectRequestOriginById('a');", &function.OriginChoice{ID: "a"}},
		"F2.4 by id with host":           {"cf.selectRequestOriginById('a', {hostHeader: 'x.example', sni: 'x.example'});", &function.OriginChoice{ID: "a", HostHeader: "x.example"}},
		"F2.5 group":                     {"cf.createRequestOriginGroup({originIds: [{originId: 'a'}, {originId: 'b'}], failoverCriteria: {statusCodes: [500, 502, 503, 504]}});", group},
		"F2.6 group of plain ids":        {"cf.createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {statusCodes: [500, 502, 503, 504]}});", group},
		"F2.5 selectionCriteria default": {"cf.createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {statusCodes: [500, 502, 503, 504]}, selectionCriteria: 'default'});", group},
		"the last call counts":           {"cf.createRequestOriginGroup({}); cf.selectRequestOriginById('a');", &function.OriginChoice{ID: "a"}},
		"F2.2 update": {`cf.updateRequestOrigin({domainName: 'api.example.com', hostHeader: 'h.example.com', originPath: '/v1',
			customHeaders: {'x-a': '1'}, connectionAttempts: 1, timeouts: {readTimeout: 30, connectionTimeout: 2, keepAliveTimeout: 60, responseCompletionTimeout: 30},
			customOriginConfig: {port: 443, protocol: 'https', sslProtocols: ['TLSv1.2']}, originShield: {enabled: false},
			originAccessControlConfig: {enabled: false}, sni: 'a'});`, &function.OriginChoice{Update: &function.Update{
			DomainName: ptr("api.example.com"), HostHeader: ptr("h.example.com"), OriginPath: ptr("/v1"),
			CustomHeaders: map[string]string{"x-a": "1"}, ConnectionAttempts: ptr(1), ReadTimeout: ptr(30), ConnectionTimeout: ptr(2),
			KeepAliveTimeout: ptr(60), ResponseCompletionTimeout: ptr(30), Port: ptr(443), Protocol: ptr("https"), AccessControl: ptr(false),
		}}},
		"F2.2 empty customHeaders clear": {"cf.updateRequestOrigin({customHeaders: {}});", &function.OriginChoice{Update: &function.Update{CustomHeaders: map[string]string{}}}},
		"F2.2 nothing given inherits":    {"cf.updateRequestOrigin({});", &function.OriginChoice{Update: &function.Update{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := chosen(t, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A choice is of no use to an answer of the function's own.
func TestOrigin_notWithAnswer(t *testing.T) {
	t.Parallel()
	got, err := load(t, importCF+handler("cf.selectRequestOriginById('a'); return {statusCode: 200};")).ViewerRequest(t.Context(), sample())
	if err != nil || got.Origin != nil || got.Response == nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Bad values are a 502 at the end of the run: catching them does not help (F2.7).
func TestOrigin_refused(t *testing.T) {
	t.Parallel()
	codes := "failoverCriteria: {statusCodes: [500]}"
	for name, tt := range map[string]struct{ call, want string }{
		"id missing":                        {"selectRequestOriginById()", "origin id"},
		"id is a number":                    {"selectRequestOriginById(1)", "origin id"},
		"id empty":                          {"selectRequestOriginById('')", "origin id"},
		"unknown option":                    {"selectRequestOriginById('a', {hostheader: 'x'})", "hostheader: no such key"},
		"no argument":                       {"createRequestOriginGroup()", "originIds is missing"},
		"F2.5 failoverCriteria is required": {"createRequestOriginGroup({originIds: ['a', 'b']})", "failoverCriteria is missing"},
		"F2.5 statusCodes is required":      {"createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {}})", "statusCodes is missing"},
		"F1.1 one member":                   {"createRequestOriginGroup({originIds: ['a'], " + codes + "})", "two"},
		"F1.1 three members":                {"createRequestOriginGroup({originIds: ['a', 'b', 'c'], " + codes + "})", "two"},
		"the same twice":                    {"createRequestOriginGroup({originIds: ['a', 'a'], " + codes + "})", "differ"},
		"member without id":                 {"createRequestOriginGroup({originIds: [{}, {originId: 'b'}], " + codes + "})", "originId is missing"},
		"originIds is a text":               {"createRequestOriginGroup({originIds: 'ab', " + codes + "})", "array"},
		"F2.7 overrides":                    {"createRequestOriginGroup({originIds: [{originId: 'a', originOverrides: {hostHeader: 'x'}}, {originId: 'b'}], " + codes + "})", "F2.7"},
		"F1.2 code 501":                     {"createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {statusCodes: [501]}})", "501"},
		"F1.2 no code":                      {"createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {statusCodes: []}})", "at least one"},
		"code as text":                      {"createRequestOriginGroup({originIds: ['a', 'b'], failoverCriteria: {statusCodes: ['500']}})", "500"},
		"F1.10 media quality":               {"createRequestOriginGroup({originIds: ['a', 'b'], " + codes + ", selectionCriteria: 'media-quality-score'})", "media-quality-score"},
		"unknown key":                       {"createRequestOriginGroup({originIds: ['a', 'b'], " + codes + ", status: 1})", "status: no such key"},
		"F2.2 update without object":        {"updateRequestOrigin()", "object"},
		"F2.2 update with the request":      {"updateRequestOrigin(event.request, {domainName: 'a.example'})", "no such key"},
		"F2.2 domain with a port":           {"updateRequestOrigin({domainName: 'a.example:443'})", "domainName"},
		"F2.2 domain is an address":         {"updateRequestOrigin({domainName: '192.0.2.1'})", "domainName"},
		"F2.2 domain of 254 characters":     {"updateRequestOrigin({domainName: 'a'.repeat(254)})", "253"},
		"F2.2 path without slash":           {"updateRequestOrigin({originPath: 'v1'})", "originPath"},
		"F2.2 path with slash at the end":   {"updateRequestOrigin({originPath: '/v1/'})", "originPath"},
		"F2.2 four attempts":                {"updateRequestOrigin({connectionAttempts: 4})", "1 to 3"},
		"F2.2 connect timeout":              {"updateRequestOrigin({timeouts: {connectionTimeout: 11}})", "1 to 10"},
		"F2.2 read timeout":                 {"updateRequestOrigin({timeouts: {readTimeout: 121}})", "1 to 120"},
		"F2.2 completion below read":        {"updateRequestOrigin({timeouts: {readTimeout: 30, responseCompletionTimeout: 29}})", "responseCompletionTimeout"},
		"F2.2 sslProtocols are required":    {"updateRequestOrigin({customOriginConfig: {port: 443, protocol: 'https'}})", "sslProtocols"},
		"F2.2 protocol":                     {"updateRequestOrigin({customOriginConfig: {port: 443, protocol: 'ftp', sslProtocols: []}})", "protocol"},
		"F2.2 header in upper case":         {"updateRequestOrigin({customHeaders: {'X-A': '1'}})", "lower case"},
		"F2.2 header of the request":        {"updateRequestOrigin({customHeaders: {'user-agent': '1'}})", "user-agent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := chosen(t, "try { cf."+tt.call+"; } catch (e) {}")
			wantError(t, err, http.StatusBadGateway, "FunctionValidationError")
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestOrigin_F2_1_viewerRequestOnly(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"selectRequestOriginById('a')", "createRequestOriginGroup({})", "updateRequestOrigin({})"} {
		_, err := load(t, importCF+handler("cf."+call+"; return event.response;")).ViewerResponse(t.Context(), withResponse(sample()))
		wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
	}
}

// Without the import there is no cf.
func TestOrigin_F2_1_needsImport(t *testing.T) {
	t.Parallel()
	_, err := load(t, handler("cf.selectRequestOriginById('a'); return event.request;")).ViewerRequest(t.Context(), sample())
	wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
}

func TestEdgeLocation_F2_11(t *testing.T) {
	t.Parallel()
	f := load(t, importCF+handler("return {statusCode: 200, body: JSON.stringify(cf.edgeLocation)};"))
	e := sample()
	got, err := f.ViewerRequest(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"FRA","serverIp":"192.0.2.1","region":"eu-central-1"}`; string(got.Response.Body) != want {
		t.Errorf("got %s, want %s", got.Response.Body, want)
	}
	e.Edge = geography.Edge{Code: "XXX"}
	if got, err = f.ViewerRequest(t.Context(), e); err != nil || strings.Contains(string(got.Response.Body), "region") {
		t.Errorf("got %s, %v, want no region", got.Response.Body, err)
	}
}

// The helpers cannot be changed for the next run.
func TestModulesAreFrozen(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"cf.kvs = 1;", "JSON.parse = 1;", "Math.x = 1;", "console.log = 1;", "Object.assign = 1;"} {
		_, err := load(t, importCF+handler(code+" return event.request;")).ViewerRequest(t.Context(), sample())
		wantError(t, err, http.StatusServiceUnavailable, "FunctionExecutionError")
	}
}
