package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/lambda"
)

// deployments stands between API Gateway and Lambda: a region may get a bad version of the application, which answers
// with a status of its own whatever it is asked, health apart.
type deployments struct {
	*lambda.Service

	mu  sync.Mutex
	bad map[string]badDeployment
}

// badDeployment answers status where hit says so.
type badDeployment struct {
	status int
	hit    func() bool
}

func newDeployments(s *lambda.Service) *deployments {
	return &deployments{Service: s, bad: map[string]badDeployment{}}
}

// deploy puts a bad version into a region; with status 0 the good one is back.
func (d *deployments) deploy(region string, b badDeployment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if delete(d.bad, region); b.status != 0 {
		d.bad[region] = b
	}
}

// Invoke implements apigateway.Invoker.
func (d *deployments) Invoke(ctx context.Context, arn string, payload []byte) (lambda.Result, error) {
	parts := strings.Split(arn, ":")
	d.mu.Lock()
	b, bad := d.bad[parts[min(3, len(parts)-1)]]
	d.mu.Unlock()
	var event struct {
		RawPath string `json:"rawPath"`
	}
	if !bad || json.Unmarshal(payload, &event) != nil || strings.Contains(event.RawPath, contract.HealthPath("")) || !b.hit() {
		return d.Service.Invoke(ctx, arn, payload)
	}
	answer := fmt.Sprintf(`{"statusCode": %d, "headers": {"content-type": "text/plain"}, "body": "a bad deployment"}`, b.status)
	return lambda.Result{Payload: []byte(answer), RequestID: "bad-deployment"}, nil
}
