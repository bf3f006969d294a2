// Package accesslog reads CloudFront's standard logs (v2) as JSON lines and says what they hold. It knows nothing of
// files, of AWS's SDK or of Pulumi, so that the program that orders the logs, local mode and the command can share it.
package accesslog

// A Field is one of a log line's, by its place in Fields.
type Field int

// The fields that Onefront orders, and the two that it orders only if asked.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
const (
	TimestampMS Field = iota // milliseconds since 1970
	Date
	Time
	EdgeLocation // "FRA56-P1"
	RequestID
	Method
	HostHeader
	URIStem
	Status         // three digits; 000 where the viewer hung up first
	SentBytes      // sc-bytes, header included
	ReceivedBytes  // cs-bytes
	Referer        // the whole address
	UserAgent      // the header, percent-encoded
	Protocol       // http, https, ws, wss, grpcs
	Version        // HTTP/2.0
	ResultType     // as the viewer's connection ended
	ResponseResult // as the answer began: hits and misses are counted by this one
	DetailedResult // why an Error is one
	TimeTaken      // seconds
	FirstByte      // seconds until the first byte left for the viewer
	OriginFirst    // seconds until the origin's first byte
	OriginLast     // seconds until the origin's last byte
	ContentType
	ContentLength
	TLSProtocol
	ASN
	Country // ISO 3166, two letters
	Behavior
	Query   // only with logs.queryStrings
	Address // only with logs.viewerAddresses

	fieldCount
)

// A Definition is what the delivery, the table and the parser must know alike of a field.
type Definition struct {
	Name   string // as CloudFront writes it and a delivery's recordFields takes it
	Column string // as SQL names it
	Option string // the key below `logs` that orders it; empty if it is always ordered
}

// The options of Definition: keys below `logs` of a stack's configuration.
const (
	QueryStrings    = "queryStrings"
	ViewerAddresses = "viewerAddresses"
)

// definitions is the one list, in the order of the constants above.
var definitions = [fieldCount]Definition{
	TimestampMS:    {Name: "timestamp(ms)", Column: "timestamp_ms"},
	Date:           {Name: "date", Column: "date"},
	Time:           {Name: "time", Column: "time"},
	EdgeLocation:   {Name: "x-edge-location", Column: "x_edge_location"},
	RequestID:      {Name: "x-edge-request-id", Column: "x_edge_request_id"},
	Method:         {Name: "cs-method", Column: "cs_method"},
	HostHeader:     {Name: "x-host-header", Column: "x_host_header"},
	URIStem:        {Name: "cs-uri-stem", Column: "cs_uri_stem"},
	Status:         {Name: "sc-status", Column: "sc_status"},
	SentBytes:      {Name: "sc-bytes", Column: "sc_bytes"},
	ReceivedBytes:  {Name: "cs-bytes", Column: "cs_bytes"},
	Referer:        {Name: "cs(Referer)", Column: "cs_referer"},
	UserAgent:      {Name: "cs(User-Agent)", Column: "cs_user_agent"},
	Protocol:       {Name: "cs-protocol", Column: "cs_protocol"},
	Version:        {Name: "cs-protocol-version", Column: "cs_protocol_version"},
	ResultType:     {Name: "x-edge-result-type", Column: "x_edge_result_type"},
	ResponseResult: {Name: "x-edge-response-result-type", Column: "x_edge_response_result_type"},
	DetailedResult: {Name: "x-edge-detailed-result-type", Column: "x_edge_detailed_result_type"},
	TimeTaken:      {Name: "time-taken", Column: "time_taken"},
	FirstByte:      {Name: "time-to-first-byte", Column: "time_to_first_byte"},
	OriginFirst:    {Name: "origin-fbl", Column: "origin_fbl"},
	OriginLast:     {Name: "origin-lbl", Column: "origin_lbl"},
	ContentType:    {Name: "sc-content-type", Column: "sc_content_type"},
	ContentLength:  {Name: "sc-content-len", Column: "sc_content_len"},
	TLSProtocol:    {Name: "ssl-protocol", Column: "ssl_protocol"},
	ASN:            {Name: "asn", Column: "asn"},
	Country:        {Name: "c-country", Column: "c_country"},
	Behavior:       {Name: "cache-behavior-path-pattern", Column: "cache_behavior_path_pattern"},
	Query:          {Name: "cs-uri-query", Column: "cs_uri_query", Option: QueryStrings},
	Address:        {Name: "c-ip", Column: "c_ip", Option: ViewerAddresses},
}

var byName = func() map[string]Field {
	fields := make(map[string]Field, fieldCount)
	for f, d := range definitions {
		fields[d.Name] = Field(f)
	}
	return fields
}()

// Definition returns what is known of a field.
func (f Field) Definition() Definition { return definitions[f] }

// Definitions returns the fields in the order in which a delivery should list them: those that are always ordered,
// then those of the options given ("queryStrings", "viewerAddresses").
func Definitions(options ...string) []Definition {
	chosen := make([]Definition, 0, fieldCount)
	for _, d := range definitions {
		wanted := d.Option == ""
		for _, o := range options {
			wanted = wanted || d.Option == o
		}
		if wanted {
			chosen = append(chosen, d)
		}
	}
	return chosen
}
