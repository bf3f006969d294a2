package apigateway

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is a request in payload format 2.0 (F6.12; APIGW DG "Create AWS Lambda proxy integrations for HTTP APIs in
// API Gateway", http-api-develop-integrations-lambda).
type Event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        RequestContext    `json:"requestContext"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

// RequestContext is what the gateway knows about a request.
type RequestContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         HTTPContext `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	// Time is in Common Log Format, TimeEpoch in milliseconds.
	Time      string `json:"time"`
	TimeEpoch int64  `json:"timeEpoch"`
}

// HTTPContext is the request line and where it came from. SourceIP is the gateway's client, so CloudFront (F6.14).
type HTTPContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// Request is what an event is made of besides the HTTP request itself.
type Request struct {
	AccountID, APIID, Stage, RouteKey, RequestID string
	// Path is the decoded path without an API mapping's key, see [DecodePath].
	Path           string
	PathParameters map[string]string
	StageVariables map[string]string
	// SourceIP is the address of the gateway's client, TraceHeader what X-Amzn-Trace-Id becomes.
	SourceIP, TraceHeader string
	Time                  time.Time
}

// DecodePath is the path as an HTTP API hands it on: decoded, also in rawPath, and cut at a decoded question mark.
// Both were measured against the service (hotsock/voker pull request 8; Worklytics/psoxy pull request 827). Bytes
// that are no UTF-8 become U+FFFD (guess).
func DecodePath(u *url.URL) string {
	path, _, _ := strings.Cut(u.Path, "?")
	if path == "" {
		path = "/"
	}
	return validText(path)
}

// HTTPToEvent makes the event of a request whose body was read. r is not changed.
func HTTPToEvent(r *http.Request, body []byte, q Request) *Event {
	headers, cookies := eventHeaders(r, body, q)
	domain := hostName(r.Host)
	prefix, _, _ := strings.Cut(domain, ".")
	e := &Event{
		Version: "2.0", RouteKey: q.RouteKey, RawPath: q.Path, RawQueryString: validText(r.URL.RawQuery),
		Cookies: cookies, Headers: headers, QueryStringParameters: queryParameters(r.URL.RawQuery),
		PathParameters: q.PathParameters, StageVariables: q.StageVariables,
		RequestContext: RequestContext{
			AccountID: q.AccountID, APIID: q.APIID, DomainName: domain, DomainPrefix: prefix,
			HTTP: HTTPContext{
				Method: validText(r.Method), Path: q.Path, Protocol: "HTTP/1.1", SourceIP: q.SourceIP, UserAgent: headers["user-agent"],
			},
			RequestID: q.RequestID, RouteKey: q.RouteKey, Stage: q.Stage,
			Time: q.Time.UTC().Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: q.Time.UnixMilli(),
		},
	}
	if len(body) > 0 {
		e.Body, e.IsBase64Encoded = string(body), false
		if !textBody(r.Header.Get("Content-Type"), body) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
		}
	}
	return e
}

// textBody says whether a body is handed on as it is. The guide says "if the content type of the request is binary,
// the body is base64-encoded"; measured against the service, everything is binary but text/* and the JSON, XML and
// JavaScript application types, a form and a missing content type too (ministackorg/ministack pull request 766).
// A body that is not valid UTF-8 is handed on base64-encoded whatever its type (guess).
func textBody(contentType string, body []byte) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil && kind == "" {
		kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(contentType)), ";")
	}
	switch kind = strings.TrimSpace(kind); {
	case strings.HasPrefix(kind, "text/"), kind == "application/json", kind == "application/xml", kind == "application/javascript":
		return utf8.Valid(body)
	}
	return false
}

// validText puts U+FFFD in the place of bytes that are no UTF-8, which JSON cannot hold.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// hopByHop are the request headers that end at the gateway (RFC 9110, 7.6.1). F6.34 has them remapped, which the
// guide says of REST APIs; HTTP API events are not known to hold either form (guess).
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true,
	"Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Expect": true,
}

// eventHeaders lower-cases names and joins duplicates with commas (F6.12); cookies go into a list of their own and
// are no header any more.
func eventHeaders(r *http.Request, body []byte, q Request) (headers map[string]string, cookies []string) {
	headers = make(map[string]string, len(r.Header)+6)
	for name, values := range r.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case canonical == "Cookie":
			cookies = append(cookies, splitCookies(values)...)
		case hopByHop[canonical], len(values) == 0:
		default:
			headers[strings.ToLower(name)] = validText(strings.Join(values, ","))
		}
	}
	forwarded := q.SourceIP
	if before := r.Header["X-Forwarded-For"]; len(before) > 0 {
		forwarded = validText(strings.Join(before, ", ")) + ", " + q.SourceIP
	}
	headers["x-forwarded-for"] = forwarded
	headers["x-forwarded-port"] = "443"
	headers["x-forwarded-proto"] = "https"
	headers["host"] = validText(r.Host)
	headers["x-amzn-trace-id"] = validText(q.TraceHeader)
	headers["content-length"] = strconv.Itoa(len(body))
	return headers, cookies
}

func splitCookies(values []string) []string {
	var cookies []string
	for _, value := range values {
		for cookie := range strings.SplitSeq(value, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, validText(cookie))
			}
		}
	}
	return cookies
}

// queryParameters decodes a query and joins duplicates with commas, in their order (F6.12). Escapes that are none
// stay as they are (guess). It returns nil without parameters.
func queryParameters(raw string) map[string]string {
	var parameters map[string]string
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if parameters == nil {
			parameters = map[string]string{}
		}
		if before, duplicate := parameters[name]; duplicate {
			value = before + "," + value
		}
		parameters[name] = value
	}
	return parameters
}

func unescape(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		decoded = s
	}
	return validText(decoded)
}

// hostName is a Host header without port, in lower case.
func hostName(host string) string {
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:colon]
	}
	return validText(strings.ToLower(strings.TrimSuffix(host, ".")))
}
