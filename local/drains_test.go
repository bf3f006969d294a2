package main

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	smithyendpoints "github.com/aws/smithy-go/endpoints"

	"github.com/onefront/onefront/handler/contract"
)

// storeAt is where local mode serves the stores' data API.
type storeAt string

func (s storeAt) ResolveEndpoint(context.Context, cloudfrontkeyvaluestore.EndpointParameters) (smithyendpoints.Endpoint, error) {
	u, err := url.Parse(string(s))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *u, Headers: http.Header{}}, nil
}

// With edge routing a region is drained at once by a key of the store, through AWS's own client, and comes back so.
func TestDrains_now(t *testing.T) {
	r := startNotes(t, "-stack", "staging")
	var endpoints struct {
		KeyValueStore string `json:"keyValueStore"`
		AccessKeyID   string `json:"accessKeyId"`
	}
	r.ask(http.MethodGet, r.admin+"/endpoints", "").into(t, &endpoints)
	var outputs struct {
		DrainStore string `json:"drainStore"`
	}
	r.ask(http.MethodGet, r.admin+"/outputs", "").into(t, &outputs)
	client := func(key string) *cloudfrontkeyvaluestore.Client {
		return cloudfrontkeyvaluestore.New(cloudfrontkeyvaluestore.Options{
			Region: "us-east-1", EndpointResolverV2: storeAt(endpoints.KeyValueStore), Credentials: credentials.NewStaticCredentialsProvider(key, "local", ""),
			HTTPClient: r.client,
		})
	}
	set := func(value string) {
		t.Helper()
		c := client(endpoints.AccessKeyID)
		described, err := c.DescribeKeyValueStore(t.Context(), &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &outputs.DrainStore})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.PutKey(t.Context(), &cloudfrontkeyvaluestore.PutKeyInput{
			KvsARN: &outputs.DrainStore, Key: aws.String(contract.DrainStoreKey), Value: &value, IfMatch: described.ETag,
		}); err != nil {
			t.Fatal(err)
		}
	}
	answers := func(want string) {
		t.Helper()
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			path, body := "/api/health", ""
			if method == http.MethodPost {
				path, body = "/api/notes", `{"message":"x"}`
			}
			got := r.ask(method, r.viewer+path, body, "X-Onefront-Viewer", "FRA", "Content-Type", "application/json")
			if region := got.header.Get(contract.RegionHeader); region != want {
				t.Errorf("%s: %s answered with %d, want %s", method, region, got.status, want)
			}
		}
	}
	drained := func(want ...bool) {
		t.Helper()
		var regions []struct{ Drained bool }
		r.control(http.MethodGet, "/regions", "").into(t, &regions)
		for i, region := range regions {
			if region.Drained != want[i] {
				t.Errorf("GET /regions: region %d drained: %v, want %v", i, region.Drained, want[i])
			}
		}
	}
	answers("eu-west-1")
	set("eu-west-1")
	answers("us-east-1")
	drained(true, false)
	set("eu-west-1,us-east-1") // all of them count as none
	answers("eu-west-1")
	drained(false, false)
	set("eu-west-1")
	r.ask(http.MethodPost, r.admin+"/reset", "")
	answers("eu-west-1")
	if _, err := client("AKIASTRANGER").DescribeKeyValueStore(t.Context(), &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &outputs.DrainStore}); err == nil {
		t.Error("whoever lacks this start's key may read the store")
	}
}
