package apigateway

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxFormatBytes bounds an access log format (F6.21).
const maxFormatBytes = 3 * 1024

// record is what the access log may tell of one request.
type record struct {
	stage                   *stage
	routeKey, requestID     string
	method, path, protocol  string
	domainName, sourceIP    string
	userAgent, mappingKey   string
	start                   time.Time
	latency                 time.Duration
	status, responseBytes   int
	requestBytes            int
	errorMessage, errorType string // the gateway's own answer
	integrated              bool   // Lambda was asked
	integrationStatus       int    // of Lambda, the service
	functionStatus          int    // of the function's answer
	integrationLatency      time.Duration
	integrationError        string
	integrationRequestID    string
}

// variables are the $context variables of HTTP APIs (APIGW DG http-api-logging-variables). "" is shown as "-".
var variables = map[string]func(*record) string{
	"accountId":                     func(r *record) string { return r.stage.api.account },
	"apiId":                         func(r *record) string { return r.stage.api.id },
	"awsEndpointRequestId":          func(r *record) string { return r.integrationRequestID },
	"customDomain.basePathMatched":  func(r *record) string { return r.mappingKey },
	"dataProcessed":                 func(r *record) string { return strconv.Itoa(r.requestBytes + r.responseBytes) },
	"domainName":                    func(r *record) string { return r.domainName },
	"domainPrefix":                  func(r *record) string { prefix, _, _ := strings.Cut(r.domainName, "."); return prefix },
	"error.message":                 func(r *record) string { return r.errorMessage },
	"error.messageString":           quotedError,
	"error.responseType":            func(r *record) string { return r.errorType },
	"extendedRequestId":             func(r *record) string { return r.requestID },
	"httpMethod":                    func(r *record) string { return r.method },
	"identity.sourceIp":             func(r *record) string { return r.sourceIP },
	"identity.userAgent":            func(r *record) string { return r.userAgent },
	"integration.error":             func(r *record) string { return r.integrationError },
	"integration.integrationStatus": func(r *record) string { return number(r.functionStatus) },
	"integration.latency":           integrationLatency,
	"integration.requestId":         func(r *record) string { return r.integrationRequestID },
	"integration.status":            func(r *record) string { return number(r.integrationStatus) },
	"integrationErrorMessage":       func(r *record) string { return r.integrationError },
	"integrationLatency":            integrationLatency,
	"integrationStatus":             func(r *record) string { return number(r.integrationStatus) },
	"path":                          func(r *record) string { return r.path },
	"protocol":                      func(r *record) string { return r.protocol },
	"requestId":                     func(r *record) string { return r.requestID },
	"requestTime":                   func(r *record) string { return r.start.UTC().Format("02/Jan/2006:15:04:05 +0000") },
	"requestTimeEpoch":              func(r *record) string { return strconv.FormatInt(r.start.UnixMilli(), 10) },
	"responseLatency":               func(r *record) string { return strconv.FormatInt(r.latency.Milliseconds(), 10) },
	"responseLength":                func(r *record) string { return strconv.Itoa(r.responseBytes) },
	"routeKey":                      func(r *record) string { return r.routeKey },
	"stage":                         func(r *record) string { return r.stage.name },
	"status":                        func(r *record) string { return number(r.status) },
}

// emptyVariables exist on AWS and have no value here: there are no authorizers, IAM callers or client certificates.
var emptyVariables = []string{
	"authorizer.error", "awsEndpointRequestId2", "identity.accountId", "identity.caller",
	"identity.cognitoAuthenticationProvider", "identity.cognitoAuthenticationType", "identity.cognitoIdentityId",
	"identity.cognitoIdentityPoolId", "identity.principalOrgId", "identity.user", "identity.userArn",
}

var emptyPrefixes = []string{"authorizer.", "identity.clientCert."}

func quotedError(r *record) string {
	if r.errorMessage == "" {
		return ""
	}
	return strconv.Quote(r.errorMessage)
}

func integrationLatency(r *record) string {
	if !r.integrated {
		return ""
	}
	return strconv.FormatInt(r.integrationLatency.Milliseconds(), 10)
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// logFormat is a parsed access log format: texts and variables in turn.
type logFormat []func(*record) string

// parseLogFormat refuses what AWS would log as "-" for ever: a variable that does not exist.
func parseLogFormat(format string) (logFormat, error) {
	if len(format) > maxFormatBytes {
		return nil, fmt.Errorf("%d bytes: want at most %d (F6.21)", len(format), maxFormatBytes)
	}
	if strings.ContainsAny(format, "\r\n") {
		return nil, fmt.Errorf("%.60q: want a single line", format)
	}
	var parsed logFormat
	isJSON := strings.HasPrefix(strings.TrimSpace(format), "{")
	const mark = "$context."
	for {
		text, rest, found := strings.Cut(format, mark)
		if text != "" {
			parsed = append(parsed, func(*record) string { return text })
		}
		if !found {
			return parsed, nil
		}
		end := strings.IndexFunc(rest, func(c rune) bool {
			return c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
		})
		if end < 0 {
			end = len(rest)
		}
		name := strings.TrimRight(rest[:end], ".")
		value, err := variable(name, isJSON)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, value)
		format = rest[len(name):]
	}
}

// variable returns a variable's text, "-" where it has none. In a JSON format quotes, backslashes and control
// characters are escaped (guess: the guide does not say how a user agent with quotes is logged).
func variable(name string, isJSON bool) (func(*record) string, error) {
	value, known := variables[name]
	if !known {
		prefixed := slices.ContainsFunc(emptyPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		if !prefixed && !slices.Contains(emptyVariables, name) {
			return nil, fmt.Errorf("$context.%s: not an access log variable of HTTP APIs (F6.21)", name)
		}
		value = func(*record) string { return "" }
	}
	return func(r *record) string {
		text := value(r)
		switch {
		case text == "":
			return "-"
		case isJSON && name != "error.messageString":
			return escape(text)
		}
		return text
	}, nil
}

// render writes one line.
func (f logFormat) render(r *record) string {
	var b strings.Builder
	for _, part := range f {
		b.WriteString(part(r))
	}
	return b.String()
}

// escape makes a client's text fit between the quotes of a JSON format.
func escape(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return text // a string always marshals
	}
	return string(quoted[1 : len(quoted)-1])
}
