package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/simtime"
	"github.com/onefront/onefront/local/sqs"
)

const (
	eu, us    = "eu-west-1", "us-east-1"
	parameter = "/onefront/prod/drain"
	storeARN  = "arn:aws:cloudfront::123456789012:key-value-store/11111111-2222-3333-4444-555555555555"
)

// world is a stack of two regions on stand-ins of the AWS services that answer as AWS's API pages say, SQS being the
// one of local mode.
type world struct {
	t       testing.TB
	outputs map[string]any
	cloud   *cloud

	mu         sync.Mutex
	parameters map[string]string // region -> value
	store      map[string]string
	etag       int
	onPut      func()              // before a store's key is changed
	calls      []string            // service, region, operation
	answers    map[string]answerer // service+region -> instead of the stand-in's own
	invoked    func() []float64    // values of GetMetricData
	metrics    string              // its StatusCode, "" for Complete
	alarms     map[string][]string
	prefix     string // of alarms' names
	queues     *sqs.Service
	clock      *simtime.Clock
}

type answerer func(w http.ResponseWriter, r *http.Request)

func queueURL(region, name string) string {
	return "https://sqs." + region + ".amazonaws.com/" + graph.Account + "/" + name
}

func newWorld(t testing.TB, edge bool) *world {
	t.Helper()
	w := &world{
		t: t, parameters: map[string]string{eu: "-", us: "-"}, store: map[string]string{"now": "-"}, answers: map[string]answerer{},
		invoked: func() []float64 { return nil }, alarms: map[string][]string{}, prefix: "onefront-prod-",
	}
	regions := []any{}
	var resources []*graph.Resource
	for _, region := range []string{eu, us} {
		r := map[string]any{
			"region": region, "functionName": "api-" + region, "drainParameter": parameter, "queueUrl": queueURL(region, "feedback"),
			"endpoint": w.serve("gateway", region, func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/health" {
					http.NotFound(rw, r)
					return
				}
				_, _ = io.WriteString(rw, `{"status":"ok","region":"`+region+`","version":"0123456789ab","drained":false}`)
			}),
		}
		if !edge {
			r["healthCheckId"] = "check-" + region
		}
		regions = append(regions, r)
		resources = append(resources, queueResource(region, "dead", nil), queueResource(region, "feedback", map[string]any{
			"redrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:%s:%s:dead","maxReceiveCount":3}`, region, graph.Account),
		}))
	}
	w.outputs = map[string]any{"apiUrl": "https://example.com/api", "regions": regions}
	if edge {
		w.outputs["drainStore"] = storeARN
	}
	w.clock = simtime.New()
	t.Cleanup(w.clock.Close)
	var err error
	if w.queues, err = sqs.New(graph.New(resources...).Read(), sqs.Options{Clock: w.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.queues.Close)
	w.cloud = &cloud{
		config: aws.Config{
			Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
			Retryer:     func() aws.Retryer { return aws.NopRetryer{} }, // real ones wait
		},
		timeout:   callTimeout,
		endpoints: map[string]map[string]string{"keyvaluestore": {"": w.serve("keyvaluestore", "", w.serveStore)}, "route53": {"": w.serve("route53", "", serveRoute53)}},
	}
	for _, service := range []string{"ssm", "sqs", "lambda", "cloudwatch"} {
		w.cloud.endpoints[service] = map[string]string{}
	}
	for _, region := range []string{eu, us} {
		w.cloud.endpoints["ssm"][region] = w.serve("ssm", region, w.serveSSM(region))
		w.cloud.endpoints["sqs"][region] = w.serve("sqs", region, w.queues.Handler(region).ServeHTTP)
		w.cloud.endpoints["lambda"][region] = w.serve("lambda", region, serveLambda)
		w.cloud.endpoints["cloudwatch"][region] = w.serve("cloudwatch", region, w.serveCloudWatch(region))
	}
	return w
}

func queueResource(region, name string, inputs map[string]any) *graph.Resource {
	return &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + sqs.QueueType + "::" + name + "-" + region, Type: sqs.QueueType, Region: region, Inputs: inputs,
		Outputs: map[string]any{"url": queueURL(region, name), "arn": "arn:aws:sqs:" + region + ":" + graph.Account + ":" + name},
	}
}

// serve notes every call and answers by the stand-in, or by what a test put in its place.
func (w *world) serve(service, region string, own answerer) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		operation := r.Header.Get("X-Amz-Target")
		if operation == "" {
			operation = r.Method + " " + r.URL.Path
		}
		w.mu.Lock()
		w.calls = append(w.calls, strings.TrimSpace(service+" "+region+" "+operation[strings.LastIndex(operation, ".")+1:]))
		instead := w.answers[service+region]
		w.mu.Unlock()
		if instead != nil {
			instead(rw, r)
			return
		}
		own(rw, r)
	}))
	w.t.Cleanup(server.Close)
	return server.URL
}

// instead lets a service of a region answer otherwise from now on.
func (w *world) instead(service, region string, a answerer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[service+region] = a
}

func refuse(status int, code string) answerer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"message":"said by the stand-in"}`, code)
	}
}

