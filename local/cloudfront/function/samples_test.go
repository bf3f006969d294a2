package function_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"strings"
	"testing"
)

// sampleRun is one run of one of AWS's samples, in testdata/samples.json. The suite itself, `make function-samples`,
// needs a checkout of github.com/aws-samples/amazon-cloudfront-functions.
type sampleRun struct {
	// File is the sample's path in the checkout.
	File string `json:"file"`
	// Event is viewer-request or viewer-response.
	Event string `json:"event"`
	// Keys are the associated key value store.
	Keys map[string]string `json:"keys"`
	// Query replaces the event's. TOKEN in it becomes a JSON Web Token signed with the key "secret".
	Query string `json:"query"`
	// URI and RawQuery, if set, are those of the request that goes on.
	URI      string `json:"uri"`
	RawQuery string `json:"rawQuery"`
	// Origin is the domain name that updateRequestOrigin chose.
	Origin string `json:"origin"`
	// Status is that of an answer.
	Status int `json:"status"`
	// Headers are of the request or the answer.
	Headers map[string]string `json:"headers"`
	// Refused is a part of the error with which local mode refuses the sample, and Reason why that is right: the
	// expected differences.
	Refused string `json:"refused"`
	Reason  string `json:"reason"`
}

func sampleRuns(t *testing.T) []sampleRun {
	t.Helper()
	raw, err := os.ReadFile("testdata/samples.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	var runs []sampleRun
	if err := decoder.Decode(&runs); err != nil {
		t.Fatalf("testdata/samples.json: %v", err)
	}
	return runs
}

// The list says for each run what is to come of it; a refusal has a reason.
func TestSamples_list(t *testing.T) {
	t.Parallel()
	runs := sampleRuns(t)
	if len(runs) == 0 {
		t.Error("the list is empty")
	}
	for i, r := range runs {
		if r.File == "" || path.IsAbs(r.File) || !strings.HasSuffix(r.File, ".js") {
			t.Errorf("run %d: file %q: must be the path of a .js file in the checkout", i, r.File)
		}
		if r.Event != "viewer-request" && r.Event != "viewer-response" {
			t.Errorf("run %d, %s: event %q", i, r.File, r.Event)
		}
		outcomes := 0
		for _, has := range []bool{r.Refused != "", r.URI != "", r.Status != 0} {
			if has {
				outcomes++
			}
		}
		if outcomes != 1 {
			t.Errorf("run %d, %s: must have exactly one of refused, uri and status", i, r.File)
		}
		if (r.Refused == "") != (r.Reason == "") {
			t.Errorf("run %d, %s: refused and reason belong together", i, r.File)
		}
	}
}
