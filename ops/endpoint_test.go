package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Who sends an SDK to another address by AWS_ENDPOINT_URL, as for a VPC endpoint, sends these commands there too.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func TestConnect_endpointOfTheEnvironment(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("X-Amz-Target")
		_, _ = w.Write([]byte(`{"Parameter":{"Value":"yes"}}`))
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	c, err := connect(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	name := "/onefront/prod/drain"
	out, err := c.ssm("eu-west-1").GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	if got := *out.Parameter.Value; got != "yes" || asked != "AmazonSSM.GetParameter" {
		t.Errorf("got %q by %q", got, asked)
	}
}