// hang answers nothing until the client is gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func (w *world) serveSSM(region string) answerer {
	return func(rw http.ResponseWriter, r *http.Request) {
		var in struct {
			Name, Value, Type string
			Overwrite         bool
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Name != parameter {
			refuse(400, "ParameterNotFound")(rw, r)
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		switch r.Header.Get("X-Amz-Target") {
		case "AmazonSSM.PutParameter":
			if !in.Overwrite || in.Type != "String" {
				refuse(400, "ParameterAlreadyExists")(rw, r)
				return
			}
			w.parameters[region] = in.Value
			_, _ = io.WriteString(rw, `{"Version":2,"Tier":"Standard"}`)
		case "AmazonSSM.GetParameter":
			_, _ = fmt.Fprintf(rw, `{"Parameter":{"Name":%q,"Value":%q,"Type":"String"}}`, in.Name, w.parameters[region])
		}
	}
}

// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations_Amazon_CloudFront_KeyValueStore.html
func (w *world) serveStore(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, "/key-value-stores/"+storeARN)
	if !ok || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-ECDSA-P256-SHA256 ") {
		refuse(403, "AccessDeniedException")(rw, r)
		return
	}
	etag := fmt.Sprintf("E%d", w.etag)
	switch {
	case r.Method == http.MethodGet && path == "":
		rw.Header().Set("Etag", etag)
		_, _ = fmt.Fprintf(rw, `{"KvsARN":%q,"ItemCount":1,"TotalSizeInBytes":4,"Created":1}`, storeARN)
	case r.Method == http.MethodGet && path == "/keys/now":
		_, _ = fmt.Fprintf(rw, `{"Key":"now","Value":%q,"ItemCount":1,"TotalSizeInBytes":4}`, w.store["now"])
	case r.Method == http.MethodPut && path == "/keys/now":
		if w.onPut != nil {
			w.onPut()
		}
		if r.Header.Get("If-Match") != fmt.Sprintf("E%d", w.etag) {
			refuse(409, "ConflictException")(rw, r)
			return
		}
		var in struct{ Value string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			refuse(400, "ValidationException")(rw, r)
			return
		}
		w.etag++
		w.store["now"] = in.Value
		rw.Header().Set("Etag", fmt.Sprintf("E%d", w.etag))
		_, _ = io.WriteString(rw, `{"ItemCount":1,"TotalSizeInBytes":4}`)
	default:
		refuse(404, "ResourceNotFoundException")(rw, r)
	}
}

// https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
func serveRoute53(w http.ResponseWriter, r *http.Request) {
	status := "Success: HTTP Status Code 200, OK"
	if strings.Contains(r.URL.Path, us) {
		status = "Failure: HTTP Status Code 503, Service Unavailable"
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><GetHealthCheckStatusResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HealthCheckObservations>
<HealthCheckObservation><Region>eu-west-1</Region><IPAddress>192.0.2.1</IPAddress><StatusReport><Status>%s</Status></StatusReport></HealthCheckObservation>
</HealthCheckObservations></GetHealthCheckStatusResponse>`, status)
}

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
func serveLambda(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"FunctionName":"api","Environment":{"Variables":{"ONEFRONT_ORIGIN_SECRET":"hunter2","ONEFRONT_ORIGIN_SECRET_NEXT":"hunter3"}}}`)
}

// serveCloudWatch speaks Smithy's RPC v2 with CBOR, as the client does.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
func (w *world) serveCloudWatch(region string) answerer {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		rw.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		rw.Header().Set("Content-Type", "application/cbor")
		switch {
		case strings.HasSuffix(r.URL.Path, "/GetMetricData"):
			var values, results cbor.List
			for _, v := range w.invoked() {
				values = append(values, cbor.Float64(v))
			}
			for _, id := range w.wanted(r) {
				results = append(results, cbor.Map{"Id": cbor.String(id), "Values": values, "StatusCode": cbor.String(cmp.Or(w.metrics, "Complete"))})
			}
			_, _ = rw.Write(cbor.Encode(cbor.Map{"MetricDataResults": results}))
		case strings.HasSuffix(r.URL.Path, "/DescribeAlarms"):
			raw, _ := io.ReadAll(r.Body)
			in, err := cbor.Decode(raw)
			if err != nil || in.(cbor.Map)["AlarmNamePrefix"] != cbor.String(w.prefix) {
				rw.WriteHeader(http.StatusBadRequest)
				return
			}
			var metric cbor.List
			for _, name := range w.alarms[region] {
				metric = append(metric, cbor.Map{"AlarmName": cbor.String(name)})
			}
			_, _ = rw.Write(cbor.Encode(cbor.Map{"MetricAlarms": metric}))
		}
	}
}

// wanted are the ids of what GetMetricData is asked for, but of quiet functions.
func (w *world) wanted(r *http.Request) (ids []string) {
	raw, _ := io.ReadAll(r.Body)
	in, err := cbor.Decode(raw)
	if err != nil {
		w.t.Errorf("GetMetricData: %v", err)
		return nil
	}
	queries, _ := in.(cbor.Map)["MetricDataQueries"].(cbor.List)
	for _, q := range queries {
		if id, known := q.(cbor.Map)["Id"].(cbor.String); known && !bytes.Contains(cbor.Encode(q), []byte("quiet")) {
			ids = append(ids, string(id))
		}
	}
	return ids
}

