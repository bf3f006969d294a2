package function

import (
	"net/http"

	"github.com/onefront/onefront/aws/geography"
)

// Event is what one run of a function gets to know (F2.12). It is never changed by a run.
type Event struct {
	// DistributionDomainName is the distribution's own name, such as "d111111abcdef8.cloudfront.net".
	DistributionDomainName string
	DistributionID         string
	// RequestID identifies the request; the same in viewer-request and viewer-response.
	RequestID string
	// ViewerIP is the address of the viewer, without a port.
	ViewerIP string
	// Edge is the place that serves the viewer: cf.edgeLocation in viewer-request (F2.11).
	Edge geography.Edge
	// EdgeServerIP is cf.edgeLocation.serverIp.
	EdgeServerIP string
	Request      Request
	// Response is what the cache or the origin answered; viewer-response only.
	Response *Response
}

// Request is a viewer's request as a function sees it (F2.12, F2.13).
type Request struct {
	Method string
	// URI is the path as sent, still percent-encoded, without the query.
	URI string
	// Query holds names and values as sent, still percent-encoded; see [ParseQuery]. Nil means that there was no
	// question mark; empty but not nil, that nothing followed it.
	Query Params
	// Headers have canonical names. Host is among them, Cookie is not.
	Headers http.Header
	// Cookies are the request's cookies; see [ParseCookies].
	Cookies Params
}

// Response is an answer: the origin's in a viewer-response event, the function's own in a [Result].
type Response struct {
	StatusCode        int
	StatusDescription string
	// Headers have canonical names. Set-Cookie is not among them.
	Headers http.Header
	Cookies []Cookie
	// Body is nil unless the function set one. In viewer-response nil means that the body stays as it was, and
	// an empty one that it is removed. An event never carries one: functions cannot read bodies.
	Body []byte
}

// Param is one name and value of a query string or of a Cookie header. Names may repeat: the function sees those
// as one field with a multiValue array.
type Param struct {
	Name, Value string
	// Bare says that there was no "=" at all: "a" and not "a=".
	Bare bool
}

// Params are all of them, in the order they came.
type Params []Param

// Cookie is one Set-Cookie header. Attributes is what follows the first semicolon, such as "Secure; Path=/".
type Cookie struct {
	Name, Value, Attributes string
}

// Result is what a run decided. After ViewerRequest exactly one of Request and Response is set; after
// ViewerResponse only Response.
type Result struct {
	// Request goes on to the cache and the origin.
	Request *Request
	// Response goes to the viewer, no cache or origin is asked (F2.29).
	Response *Response
	// Origin replaces the behavior's target for a cache miss; nil leaves it.
	Origin *OriginChoice
}

// OriginChoice is the last call a viewer-request function made of the helpers for origin modification
// (F2.2-F2.7). Exactly one of ID, Group and Update is set.
type OriginChoice struct {
	// ID names an origin of the distribution (selectRequestOriginById). HostHeader, if set, replaces the Host
	// header sent to it.
	ID         string
	HostHeader string
	// Group is an origin group made for this request (createRequestOriginGroup).
	Group *Group
	// Update changes the behavior's origin, or the primary of its group (updateRequestOrigin, F1.13).
	Update *Update
}

// Group is an origin group of two origins of the distribution: the first is the primary.
type Group struct {
	IDs         [2]string
	StatusCodes []int
}

// Update holds what updateRequestOrigin was given; nil means inherited.
type Update struct {
	DomainName, HostHeader, OriginPath *string
	// CustomHeaders replace all custom headers of the origin; non-nil and empty removes them. Lower-case names.
	CustomHeaders      map[string]string
	ConnectionAttempts *int
	// Timeouts in seconds.
	ConnectionTimeout, ReadTimeout, KeepAliveTimeout, ResponseCompletionTimeout *int
	// Port and Protocol ("http" or "https") of customOriginConfig.
	Port     *int
	Protocol *string
	// AccessControl is originAccessControlConfig.enabled.
	AccessControl *bool
}

// Error is a run that ended in an error page of CloudFront.
type Error struct {
	// Status is 503 if the code threw or ran too long, 502 if it returned something that CloudFront refuses.
	Status int
	// Type is CloudFront's word for it, as in x-edge-detailed-result-type: "FunctionExecutionError" or
	// "FunctionValidationError".
	Type string
	// Reason says what was wrong, for the local log. CloudFront's page does not show it.
	Reason string
}

// Error says the status and the reason.
func (e *Error) Error() string { return e.Type + ": " + e.Reason }

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
func executionError(reason string) *Error {
	return &Error{Status: http.StatusServiceUnavailable, Type: "FunctionExecutionError", Reason: reason}
}

func validationError(reason string) *Error {
	return &Error{Status: http.StatusBadGateway, Type: "FunctionValidationError", Reason: reason}
}
