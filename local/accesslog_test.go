package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onefront/onefront/local/cloudfront"
)

func TestAccessLog_writesOneFilePerHour(t *testing.T) {
	dir := t.TempDir()
	l := &accessLog{dir: dir, unique: "abcd", delivery: &delivery{
		fields: slices.Sorted(maps.Keys(logFields)), prefix: "cf", suffix: "{distributionid}/{yyyy}/{MM}/{dd}/{HH}",
		distributionID: "E1", domainName: "d1.cloudfront.net",
	}}
	at := time.Date(2026, 1, 2, 3, 59, 59, 0, time.UTC)
	request := cloudfront.Request{
		ID: "id==", Time: at, Edge: "FRA", Method: "GET", Host: "example.com", Path: "/a b/%C3%A9", Query: "q=[1]", Behavior: "*", Cache: "Miss",
		Status: 200, Bytes: 12, Duration: 1500 * time.Millisecond, ViewerIP: "198.51.100.7", UserAgent: "Mozilla/5.0 (X11)", Protocol: "https",
		ProtocolVersion: "HTTP/1.1", Detailed: "OriginConnectError", ViewerPort: "50001", Country: "DE", ForwardedFor: "192.0.2.1, 192.0.2.2",
		ReceivedBytes: 123, ContentType: "text/html; charset=utf-8", ContentLength: "12", ContentRange: "bytes 5-16/99",
		Origins: []cloudfront.Attempt{{ID: "api", MS: 2000}, {ID: "api", MS: 250}},
	}
	if err := l.write(request); err != nil {
		t.Fatal(err)
	}
	request.Time = at.Add(time.Second)
	if err := l.write(request); err != nil {
		t.Fatal(err)
	}
	l.close()
	for _, name := range []string{"cf/E1/2026/01/02/03/E1.2026-01-02-03.abcd.json", "cf/E1/2026/01/02/04/E1.2026-01-02-04.abcd.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var line map[string]string // every value is a string
		if err := json.Unmarshal(raw, &line); err != nil || strings.Count(string(raw), "\n") != 1 {
			t.Fatalf("%s: %v: %s", name, err, raw)
		}
		for field, want := range map[string]string{
			"date": "2026-01-02", "x-edge-location": "FRA56-P1", "sc-bytes": "12", "c-ip": "198.51.100.7", "cs-method": "GET",
			"cs(Host)": "d1.cloudfront.net", "x-host-header": "example.com", "cs-uri-stem": "/a%20b/%25C3%25A9", "cs-uri-query": "q=%5B1%5D",
			"sc-status": "200", "cs(Referer)": "-", "cs(User-Agent)": "Mozilla/5.0%20(X11)", "x-edge-result-type": "Miss",
			"time-taken": "1.500", "cs-protocol": "https", "cache-behavior-path-pattern": "*",
			"x-edge-detailed-result-type": "OriginConnectError", "c-port": "50001", "c-country": "DE", "cs-bytes": "123",
			"x-forwarded-for": "192.0.2.1,%20192.0.2.2", "sc-content-type": "text/html;%20charset=utf-8", "sc-content-len": "12",
			"distributionid": "E1", "origin-fbl": "0.250", "asn": "-", "cs(Cookie)": "-", "ssl-protocol": "TLSv1.3", "timestamp": strings.TrimSuffix(line["timestamp(ms)"], "000"),
			"sc-range-start": "5", "sc-range-end": "16", "cs-protocol-version": "HTTP/1.1",
		} {
			if line[field] != want {
				t.Errorf("%s: got %q, want %q", field, line[field], want)
			}
		}
	}
}
