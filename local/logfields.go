package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/onefront/onefront/local/cloudfront"
)

// logged is a request on its way into the access log.
type logged struct {
	cloudfront.Request
	delivery *delivery
}

func nothing(logged) string { return "" }

// logFields are the fields of CloudFront's standard log (v2) and how a request fills them; "" is nothing.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
//
// guess: sc-bytes leaves the header out, which local mode does not count.
var logFields = map[string]func(logged) string{
	"timestamp(ms)":               func(r logged) string { return strconv.FormatInt(r.Time.UTC().UnixMilli(), 10) },
	"timestamp":                   func(r logged) string { return strconv.FormatInt(r.Time.UTC().Unix(), 10) },
	"date":                        func(r logged) string { return r.Time.UTC().Format("2006-01-02") },
	"time":                        func(r logged) string { return r.Time.UTC().Format("15:04:05") },
	"distributionid":              func(r logged) string { return r.delivery.distributionID },
	"x-edge-location":             edgeLocation,
	"x-edge-request-id":           func(r logged) string { return r.ID },
	"cs-method":                   func(r logged) string { return r.Method },
	"cs(Host)":                    func(r logged) string { return r.delivery.domainName }, // the distribution's own name
	"x-host-header":               func(r logged) string { return encoded(r.Host) },
	"cs-uri-stem":                 func(r logged) string { return encoded(r.Path) },
	"cs-uri-query":                func(r logged) string { return encoded(r.Query) },
	"sc-status":                   loggedStatus,
	"sc-bytes":                    func(r logged) string { return strconv.Itoa(r.Bytes) },
	"cs-bytes":                    func(r logged) string { return strconv.Itoa(r.ReceivedBytes) },
	"cs(Referer)":                 func(r logged) string { return encoded(r.Referer) },
	"cs(User-Agent)":              func(r logged) string { return encoded(r.UserAgent) },
	"cs(Cookie)":                  nothing, // no program here has cookies logged
	"cs-protocol":                 func(r logged) string { return r.Protocol },
	"cs-protocol-version":         func(r logged) string { return r.ProtocolVersion },
	"x-edge-result-type":          func(r logged) string { return r.Cache },
	"x-edge-response-result-type": func(r logged) string { return r.Cache },
	"x-edge-detailed-result-type": func(r logged) string { return r.Detailed },
	"time-taken":                  seconds,
	"time-to-first-byte":          seconds,
	"origin-fbl":                  originSeconds, // guess: an attempt is over with the head of its answer
	"origin-lbl":                  originSeconds,
	"sc-content-type":             func(r logged) string { return encoded(r.ContentType) },
	"sc-content-len":              func(r logged) string { return r.ContentLength },
	"sc-range-start":              func(r logged) string { return contentRange(r.ContentRange, 0) },
	"sc-range-end":                func(r logged) string { return contentRange(r.ContentRange, 1) },
	"ssl-protocol":                func(r logged) string { return ifHTTPS(r, "TLSv1.3") },
	"ssl-cipher":                  func(r logged) string { return ifHTTPS(r, "TLS_AES_128_GCM_SHA256") },
	"c-ip":                        func(r logged) string { return r.ViewerIP },
	"c-port":                      func(r logged) string { return r.ViewerPort },
	"x-forwarded-for":             func(r logged) string { return encoded(r.ForwardedFor) },
	"c-country":                   func(r logged) string { return r.Country },
	"asn":                         nothing, // loopback belongs to none
	"cache-behavior-path-pattern": func(r logged) string { return r.Behavior },
	"fle-status":                  nothing,
	"fle-encrypted-fields":        nothing,
	"distribution-tenant-id":      nothing,
	"connection-id":               nothing,
}

// edgeLocation is as in X-Amz-Cf-Pop.
func edgeLocation(r logged) string {
	if r.Edge == "" {
		return ""
	}
	return r.Edge + "56-P1"
}

func seconds(r logged) string { return fmt.Sprintf("%.3f", r.Duration.Seconds()) }

// originSeconds are those of the attempt that was answered.
func originSeconds(r logged) string {
	if len(r.Origins) == 0 {
		return ""
	}
	return fmt.Sprintf("%.3f", r.Origins[len(r.Origins)-1].MS/1000)
}

func ifHTTPS(r logged, value string) string {
	if r.Protocol == "https" {
		return value
	}
	return ""
}

// contentRange takes the first or the last byte out of "bytes 0-9/100".
func contentRange(header string, end int) string {
	span, found := strings.CutPrefix(header, "bytes ")
	if !found {
		return ""
	}
	span, _, _ = strings.Cut(span, "/")
	first, last, found := strings.Cut(span, "-")
	if !found {
		return ""
	}
	return []string{first, last}[end]
}

// encoded encodes what CloudFront encodes in log fields, on top of the URL's own encoding: control characters, spaces,
// everything beyond ASCII, percent signs and a few others (O-A16).
func encoded(s string) string {
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
func loggedStatus(r logged) string {
	if r.Detailed == "ClientHungUpRequest" {
		return "000"
	}
	return fmt.Sprintf("%03d", r.Status)
}
