package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/admin"
	"github.com/onefront/onefront/local/apigateway"
	"github.com/onefront/onefront/local/cloudfront"
	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
	"github.com/onefront/onefront/local/cloudwatch"
	"github.com/onefront/onefront/local/fault"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/loopback"
	"github.com/onefront/onefront/local/network"
	"github.com/onefront/onefront/local/route53"
	"github.com/onefront/onefront/local/s3"
	"github.com/onefront/onefront/local/sqs"
	"github.com/onefront/onefront/local/ssm"
)

// topology is every imitated service of one graph, wired together.
type topology struct {
	*lasting
	stack   string
	regions []string
	planned []string // regions that the stack's configuration drains
	routing string
	faults  map[string]*regionFaults
	outputs any // the stack's, as shown to people

	drainParameters map[string]string // of SSM, by region

	edge    *cloudfront.Edge
	network *network.Network
	dns     *route53.Service
	gateway *apigateway.Service
	lambda  *lambda.Service
	// deployed stands before lambda and can put a bad deployment in its place, which drills do.
	deployed *deployments
	sqs      *sqs.Service
	ssm      *ssm.Service
	s3       *s3.Service
	saas     thirdParty // nil without functions that know one, and with an upstream of the user's own
	metrics  *cloudwatch.Service
	began    time.Time // simulated

	picture      picture
	awsEndpoints http.Handler
	control      *admin.Server

	// visitors and calls are the requests that are under way: viewers', and those of functions.
	visitors, calls sync.WaitGroup
}

// regionFaults are a region's switches: what viewers and health checks reach, and two services of its functions.
type regionFaults struct{ region, sqs, ssm fault.Switch }

// newTopology builds the rooms from a graph. planned are the regions that the stack's configuration drains.
func newTopology(recorded *graph.Graph, planned []string, l *lasting) (t *topology, err error) {
	t = &topology{
		lasting: l, stack: recorded.Stack, regions: regionsOf(recorded), planned: planned, network: network.New(), faults: map[string]*regionFaults{},
		outputs: recorded.ShownOutputs(), drainParameters: drainParameters(recorded),
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	for _, region := range t.regions {
		t.faults[region] = l.faultsOf(region)
	}
	t.began = t.clock.Now()
	g := recorded.Read()
	if err = g.RefuseUnknown(unserved, l.flags.without...); err != nil {
		return t, err
	}
	if recorded, err = t.findThirdParty(recorded); err != nil {
		return t, err
	}
	g = recorded.Read()
	if t.metrics, err = cloudwatch.New(g, cloudwatch.Options{Clock: t.clock, Sample: t.sample, Log: t.log, OnChange: t.onAlarm}); err != nil {
		return t, err
	}
	if err = t.buildRegions(g); err != nil {
		return t, err
	}
	if err = t.buildFront(g); err != nil {
		return t, err
	}
	delivery := readDelivery(g)
	if err = errors.Join(g.Err(), g.Rest(unserved, l.flags.without...)); err != nil {
		return t, err
	}
	if err = l.openAccessLog(delivery); err != nil {
		return t, err
	}
	t.routing = "edge"
	if t.dns.Latency() {
		t.routing = "dns"
	}
	t.connect()
	t.picture = t.draw(recorded)
	return t, nil
}

// buildRegions builds what stands in the regions.
func (t *topology) buildRegions(g *graph.Reading) (err error) {
	if t.sqs, err = sqs.New(g, sqs.Options{Clock: t.clock, Fault: t.sqsFault, Log: t.log}); err != nil {
		return err
	}
	if t.ssm, err = ssm.New(g); err != nil {
		return err
	}
	if t.lambda, err = lambda.New(g, lambda.Options{
		Clock: t.clock, Log: t.log, Environment: t.awsVariables, Freeze: t.flags.freeze, Concurrency: t.flags.concurrency, Patience: t.flags.patience(),
		OnInvocation: t.onInvocation, OnLine: t.metrics.Line,
	}); err != nil {
		return err
	}
	if err = t.lambda.AttachQueues(t.sqs); err != nil {
		return err
	}
	t.deployed = newDeployments(t.lambda)
	if t.gateway, err = apigateway.New(g, apigateway.Options{
		Invoker: t.deployed, Clock: t.clock, Patience: t.flags.patience(), Log: t.log, OnRequest: t.onAPIRequest,
	}); err != nil {
		return err
	}
	t.s3, err = s3.New(g, t.log)
	return err
}

// buildFront builds what stands before all regions.
func (t *topology) buildFront(g *graph.Reading) (err error) {
	if t.dns, err = route53.New(g, route53.Options{Clock: t.clock, Network: t.network, OnHealth: t.onHealth, Log: t.log}); err != nil {
		return err
	}
	t.edge, err = cloudfront.New(g, cloudfront.Options{
		Clock: t.clock, Network: t.network, CacheLimitBytes: t.flags.cacheLimitMiB << 20, DefaultEdge: t.flags.pop, Log: t.log, OnRequest: t.onRequest,
	})
	return err
}

// connect enters every server into the network's directory, each behind its region's switch.
func (t *topology) connect() {
	for _, endpoint := range t.gateway.Endpoints() {
		for _, host := range endpoint.Hosts {
			t.network.Add(host, &network.Server{Region: endpoint.Region, Handler: endpoint.Handler, Fault: t.regionFault(endpoint.Region)})
		}
	}
	for _, bucket := range t.s3.Buckets() {
		t.network.Add(bucket.Host, &network.Server{Region: bucket.Region, Handler: bucket.Handler, Fault: t.regionFault(bucket.Region)})
	}
	// Whoever asks the public name, as a check from outside does, is a viewer.
	for _, name := range append(t.edge.Aliases(), t.edge.DomainName()) {
		t.network.Add(name, &network.Server{Handler: t.edge})
	}
	t.network.SetResolver(t.dns)
	t.awsEndpoints = t.awsHandler()
}

// regionFault is nil for a region that is not the stack's, such as us-east-1 beside two others.
func (t *topology) regionFault(region string) *fault.Switch {
	if f := t.faults[region]; f != nil {
		return &f.region
	}
	return nil
}

func (t *topology) sqsFault(region string) *fault.Switch {
	if f := t.faults[region]; f != nil {
		return &f.sqs
	}
	return nil
}

// awsVariables point a function's AWS SDK to this process, with the key that its services ask for.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func (t *topology) awsVariables(region string) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_SQS": t.endpoint("sqs", region), "AWS_ENDPOINT_URL_SSM": t.endpoint("ssm", region),
		"AWS_ACCESS_KEY_ID": t.accessKeyID,
	}
}

