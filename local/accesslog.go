package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront"
)

// accessLine is a line of CloudFront's standard log (v2) as JSON. All values are strings, as CloudFront delivers
// them, and "-" is nothing.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
//
// guess: sc-bytes leaves the header out, which local mode does not count.
type accessLine struct {
	Date            string `json:"date"`
	Time            string `json:"time"`
	EdgeLocation    string `json:"x-edge-location"`
	SCBytes         string `json:"sc-bytes"`
	ClientIP        string `json:"c-ip"`
	Method          string `json:"cs-method"`
	Host            string `json:"cs(Host)"` // the distribution's own name
	URIStem         string `json:"cs-uri-stem"`
	Status          string `json:"sc-status"`
	Referer         string `json:"cs(Referer)"`
	UserAgent       string `json:"cs(User-Agent)"`
	URIQuery        string `json:"cs-uri-query"`
	Cookie          string `json:"cs(Cookie)"` // cookies are not logged
	ResultType      string `json:"x-edge-result-type"`
	RequestID       string `json:"x-edge-request-id"`
	HostHeader      string `json:"x-host-header"`
	Protocol        string `json:"cs-protocol"`
	CSBytes         string `json:"cs-bytes"`
	TimeTaken       string `json:"time-taken"` // seconds
	ForwardedFor    string `json:"x-forwarded-for"`
	TLSProtocol     string `json:"ssl-protocol"`
	TLSCipher       string `json:"ssl-cipher"`
	ResponseResult  string `json:"x-edge-response-result-type"`
	ProtocolVersion string `json:"cs-protocol-version"`
	FLEStatus       string `json:"fle-status"`
	FLEFields       string `json:"fle-encrypted-fields"`
	ClientPort      string `json:"c-port"`
	TimeToFirstByte string `json:"time-to-first-byte"`
	DetailedResult  string `json:"x-edge-detailed-result-type"`
	ContentType     string `json:"sc-content-type"`
	ContentLength   string `json:"sc-content-len"`
	RangeStart      string `json:"sc-range-start"`
	RangeEnd        string `json:"sc-range-end"`
	Country         string `json:"c-country"`
	TimestampMS     string `json:"timestamp(ms)"`
	BehaviorPattern string `json:"cache-behavior-path-pattern"`
}

// accessLog writes one file per hour of simulated time, named as CloudFront names them but not compressed:
// <distribution>.<yyyy-MM-dd-HH>.<unique>.json. It is safe for concurrent use.
type accessLog struct {
	dir, distributionID, domainName string
	unique                          string

	mu   sync.Mutex
	hour string
	file *os.File
	out  *bufio.Writer
}

func newAccessLog(dir string, g *graph.Graph) (*accessLog, error) {
	distributions := g.ByType("aws:cloudfront/distribution:Distribution")
	if len(distributions) != 1 {
		return nil, fmt.Errorf("-access-log: %d distributions: want one", len(distributions))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("-access-log %q: %w", dir, err)
	}
	d := distributions[0]
	return &accessLog{
		dir: dir, distributionID: d.ID, domainName: d.Output("domainName"),
		unique: fmt.Sprintf("%08x", uint32(time.Now().UnixNano())),
	}, nil
}

func (l *accessLog) write(r cloudfront.Request) error {
	raw, err := json.Marshal(l.line(r))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if hour := r.Time.UTC().Format("2006-01-02-15"); hour != l.hour || l.file == nil {
		if err := l.rotate(hour); err != nil {
			return err
		}
	}
	if _, err := l.out.Write(append(raw, '\n')); err != nil {
		return err
	}
	return l.out.Flush() // somebody may be following the file
}

func (l *accessLog) rotate(hour string) error {
	if err := l.closeFile(); err != nil {
		return err
	}
	name := filepath.Join(l.dir, l.distributionID+"."+hour+"."+l.unique+".json")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	l.hour, l.file, l.out = hour, file, bufio.NewWriter(file)
	return nil
}

func (l *accessLog) closeFile() error {
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.out.Flush(), l.file.Close())
	l.file = nil
	return err
}

func (l *accessLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.closeFile() // every line was flushed when it was written
}

func (l *accessLog) line(r cloudfront.Request) accessLine {
	at := r.Time.UTC()
	seconds := fmt.Sprintf("%.3f", r.Duration.Seconds())
	line := accessLine{
		Date: at.Format("2006-01-02"), Time: at.Format("15:04:05"), TimestampMS: strconv.FormatInt(at.UnixMilli(), 10),
		EdgeLocation: orDash(r.Edge), SCBytes: strconv.Itoa(r.Bytes), ClientIP: orDash(r.ViewerIP), Method: r.Method,
		Host: l.domainName, HostHeader: orDash(r.Host), URIStem: logged(r.Path), URIQuery: orDash(logged(r.Query)),
		Status: loggedStatus(r), Referer: orDash(logged(r.Referer)), UserAgent: orDash(logged(r.UserAgent)),
		Cookie: "-", ResultType: r.Cache, ResponseResult: r.Cache, DetailedResult: r.Detailed, RequestID: r.ID,
		Protocol: orDash(r.Protocol), CSBytes: strconv.Itoa(r.ReceivedBytes), TimeTaken: seconds, TimeToFirstByte: seconds,
		ForwardedFor: orDash(logged(r.ForwardedFor)), TLSProtocol: "-", TLSCipher: "-", ProtocolVersion: orDash(r.ProtocolVersion),
		FLEStatus: "-", FLEFields: "-", ClientPort: orDash(r.ViewerPort), ContentType: orDash(logged(r.ContentType)),
		ContentLength: orDash(r.ContentLength), RangeStart: "-", RangeEnd: "-", Country: orDash(r.Country),
		BehaviorPattern: orDash(r.Behavior),
	}
	if first, last, ok := contentRange(r.ContentRange); ok {
		line.RangeStart, line.RangeEnd = first, last
	}
	if r.Edge != "" {
		line.EdgeLocation = r.Edge + "56-P1" // as in X-Amz-Cf-Pop
	}
	if r.Protocol == "https" {
		line.TLSProtocol, line.TLSCipher = "TLSv1.3", "TLS_AES_128_GCM_SHA256"
	}
	return line
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// contentRange splits "bytes 0-9/100".
func contentRange(header string) (first, last string, ok bool) {
	span, found := strings.CutPrefix(header, "bytes ")
	if !found {
		return "", "", false
	}
	span, _, _ = strings.Cut(span, "/")
	return strings.Cut(span, "-")
}

// logged encodes what CloudFront encodes in log fields, on top of the URL's own encoding: control characters, spaces,
// everything beyond ASCII, percent signs and a few others (O-A16).
func logged(s string) string {
	const signs = "%<>\"#{}|\\^~[]`'"
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(signs, c) >= 0 {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// loggedStatus is sc-status: 000 where the viewer hung up before there was an answer (O-A18).
func loggedStatus(r cloudfront.Request) string {
	if r.Detailed == "ClientHungUpRequest" {
		return "000"
	}
	return fmt.Sprintf("%03d", r.Status)
}
