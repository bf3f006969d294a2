package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// stack is what a stack's outputs say of it: see docs/configuration.md, Outputs.
type stack struct {
	APIURL       string   `json:"apiUrl"`
	DrainStore   string   `json:"drainStore"` // the ARN of a KeyValueStore, with edge routing
	DashboardURL string   `json:"dashboardUrl"`
	Regions      []region `json:"regions"`
}

type region struct {
	Name         string `json:"region"`
	Endpoint     string `json:"endpoint"`
	FunctionName string `json:"functionName"`
	// FunctionNames are all that answer routes, where FunctionName is not the only one.
	FunctionNames  []string `json:"functionNames"`
	HealthCheckID  string   `json:"healthCheckId"` // with dns routing
	DrainParameter string   `json:"drainParameter"`
	QueueURL       string   `json:"queueUrl"` // of an application with a queue
	Planned        bool     `json:"drained"`  // by the stack's configuration, until an update without it
}

// region finds a region by name.
func (s *stack) region(name string) (region, error) {
	names := make([]string, len(s.Regions))
	for i, r := range s.Regions {
		if r.Name == name {
			return r, nil
		}
		names[i] = r.Name
	}
	return region{}, fmt.Errorf("region %q: the stack has %s", name, strings.Join(names, ", "))
}

// functions are those that answer routes.
func (r region) functions() []string {
	if len(r.FunctionNames) > 0 {
		return r.FunctionNames
	}
	return []string{r.FunctionName}
}

// edgeRouting says whether the edge chooses the region, not DNS.
func (s *stack) edgeRouting() bool { return s.DrainStore != "" }

// readStack reads the outputs, from where the flags say.
func (c *command) readStack(ctx context.Context) (*stack, error) {
	var raw []byte
	var err error
	from := c.flags.outputs
	switch {
	case c.flags.local != "":
		from = strings.TrimSuffix(c.flags.local, "/") + "/outputs"
		raw, err = get(ctx, from)
	case from == "-":
		raw, err = io.ReadAll(os.Stdin)
	case from != "":
		raw, err = os.ReadFile(from)
	default:
		from = "pulumi stack output --json -s " + c.flags.stack
		raw, err = c.pulumiOutputs(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the stack's outputs from %s: %w", from, err)
	}
	var s stack
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("the outputs from %s are not what `pulumi stack output --json` prints: %w", from, err)
	}
	if len(s.Regions) == 0 {
		return nil, fmt.Errorf("the outputs from %s have no regions: want those of a stack that is deployed", from)
	}
	return &s, nil
}

// pulumiTimeout is what the CLI is given: in a bad hour its backend may never answer.
const pulumiTimeout = time.Minute

func (c *command) pulumiOutputs(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	command := exec.CommandContext(ctx, "pulumi", "stack", "output", "--json", "-s", c.flags.stack)
	command.WaitDelay = time.Second // what the CLI started may hold its output open
	var stderr bytes.Buffer
	command.Stderr = &stderr
	raw, err := command.Output()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, fmt.Errorf("no answer within %v; -outputs FILE takes a file", c.patience)
	}
	if err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			return nil, fmt.Errorf("%w: %s", err, said)
		}
		return nil, fmt.Errorf("%w; -outputs FILE takes a file", err)
	}
	return raw, nil
}

// get asks an address for JSON. Its host is local mode's, or a region's public endpoint.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return raw, fmt.Errorf("status %d", response.StatusCode)
	}
	return raw, nil
}
