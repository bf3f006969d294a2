package cloudfront

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"testing"
)

// expectedDifference is a required test of the public HTTP cache tests that the local edge does not pass, in
// testdata/cachetests.json. `make cache-tests` compares with the list.
type expectedDifference struct {
	// ID is the test's id, Result the suite's word for what comes of it, such as fail or setup_fail.
	ID     string `json:"id"`
	Result string `json:"result"`
	// Because is cloudfront: CloudFront does so, and Page says it; guess: the guide does not say; or ours: to mend.
	Because string `json:"because"`
	// Page is the documentation.
	Page string `json:"page,omitempty"`
	// Reason says what happens instead.
	Reason string `json:"reason"`
}

func expectedDifferences(t *testing.T) []expectedDifference {
	t.Helper()
	raw, err := os.ReadFile("testdata/cachetests.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	var list []expectedDifference
	if err := decoder.Decode(&list); err != nil {
		t.Fatalf("testdata/cachetests.json: %v", err)
	}
	return list
}

// Every difference has a reason, and where CloudFront is the reason, its page.
func TestCacheTests_list(t *testing.T) {
	t.Parallel()
	list := expectedDifferences(t)
	if !slices.IsSortedFunc(list, func(a, b expectedDifference) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) }) {
		t.Error("the list is not sorted by id")
	}
	for i, d := range list {
		if d.ID == "" || d.Reason == "" {
			t.Errorf("%d, %q: id and reason must be set", i, d.ID)
		}
		if i > 0 && list[i-1].ID == d.ID {
			t.Errorf("%s: twice", d.ID)
		}
		if !slices.Contains([]string{"fail", "setup_fail", "dependency_fail", "harness_fail"}, d.Result) {
			t.Errorf("%s: result %q: want fail, setup_fail, dependency_fail or harness_fail", d.ID, d.Result)
		}
		page, err := url.Parse(d.Page)
		switch d.Because {
		case "cloudfront":
			if err != nil || page.Host != "docs.aws.amazon.com" {
				t.Errorf("%s: page %q: want a page of docs.aws.amazon.com", d.ID, d.Page)
			}
		case "guess", "ours":
		default:
			t.Errorf("%s: because %q: want cloudfront, guess or ours", d.ID, d.Because)
		}
	}
}
