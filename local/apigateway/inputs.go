package apigateway

import "github.com/onefront/onefront/graph"

const (
	apiType         = "aws:apigatewayv2/api:Api"
	stageType       = "aws:apigatewayv2/stage:Stage"
	routeType       = "aws:apigatewayv2/route:Route"
	integrationType = "aws:apigatewayv2/integration:Integration"
	domainNameType  = "aws:apigatewayv2/domainName:DomainName"
	apiMappingType  = "aws:apigatewayv2/apiMapping:ApiMapping"
	permissionType  = "aws:lambda/permission:Permission"
)

// The inputs below are the properties that local mode knows. Whatever else a graph has stops New.

type apiInputs struct {
	ProtocolType              string               `json:"protocolType"`
	DisableExecuteAPIEndpoint bool                 `json:"disableExecuteApiEndpoint"`
	Name                      graph.NoLocalMeaning `json:"name"`          // a label
	Description               graph.NoLocalMeaning `json:"description"`   // text for people
	Version                   graph.NoLocalMeaning `json:"version"`       // a label
	IPAddressType             graph.NoLocalMeaning `json:"ipAddressType"` // local mode listens on loopback
	Tags                      graph.NoLocalMeaning `json:"tags"`          // labels
}

type throttleInputs struct {
	BurstLimit *int     `json:"throttlingBurstLimit"`
	RateLimit  *float64 `json:"throttlingRateLimit"`
	// There are no metrics locally.
	DetailedMetricsEnabled graph.NoLocalMeaning `json:"detailedMetricsEnabled"`
}

type routeSettingsInputs struct {
	RouteKey               string               `json:"routeKey"`
	BurstLimit             *int                 `json:"throttlingBurstLimit"`
	RateLimit              *float64             `json:"throttlingRateLimit"`
	DetailedMetricsEnabled graph.NoLocalMeaning `json:"detailedMetricsEnabled"` // as above
}

type stageInputs struct {
	APIID                string                `json:"apiId"`
	Name                 string                `json:"name"`
	AutoDeploy           bool                  `json:"autoDeploy"`
	StageVariables       map[string]string     `json:"stageVariables"`
	DefaultRouteSettings *throttleInputs       `json:"defaultRouteSettings"`
	RouteSettings        []routeSettingsInputs `json:"routeSettings"`
	AccessLogSettings    *struct {
		DestinationARN string `json:"destinationArn"`
		Format         string `json:"format"`
	} `json:"accessLogSettings"`
	Description graph.NoLocalMeaning `json:"description"` // text for people
	Tags        graph.NoLocalMeaning `json:"tags"`        // labels
}

type routeInputs struct {
	APIID             string               `json:"apiId"`
	RouteKey          string               `json:"routeKey"`
	Target            string               `json:"target"`
	AuthorizationType string               `json:"authorizationType"`
	OperationName     graph.NoLocalMeaning `json:"operationName"` // a label for SDK generation
}

type integrationInputs struct {
	APIID                string               `json:"apiId"`
	IntegrationType      string               `json:"integrationType"`
	IntegrationURI       string               `json:"integrationUri"`
	IntegrationMethod    string               `json:"integrationMethod"`
	ConnectionType       string               `json:"connectionType"`
	PayloadFormatVersion string               `json:"payloadFormatVersion"`
	TimeoutMilliseconds  int                  `json:"timeoutMilliseconds"`
	Description          graph.NoLocalMeaning `json:"description"` // text for people
}

type domainNameInputs struct {
	DomainName    string `json:"domainName"`
	Configuration struct {
		EndpointType   string               `json:"endpointType"`
		SecurityPolicy string               `json:"securityPolicy"`
		CertificateARN graph.NoLocalMeaning `json:"certificateArn"` // there is no TLS between edge and gateway
		IPAddressType  graph.NoLocalMeaning `json:"ipAddressType"`  // loopback only
	} `json:"domainNameConfiguration"`
	Tags graph.NoLocalMeaning `json:"tags"` // labels
}

type apiMappingInputs struct {
	APIID         string `json:"apiId"`
	DomainName    string `json:"domainName"`
	Stage         string `json:"stage"`
	APIMappingKey string `json:"apiMappingKey"`
}

type permissionInputs struct {
	Action            string               `json:"action"`
	Function          string               `json:"function"`
	Principal         string               `json:"principal"`
	SourceARN         string               `json:"sourceArn"`
	SourceAccount     string               `json:"sourceAccount"`
	Qualifier         string               `json:"qualifier"`
	StatementID       graph.NoLocalMeaning `json:"statementId"`       // a label
	StatementIDPrefix graph.NoLocalMeaning `json:"statementIdPrefix"` // a label
}
