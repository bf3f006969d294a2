package cloudfront

import "time"

// Request is the record of one answered viewer request, refused ones included. Its JSON is an element of the admin
// API's GET /requests.
type Request struct {
	// ID is the value of X-Amz-Cf-Id.
	ID string `json:"id"`
	// Time is the simulated time the request came in.
	Time time.Time `json:"-"`
	// Edge is the IATA code of the viewer's edge, "" if the viewer named an unknown one.
	Edge   string `json:"edge"`
	Method string `json:"method"`
	Host   string `json:"-"`
	// Path is the raw path as the viewer sent it.
	Path string `json:"path"`
	// Query is the raw query without "?".
	Query string `json:"-"`
	// Behavior is the path pattern of the matched cache behavior, "*" for the default one, "" if none was reached.
	Behavior string `json:"behavior"`
	// Cache is the result type: the value of X-Cache before " from cloudfront", such as Hit, Miss, RefreshHit, Error.
	Cache string `json:"cache"`
	// Origins are the attempts made for this request, in order. Empty for hits.
	Origins []Attempt `json:"origins"`
	// Region is where the answer's origin runs, "" without one.
	Region string `json:"region"`
	Status int    `json:"status"`
	// Bytes is the number of body bytes sent to the viewer.
	Bytes int `json:"-"`
	// Duration is the time taken, with the timeouts that were charged and not slept.
	Duration time.Duration `json:"-"`
	// Charged is the part of Duration that nobody waited for.
	Charged   time.Duration `json:"-"`
	ViewerIP  string        `json:"-"`
	UserAgent string        `json:"-"`
	Referer   string        `json:"-"`
	// Protocol is https or http, ProtocolVersion such as HTTP/1.1.
	Protocol        string `json:"-"`
	ProtocolVersion string `json:"-"`
	// Detailed is x-edge-detailed-result-type: how an error came about, else Cache (O-A19).
	Detailed string `json:"-"`
	// ViewerPort is the viewer's port, "" if it is not known.
	ViewerPort string `json:"-"`
	// Country is the viewer's country, of two letters: that of the edge.
	Country string `json:"-"`
	// ForwardedFor is the X-Forwarded-For header that the viewer sent.
	ForwardedFor string `json:"-"`
	// ReceivedBytes are those of the viewer's request, head and body.
	ReceivedBytes int `json:"-"`
	// ContentType, ContentLength and ContentRange are headers of the answer.
	ContentType   string `json:"-"`
	ContentLength string `json:"-"`
	ContentRange  string `json:"-"`

	notes []note // what [Request.Steps] and [Request.Reason] tell
}

// Attempt is one try of one origin.
type Attempt struct {
	// ID is the origin's id in the distribution.
	ID string `json:"id"`
	// Region is where the origin that was reached runs, "" if none was.
	Region string `json:"region"`
	// MS is the time the attempt took in milliseconds, charged timeouts included.
	MS float64 `json:"ms"`
	// Outcome is the status code as text, or "connect failed", "timed out" or "no such host".
	Outcome string `json:"outcome"`
}