func (t *topology) endpoint(service, region string) string {
	return "http://" + t.aws + "/" + service + "/" + region
}

// endpoints is the body of GET /endpoints: where a client of the AWS CLI or an SDK reaches the imitated services, and
// the access key id it must use.
func (t *topology) endpoints() any {
	endpoints := struct {
		SSM           map[string]string `json:"ssm"`
		SQS           map[string]string `json:"sqs"`
		KeyValueStore string            `json:"keyValueStore"`
		AccessKeyID   string            `json:"accessKeyId"`
	}{map[string]string{}, map[string]string{}, "http://" + t.aws + keyValueStorePath, t.accessKeyID}
	for region := range t.faults {
		endpoints.SSM[region], endpoints.SQS[region] = t.endpoint("ssm", region), t.endpoint("sqs", region)
	}
	return endpoints
}

// keyValueStorePath is where the data API of CloudFront's key value stores is; it has no region.
const keyValueStorePath = "/keyvaluestore"

// awsHandler is what functions take for AWS: /sqs/{region} and /ssm/{region}, for whoever has this start's key; beside
// them is what people change without a deployment.
func (t *topology) awsHandler() http.Handler {
	mux := http.NewServeMux()
	stores := loopback.Signed(t.accessKeyID, t.edge.KeyValueStores().Handler(), keyvaluestore.RefuseToken)
	mux.Handle(keyValueStorePath+"/", http.StripPrefix(keyValueStorePath, stores))
	for region, f := range t.faults {
		for prefix, handler := range map[string]http.Handler{
			"/sqs/" + region: loopback.Signed(t.accessKeyID, t.sqs.Handler(region), sqs.RefuseToken), // with its fault in front
			"/ssm/" + region: loopback.Signed(t.accessKeyID, f.ssm.Wrap(t.ssm.Handler(region)), ssm.RefuseToken),
		} {
			mux.Handle(prefix, http.StripPrefix(prefix, handler))
			mux.Handle(prefix+"/", http.StripPrefix(prefix, handler))
		}
	}
	return mux
}

func (t *topology) saasHandler() http.Handler {
	if t.saas == nil {
		return http.NotFoundHandler()
	}
	return t.saas.Handler()
}

// regionHandler is a region's API for requests that go round the edge, with the region's fault.
func (t *topology) regionHandler(region string) http.Handler {
	for _, endpoint := range t.gateway.Endpoints() {
		if endpoint.Region == region {
			return t.regionFault(region).Wrap(withHost(t.gateway.RegionHost(region), endpoint.Handler))
		}
	}
	return http.NotFoundHandler()
}

// start begins what happens by itself: health checks and the evaluation of alarms.
func (t *topology) start() {
	t.dns.Start()
	t.metrics.Start()
}

// reset brings every room back to where it started. Faults and the request log are the admin API's.
func (t *topology) reset(context.Context) error {
	t.sqs.Reset()
	if t.saas != nil {
		t.saas.Reset()
	}
	t.edge.Reset()
	t.stats.window.Reset()
	t.ssm.Reset()
	t.lambda.Reset()
	t.dns.Reset()
	t.metrics.Reset()
	return nil
}

// functionsTime is what the functions get to end, SIGTERM first, then SIGKILL.
const functionsTime = 4 * time.Second

// close ends deliveries, health checks and functions, but not time: another topology may go on with it.
func (t *topology) close() {
	if t.sqs != nil {
		t.sqs.Close()
	}
	if t.dns != nil {
		t.dns.Close()
	}
	if t.metrics != nil {
		t.metrics.Close()
	}
	if t.lambda != nil {
		ctx, cancel := context.WithTimeout(context.Background(), functionsTime)
		defer cancel()
		t.lambda.Close(ctx)
	}
}
