package apigateway

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func base64Text(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestEndpoints(t *testing.T) {
	g := newGateway(t, standard(), nil)
	list := g.Endpoints()
	if len(list) != 1 || list[0].Region != testRegion || list[0].Handler == nil {
		t.Fatalf("got %+v", list)
	}
	if d := cmp.Diff([]string{execHost, targetHost}, list[0].Hosts); d != "" {
		t.Errorf("hosts (-want +got):\n%s", d)
	}
}

func TestRegionHost(t *testing.T) {
	if got := newGateway(t, standard(), nil).RegionHost(testRegion); got != execHost {
		t.Errorf("got %q, want the execute-api host", got)
	}
	b := standard()
	b.find(apiType, "api").Inputs["disableExecuteApiEndpoint"] = true
	g := newGateway(t, b, nil)
	if got := g.RegionHost(testRegion); got != originHost {
		t.Errorf("got %q, want the region's name below the wildcard", got)
	}
	if got := g.RegionHost("us-west-2"); got != "" {
		t.Errorf("got %q for a region without an API", got)
	}
}

// Whatever local mode does not understand stops it, with URN, path and value.
func TestNew_refuses(t *testing.T) {
	for name, c := range map[string]struct {
		kind, name, path string
		value            any
		parts            []string
	}{
		"unknown property":         {apiType, "api", "corsConfiguration", map[string]any{"maxAge": 1.0}, []string{"corsConfiguration", "maxAge", "apigatewayv2/api:Api"}},
		"websocket":                {apiType, "api", "protocolType", "WEBSOCKET", []string{"WEBSOCKET", "want HTTP"}},
		"payload format 1.0":       {integrationType, "api", "payloadFormatVersion", "1.0", []string{"F6.11"}},
		"HTTP integration":         {integrationType, "api", "integrationType", "HTTP_PROXY", []string{"AWS_PROXY"}},
		"too long an integration":  {integrationType, "api", "timeoutMilliseconds", 30001.0, []string{"30001", "50 to 30000"}},
		"integration method":       {integrationType, "api", "integrationMethod", "GET", []string{"want POST"}},
		"VPC link":                 {integrationType, "api", "connectionType", "VPC_LINK", []string{"INTERNET"}},
		"unknown function":         {integrationType, "api", "integrationUri", invokeARN("arn:aws:lambda:eu-west-1:123456789012:function:no"), []string{"integrationUri"}},
		"parameter mapping":        {integrationType, "api", "requestParameters", map[string]any{"overwrite:path": "/"}, []string{"requestParameters"}},
		"authorizer":               {routeType, "$default", "authorizationType", "AWS_IAM", []string{"NONE"}},
		"route key":                {routeType, "$default", "routeKey", "FETCH /x", []string{"FETCH /x"}},
		"route target":             {routeType, "$default", "target", "integrations/none", []string{"integrations/none"}},
		"route of no API":          {routeType, "$default", "apiId", "none", []string{"no such API"}},
		"no auto-deploy":           {stageType, "api", "autoDeploy", false, []string{"F6.16"}},
		"settings without a route": {stageType, "api", "routeSettings", []any{map[string]any{"routeKey": "GET /none"}}, []string{"GET /none", "F14.10"}},
		"log variable":             {stageType, "api", "accessLogSettings", map[string]any{"destinationArn": "a", "format": "$context.nothing"}, []string{"$context.nothing"}},
		"log format length":        {stageType, "api", "accessLogSettings", map[string]any{"destinationArn": "a", "format": string(make([]byte, 3073))}, []string{"3073"}},
		"log format lines":         {stageType, "api", "accessLogSettings", map[string]any{"destinationArn": "a", "format": "a\nb"}, []string{"single line"}},
		"log group with star":      {stageType, "api", "accessLogSettings", map[string]any{"destinationArn": "arn:aws:logs:eu-west-1:1:log-group:g:*", "format": "x"}, []string{"F6.22"}},
		"edge domain":              {domainNameType, "origin", "domainNameConfiguration", map[string]any{"endpointType": "EDGE", "securityPolicy": "TLS_1_2"}, []string{"F6.1"}},
		"old TLS":                  {domainNameType, "origin", "domainNameConfiguration", map[string]any{"endpointType": "REGIONAL", "securityPolicy": "TLS_1_0"}, []string{"F6.5"}},
		"mutual TLS":               {domainNameType, "origin", "mutualTlsAuthentication", map[string]any{"truststoreUri": "s3://b/k"}, []string{"mutualTlsAuthentication"}},
		"mapping of no domain":     {apiMappingType, "origin", "domainName", "www.example.com", []string{"F6.7"}},
		"mapping of no stage":      {apiMappingType, "origin", "stage", "prod", []string{"no such stage"}},
		"mapping key":              {apiMappingType, "origin", "apiMappingKey", "/v1", []string{"/v1"}},
		"permission property":      {permissionType, "api", "principalOrgId", "o-1", []string{"principalOrgId"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := standard()
			r := b.find(c.kind, c.name)
			r.Inputs[c.path] = c.value
			wantProblem(t, b, append(c.parts, r.URN)...)
		})
	}
	t.Run("unknown type", func(t *testing.T) {
		b := standard()
		b.add("aws:apigatewayv2/authorizer:Authorizer", "a", "a", nil, nil)
		g := b.graph()
		if _, err := New(g, Options{Invoker: &fakeInvoker{}}); err != nil {
			t.Fatal(err)
		}
		err := g.Rest(nil)
		if err == nil || !strings.Contains(err.Error(), "aws:apigatewayv2/authorizer:Authorizer") || !strings.Contains(err.Error(), "urn:pulumi:test") {
			t.Errorf("got %v, want the authorizer refused by name", err)
		}
	})
	t.Run("domain in another region", func(t *testing.T) {
		b := standard()
		b.find(domainNameType, "origin").Region = "us-east-1"
		wantProblem(t, b, "F6.7")
	})
	t.Run("no invoker", func(t *testing.T) {
		if _, err := New(standard().graph(), Options{}); err == nil {
			t.Error("want an error")
		}
	})
}

func TestParseRouteKey_refuses(t *testing.T) {
	for _, key := range []string{"", "GET", "get /x", "GET x", "ANY /{a", "ANY /{}", "ANY /{+}", "ANY /x{a}", "ANY /{a+}/b", "ANY /{a}{b}"} {
		if r, err := parseRouteKey(key); err == nil {
			t.Errorf("%q: got %+v, want an error", key, r)
		}
	}
}