// send puts a message into a queue of a region through the service's own API.
func (w *world) send(region, queue, body, reason string) {
	w.t.Helper()
	attributes := ""
	if reason != "" {
		attributes = fmt.Sprintf(`,"MessageAttributes":{"reason":{"DataType":"String","StringValue":%q}}`, reason)
	}
	w.sqs(region, "SendMessage", fmt.Sprintf(`{"QueueUrl":%q,"MessageBody":%q%s}`, queueURL(region, queue), body, attributes))
}

func (w *world) sqs(region, operation, body string) string {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	rw := httptest.NewRecorder()
	w.queues.Handler(region).ServeHTTP(rw, r)
	if rw.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", operation, rw.Code, rw.Body)
	}
	return rw.Body.String()
}

// bodies are the messages of a region's queue and dead-letter queue, hidden ones too, sorted.
func (w *world) bodies(region string) (waiting, dead []string) {
	snapshot := w.queues.Snapshot()[region]
	for _, m := range slices.Concat(snapshot.Waiting, snapshot.InFlight) {
		waiting = append(waiting, string(m.Body))
	}
	for _, m := range snapshot.DeadLetters {
		dead = append(dead, string(m.Body))
	}
	slices.Sort(waiting)
	slices.Sort(dead)
	return waiting, dead
}

// run runs a command line with the world's outputs and returns what it printed.
func (w *world) run(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	w.t.Helper()
	raw, err := json.Marshal(w.outputs)
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), "outputs.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		w.t.Fatal(err)
	}
	var out, errs bytes.Buffer
	clock := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := &command{
		stdout: &out, stderr: &errs, cloud: w.cloud, now: func() time.Time { return clock },
		wait: func(ctx context.Context, d time.Duration) error {
			clock = clock.Add(d)
			return ctx.Err()
		},
	}
	err = c.run(ctx, append(args, "-outputs", file))
	return out.String(), errs.String(), err
}

// must is run, for what has to succeed.
func (w *world) must(args ...string) string {
	w.t.Helper()
	out, errs, err := w.run(w.t.Context(), args...)
	if err != nil {
		w.t.Fatalf("ops %s: %v\n%s", strings.Join(args, " "), err, errs)
	}
	return out
}

// wantError wants an error with all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q: %v", part, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for line, part := range map[string]string{
		"fly":                               `"fly"`,
		"drain":                             "want a region",
		"drain " + eu + " " + us:            us,
		"status " + eu:                      eu,
		"drain " + eu + " -rate 3":          "-rate",
		"redrive " + eu + " -rate 0":        "0.1 to 100",
		"redrive " + eu + " -rate NaN":      "0.1 to 100",
		"redrive " + eu + " -rate +Inf":     "0.1 to 100",
		"status -local http://127.0.0.1:80": "-local and -outputs",
	} {
		_, _, err := w.run(t.Context(), strings.Fields(line)...)
		wantError(t, err, part)
		if _, misused := err.(usageError); !misused {
			t.Errorf("%q: %v is no error of usage", line, err)
		}
	}
	for _, address := range []string{"127.0.0.1:8081", "localhost", "ftp://127.0.0.1"} {
		wantError(t, (&command{stderr: io.Discard}).run(t.Context(), []string{"status", "-local", address}), address, "such as http://")
	}
	var misused usageError
	if err := (&command{stderr: io.Discard}).run(t.Context(), nil); !errors.As(err, &misused) {
		t.Errorf("without a command: %v", err)
	}
	_, _, err := w.run(t.Context(), "drain", "mars-1")
	wantError(t, err, "mars-1", eu+", "+us)
}

// The CLI's backend may not answer in a bad hour, and what the CLI started may hold on to its output.
func TestOutputs_aBackendThatHangs(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "pulumi"), []byte("#!/bin/sh\nsleep 3600 &\necho $! >\"$0.pid\"\nwait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	c := &command{stdout: io.Discard, stderr: io.Discard, patience: 100 * time.Millisecond}
	err := c.run(t.Context(), []string{"drain", eu})
	wantError(t, err, "pulumi stack output", "no answer within 100ms", "-outputs FILE")
	if raw, err := os.ReadFile(filepath.Join(bin, "pulumi.pid")); err == nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func TestOutputs_wrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.outputs = map[string]any{"siteUrl": "x"}
	_, _, err := w.run(t.Context(), "status")
	wantError(t, err, "no regions")
	w = newWorld(t, false)
	for _, r := range w.outputs["regions"].([]any) {
		delete(r.(map[string]any), "drainParameter")
	}
	_, _, err = w.run(t.Context(), "drain", eu)
	wantError(t, err, "drainStore", "drainParameter")
}

func (w *world) called(prefix string) (calls []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if strings.HasPrefix(c, prefix) {
			calls = append(calls, c)
		}
	}
	return calls
}

func (w *world) values() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(append(slices.Sorted(maps.Values(w.parameters)), w.store["now"]), " ")
}
