package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/stats/accesslog"
)

func TestDelivery_folder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for want, d := range map[string]delivery{
		"cf/E1/2026/01/02/03":        {prefix: "cf", suffix: "{distributionid}/{yyyy}/{MM}/{dd}/{HH}", distributionID: "E1"},
		"x/E1/123456789012/2026":     {prefix: "x", suffix: "{DistributionId}/{accountid}/{yyyy}", distributionID: "E1"},
		"2026/01":                    {suffix: "/{yyyy}/{MM}", distributionID: "E1"},
		"AWSLogs/1/CloudFront/a/b/c": {prefix: "AWSLogs/1/CloudFront", suffix: "a/b/c"},
	} {
		if got := d.folder(at); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Every field that Onefront can order is one that local mode fills.
func TestLogFields_haveAllThatCanBeOrdered(t *testing.T) {
	t.Parallel()
	for _, d := range accesslog.Definitions(accesslog.QueryStrings, accesslog.ViewerAddresses) {
		if logFields[d.Name] == nil {
			t.Errorf("%s is not filled", d.Name)
		}
	}
}

// A line of local mode's reads as AWS's does, and the live statistics say what the file says.
func TestLiveStats_sayWhatTheFileSays(t *testing.T) {
	t.Parallel()
	log := &accessLog{delivery: &delivery{distributionID: "E1"}}
	for _, d := range accesslog.Definitions() {
		log.delivery.fields = append(log.delivery.fields, d.Name)
	}
	live, file := newLiveStats(), accesslog.NewCollector(accesslog.Options{})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var lines bytes.Buffer
	for _, r := range []cloudfront.Request{
		{
			ID: "1", Time: at, Edge: "FRA", Method: "GET", Path: "/w%C3%B6rter/a%20b", Behavior: "*", Cache: "Miss", Detailed: "Miss", Status: 200, Bytes: 7,
			UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", Referer: "https://example.org/x y", Country: "DE",
			Origins: []cloudfront.Attempt{{MS: 12}}, Duration: 15 * time.Millisecond,
		},
		{ID: "2", Time: at.Add(time.Minute), Method: "GET", Path: "/gone", Cache: "Error", Detailed: "ClientHungUpRequest", Status: 200},
	} {
		live.add(r)
		line, err := log.line(r)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	if err := file.Worker().Read(t.Context(), &lines, "file"); err != nil {
		t.Fatal(err)
	}
	got := live.result(at.Add(time.Minute))
	if diff := cmp.Diff(file.Result(statsTop), got); diff != "" {
		t.Errorf("(-file +live):\n%s", diff)
	}
	objects := got.Reports["objects"].Rows
	if len(objects) != 2 || objects[1].Values[0] != "/wörter/a b" {
		t.Errorf("objects: %v", objects)
	}
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("docs/statistics.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
}
