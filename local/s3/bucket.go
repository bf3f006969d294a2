package s3

import (
	"crypto/rand"
	"encoding/xml"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cloudFrontService is the principal behind an origin access control (F9.1).
const cloudFrontService = "cloudfront.amazonaws.com"

// maxListed is how many keys one listing shows.
const maxListed = 1000

// bucket serves one bucket at its virtual host.
type bucket struct {
	log                     *slog.Logger
	name, host, arn, region string
	versioned               bool
	policy                  *policy
	objects                 map[string]*object // fixed after New
}

// ServeHTTP answers a request as the REST API does: authorization first, then the object.
func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "AmazonS3")
	w.Header().Set("X-Amz-Request-Id", rand.Text()[:16])
	w.Header().Set("X-Amz-Id-2", rand.Text()+rand.Text())
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	key := strings.TrimPrefix(r.URL.Path, "/")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		b.fail(w, r, http.StatusForbidden, xmlError{Code: "AccessForbidden", Message: "CORSResponse: CORS is not enabled for this bucket."})
		return
	case http.MethodPut, http.MethodPost, http.MethodDelete:
		// Writing is not imitated, so no policy may allow it without an answer that says so.
		if action := "s3:" + map[string]string{http.MethodPut: "PutObject", http.MethodPost: "PutObject", http.MethodDelete: "DeleteObject"}[r.Method]; b.allows(r, action, b.arn+"/"+key) {
			b.fail(w, r, http.StatusNotImplemented, xmlError{Code: "NotImplemented", Message: "Local mode does not write to buckets."})
			return
		}
		b.deny(w, r)
		return
	default:
		b.fail(w, r, http.StatusMethodNotAllowed, xmlError{Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."})
		return
	}
	if key == "" {
		b.list(w, r)
		return
	}
	b.get(w, r, key)
}

func (b *bucket) get(w http.ResponseWriter, r *http.Request, key string) {
	if !b.allows(r, "s3:GetObject", b.arn+"/"+key) {
		b.deny(w, r)
		return
	}
	o := b.objects[key]
	switch {
	case o == nil && b.allows(r, "s3:ListBucket", b.arn): // F9.2
		b.fail(w, r, http.StatusNotFound, xmlError{Code: "NoSuchKey", Message: "The specified key does not exist.", Key: key})
		return
	case o == nil:
		b.deny(w, r)
		return
	}
	v, err := o.read()
	if err != nil {
		b.log.Error("reading object", "bucket", b.name, "key", key, "err", err)
		b.fail(w, r, http.StatusInternalServerError, xmlError{Code: "InternalError", Message: "We encountered an internal error. Please try again."})
		return
	}
	b.serve(w, r, o, v)
}

// allows asks the policy on behalf of whoever makes the request.
func (b *bucket) allows(r *http.Request, action, resource string) bool {
	distribution := r.Header.Get(DistributionHeader)
	if distribution == "" {
		return false // anonymous, and public access is blocked
	}
	account := ""
	if parts := strings.Split(distribution, ":"); len(parts) > 4 {
		account = parts[4]
	}
	return b.policy.allows(request{service: cloudFrontService, sourceARN: distribution, sourceAccount: account, action: action, resource: resource})
}

// xmlError is the body of an error answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
type xmlError struct {
	XMLName          xml.Name `xml:"Error"`
	Code             string   `xml:"Code"`
	Message          string   `xml:"Message"`
	Key              string   `xml:"Key,omitempty"`
	Condition        string   `xml:"Condition,omitempty"`
	RangeRequested   string   `xml:"RangeRequested,omitempty"`
	ActualObjectSize string   `xml:"ActualObjectSize,omitempty"`
	RequestID        string   `xml:"RequestId"`
	HostID           string   `xml:"HostId"`
}

func (b *bucket) deny(w http.ResponseWriter, r *http.Request) {
	b.fail(w, r, http.StatusForbidden, xmlError{Code: "AccessDenied", Message: "Access Denied"})
}

// fail writes an error; a HEAD request gets the status alone.
func (b *bucket) fail(w http.ResponseWriter, r *http.Request, status int, e xmlError) {
	e.RequestID, e.HostID = w.Header().Get("X-Amz-Request-Id"), w.Header().Get("X-Amz-Id-2")
	b.writeXML(w, r, status, e)
}

func (b *bucket) writeXML(w http.ResponseWriter, r *http.Request, status int, body any) {
	raw, err := xml.Marshal(body)
	if err != nil {
		http.Error(w, "encoding the answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append([]byte(xml.Header), raw...))
	}
}

// listing is ListObjects' answer, for a request without parameters: what a viewer gets at the root of a distribution
// without a default root object whose bucket policy allows s3:ListBucket.
type listing struct {
	XMLName     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name        string
	Prefix      string
	Marker      string
	MaxKeys     int
	IsTruncated bool
	Contents    []listed
}

type listed struct {
	Key, LastModified, ETag string
	Size                    int
	StorageClass            string
}

func (b *bucket) list(w http.ResponseWriter, r *http.Request) {
	if !b.allows(r, "s3:ListBucket", b.arn) {
		b.deny(w, r)
		return
	}
	out := listing{Name: b.name, MaxKeys: maxListed}
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		if len(out.Contents) == maxListed {
			out.IsTruncated = true
			break
		}
		v, err := b.objects[key].read()
		if err != nil {
			b.log.Error("reading object", "bucket", b.name, "key", key, "err", err)
			continue
		}
		out.Contents = append(out.Contents, listed{key, v.modified.Format("2006-01-02T15:04:05.000Z"), v.etag, len(v.content), "STANDARD"})
	}
	b.writeXML(w, r, http.StatusOK, out)
}

// serve answers with an existing object: preconditions first, then a range, then the whole.
func (b *bucket) serve(w http.ResponseWriter, r *http.Request, o *object, v version) {
	switch status, condition := precondition(r.Header, v); status {
	case http.StatusPreconditionFailed:
		b.fail(w, r, status, xmlError{Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold", Condition: condition})
		return
	case http.StatusNotModified:
		o.setHeaders(w.Header(), v, b.versioned)
		w.Header().Del("Content-Type")
		w.WriteHeader(status)
		return
	}
	status, content := http.StatusOK, v.content
	if spec := r.Header.Get("Range"); spec != "" && ifRange(r.Header.Get("If-Range"), v) {
		first, last, kind := parseRange(spec, len(v.content))
		switch kind {
		case rangeUnsatisfiable:
			w.Header().Set("Content-Range", "bytes */"+strconv.Itoa(len(v.content)))
			b.fail(w, r, http.StatusRequestedRangeNotSatisfiable, xmlError{
				Code: "InvalidRange", Message: "The requested range is not satisfiable",
				RangeRequested: spec, ActualObjectSize: strconv.Itoa(len(v.content)),
			})
			return
		case rangeOne:
			status, content = http.StatusPartialContent, v.content[first:last+1]
			w.Header().Set("Content-Range", "bytes "+strconv.Itoa(first)+"-"+strconv.Itoa(last)+"/"+strconv.Itoa(len(v.content)))
		}
	}
	o.setHeaders(w.Header(), v, b.versioned)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(content)
	}
}
