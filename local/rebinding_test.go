package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onefront/onefront/browser"
)

// A page of evil.example, whose name now points to 127.0.0.1, asks what it takes for its own server: the listener of
// SSM and SQS, a function's Runtime API, a region's endpoint and the admin API. The resolver rule
// stands in for the rebound name.
func TestRebinding(t *testing.T) {
	r := startNotes(t)
	chromium := browser.Start(t, "host-resolver-rules", "MAP evil.example 127.0.0.1")
	var endpoints struct{ SSM, SQS map[string]string }
	r.control("GET", "/endpoints", "").into(t, &endpoints)
	var regions []struct{ URL string }
	r.control("GET", "/regions", "").into(t, &regions)

	ssm, err := url.Parse(endpoints.SSM["eu-west-1"])
	if err != nil {
		t.Fatal(err)
	}
	region, err := url.Parse(regions[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := url.Parse(r.admin)
	if err != nil {
		t.Fatal(err)
	}
	for name, attack := range map[string]struct{ port, method, path, target, body string }{
		"a parameter":       {ssm.Port(), "POST", ssm.Path, "AmazonSSM.GetParameter", `{"Name":"/notes/prod/drain"}`},
		"a queue":           {ssm.Port(), "POST", "/sqs/eu-west-1", "AmazonSQS.GetQueueUrl", `{"QueueName":"later"}`},
		"a region":          {region.Port(), "GET", "/api/health", "", ""},
		"visitors' words":   {admin.Port(), "GET", "/queues", "", ""},
		"the session's key": {admin.Port(), "GET", "/endpoints", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := chromium.Open(t, browser.Desktop())
			page.Expect("status of 40")
			page.Expect("another host was asked: http://evil.example:") // the rebound name is the point
			page.Navigate("http://evil.example:" + attack.port + "/")
			order, err := json.Marshal(map[string]any{"method": attack.method, "headers": map[string]string{
				"X-Amz-Target": attack.target, "Content-Type": "application/x-amz-json-1.1",
				"Authorization": "AWS4-HMAC-SHA256 Credential=ASIALOCALLOCALLOCAL1/20261128/eu-west-1/ssm/aws4_request",
			}})
			if err != nil {
				t.Fatal(err)
			}
			body := ""
			if attack.body != "" {
				body = fmt.Sprintf("order.body = %q;", attack.body)
			}
			page.Until(fmt.Sprintf(`(() => {
				if (!window.asked) {
					const order = %s; %s
					window.asked = fetch(%q, order).then(async (r) => { window.got = r.status + " " + await r.text(); }, (e) => { window.got = "failed " + e; });
				}
				return window.got !== undefined;
			})()`, order, body, attack.path))
			got := browser.Evaluate[string](page, "window.got")
			if !strings.HasPrefix(got, "403 ") {
				t.Errorf("the page got %s", got)
			}
		})
	}
}

// SSM and SQS serve whoever has this start's key, and nobody else.
func TestEndpoints(t *testing.T) {
	r := startNotes(t)
	var endpoints struct {
		SSM, SQS    map[string]string
		AccessKeyID string
	}
	r.control("GET", "/endpoints", "").into(t, &endpoints)
	if len(endpoints.SSM) != 3 || len(endpoints.SQS) != 3 || len(endpoints.AccessKeyID) < 20 {
		t.Fatalf("got %+v", endpoints)
	}
	for service, target := range map[string]string{endpoints.SQS["eu-west-1"]: "AmazonSQS.ListQueues", endpoints.SSM["eu-west-1"]: "AmazonSSM.GetParameter"} {
		for _, tt := range []struct {
			key     string
			refused bool
		}{{endpoints.AccessKeyID, false}, {"ASIALOCALLOCALLOCAL1", true}, {"", true}} {
			got := r.ask("POST", service, `{"Name":"none"}`, "X-Amz-Target", target,
				"Authorization", "AWS4-HMAC-SHA256 Credential="+tt.key+"/20261128/eu-west-1/x/aws4_request, SignedHeaders=host, Signature=0")
			refused := strings.Contains(string(got.body), "UnrecognizedClientException")
			if refused != tt.refused || got.status != http.StatusBadRequest {
				t.Errorf("%s with key %q: got %d %s", target, tt.key, got.status, got.body)
			}
		}
	}
}
