package cloudfront

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/onefront/onefront/local/cloudfront/distribution"
	"github.com/onefront/onefront/local/cloudfront/function"
)

// exchange is one viewer request on its way through the steps.
type exchange struct {
	r *http.Request
	// id is the value of X-Amz-Cf-Id; now is the simulated, started the wall time of arrival.
	id           string
	now, started time.Time

	pop      *pop
	https    bool
	host     string
	viewerIP string
	// viewerPort is the viewer's port; received the bytes of its request's head.
	viewerPort string
	received   int

	// rawPath and rawQuery are as the viewer sent them; uri, query and header are what the viewer-request function
	// left of the request. header is never changed in place.
	rawPath, rawQuery string
	method            string
	uri, query        string
	header            http.Header
	behavior          *distribution.Behavior
	choice            *function.OriginChoice
	// acceptEncoding is the normalized header of the cache key, F4.11.
	acceptEncoding string

	body     *viewerBody // once an origin reads it
	attempts []Attempt
	region   string
	// charged is time that faults cost and nobody slept.
	charged time.Duration
	// values back the headers that every answer gets.
	values [4]string
	// told is the explanation so far; explained says that somebody wants one.
	told      []note
	explained bool
	// inner marks the request for a custom error page, detached one that runs on after its viewer was answered.
	inner, detached bool
}

func newExchange(e *Edge, r *http.Request) *exchange {
	x := &exchange{
		r: r, id: newRequestID(), now: e.clock.Now(), started: time.Now(), pop: e.first, https: true,
		method: r.Method, header: r.Header, explained: e.onRequest != nil,
	}
	if x.explained {
		x.told = make([]note, 0, 8) // a miss has about as many
	}
	x.viewerIP = r.RemoteAddr
	if host, port, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		x.viewerIP, x.viewerPort = host, port
	}
	if strings.HasPrefix(r.RequestURI, "/") {
		x.rawPath, x.rawQuery, _ = strings.Cut(r.RequestURI, "?")
	} else {
		x.rawPath, x.rawQuery = r.URL.EscapedPath(), r.URL.RawQuery
	}
	if x.rawPath == "" {
		x.rawPath = "/"
	}
	x.uri, x.query = x.rawPath, x.rawQuery
	return x
}

// newRequestID makes 40 random bytes, as opaque as CloudFront's.
func newRequestID() string {
	var raw [40]byte
	for i := 0; i < len(raw); i += 8 {
		binary.LittleEndian.PutUint64(raw[i:], rand.Uint64())
	}
	return base64.URLEncoding.EncodeToString(raw[:])
}

// viaName is the alphanumeric name of an edge's server in Via.
func viaName(distributionID, edge string) string {
	sum := sha256.Sum256([]byte(distributionID + "/" + edge))
	return hex.EncodeToString(sum[:16]) + ".cloudfront.net (CloudFront)"
}

// canceled says whether the viewer has left.
func (x *exchange) canceled() bool { return x.r.Context().Err() != nil }

func (x *exchange) protocol() string {
	if x.https {
		return "https"
	}
	return "http"
}

// record is what OnRequest gets.
func (x *exchange) record(a *answer, sent http.Header, bytes int) Request {
	rec := Request{
		ID: x.id, Time: x.now, Method: x.r.Method, Host: x.host, Path: x.rawPath, Query: x.rawQuery,
		Cache: a.result, Origins: x.attempts, notes: x.told, Region: x.region, Status: a.status, Bytes: bytes,
		Duration: time.Since(x.started) + x.charged, Charged: x.charged, ViewerIP: x.viewerIP,
		UserAgent: x.r.UserAgent(), Referer: x.r.Referer(), Protocol: x.protocol(), ProtocolVersion: x.r.Proto,
		Detailed: a.detailedResult(), ViewerPort: x.viewerPort, ReceivedBytes: x.received,
		ForwardedFor: strings.Join(x.r.Header["X-Forwarded-For"], ", "),
		ContentType:  sent.Get("Content-Type"), ContentLength: sent.Get("Content-Length"), ContentRange: sent.Get("Content-Range"),
	}
	if x.r.ContentLength > 0 {
		rec.ReceivedBytes += int(x.r.ContentLength)
	}
	if x.pop != nil {
		rec.Edge, rec.Country = x.pop.Code, x.pop.Country.Code
	}
	if x.behavior != nil {
		rec.Behavior = x.behavior.Pattern
	}
	if rec.Origins == nil {
		rec.Origins = []Attempt{}
	}
	return rec
}

// answer is what a step decided to send. header and body may belong to the cache: they are never changed in place.
type answer struct {
	status int
	header http.Header
	body   []byte
	// result is the result type: the value of X-Cache before " from cloudfront".
	result string
	// detailed is the detailed result type of an error, "" where it is the result type.
	detailed string
	// age is the time in the cache; negative: no Age header.
	age time.Duration
	// final answers are not shown to a viewer-response function.
	final bool
	// local answers are local mode's own: no header of CloudFront is added.
	local bool
}

// Result types, CF DG AccessLogs x-edge-result-type, as X-Cache shows them.
const (
	resultHit      = "Hit"
	resultMiss     = "Miss"
	resultRefresh  = "RefreshHit"
	resultError    = "Error"
	resultRedirect = "Redirect"
	resultFunction = "FunctionGeneratedResponse"
)
