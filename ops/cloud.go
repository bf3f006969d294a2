package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

// callTimeout bounds one call, its second and third try included: who is in a hurry learns soon what does not answer.
const callTimeout = 10 * time.Second

// globalRegion is where the APIs of Route 53 and CloudFront live.
const globalRegion = "us-east-1"

// errNotLocal is what local mode has no API for.
var errNotLocal = errors.New("local mode has no API for this")

// cloud makes clients of AWS's services, or of their imitations.
type cloud struct {
	config aws.Config
	// admin is local mode's admin address, "" for AWS.
	admin string
	// endpoints are addresses in place of AWS's, by service and region ("" for a global service).
	endpoints map[string]map[string]string
	timeout   time.Duration // of one call
}

// within bounds one call.
func (c *cloud) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.timeout)
}

// connect takes the credentials of the environment, or local mode's of this start.
func connect(ctx context.Context, admin, profile string) (*cloud, error) {
	if admin != "" {
		return connectLocal(ctx, strings.TrimSuffix(admin, "/"))
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithSharedConfigProfile(profile))
	if err != nil {
		return nil, fmt.Errorf("AWS credentials: %w", err)
	}
	return &cloud{config: config, timeout: callTimeout}, nil
}

func connectLocal(ctx context.Context, admin string) (*cloud, error) {
	raw, err := get(ctx, admin+"/endpoints")
	if err != nil {
		return nil, fmt.Errorf("-local %s: %w", admin, err)
	}
	var found struct {
		SSM           map[string]string `json:"ssm"`
		SQS           map[string]string `json:"sqs"`
		KeyValueStore string            `json:"keyValueStore"`
		AccessKeyID   string            `json:"accessKeyId"`
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, fmt.Errorf("-local %s: %w", admin, err)
	}
	return &cloud{
		config:  aws.Config{Credentials: credentials.NewStaticCredentialsProvider(found.AccessKeyID, "local", "")},
		admin:   admin,
		timeout: callTimeout,
		endpoints: map[string]map[string]string{
			"ssm": found.SSM, "sqs": found.SQS, "keyvaluestore": {"": found.KeyValueStore},
		},
	}, nil
}

// endpoint is where a service of a region is, nil for AWS's own address.
func (c *cloud) endpoint(service, region string) *string {
	if at := c.endpoints[service][region]; at != "" {
		return &at
	}
	return nil
}

// instead puts an address in the place of the service's own, and leaves what the environment names (AWS_ENDPOINT_URL)
// where there is none.
func instead(base **string, at *string) {
	if at != nil {
		*base = at
	}
}

func (c *cloud) ssm(region string) *ssm.Client {
	return ssm.NewFromConfig(c.config, func(o *ssm.Options) { o.Region = region; instead(&o.BaseEndpoint, c.endpoint("ssm", region)) })
}

func (c *cloud) sqs(region string) *sqs.Client {
	return sqs.NewFromConfig(c.config, func(o *sqs.Options) { o.Region = region; instead(&o.BaseEndpoint, c.endpoint("sqs", region)) })
}

func (c *cloud) cloudwatch(region string) (*cloudwatch.Client, error) {
	at := c.endpoint("cloudwatch", region)
	if c.admin != "" && at == nil {
		return nil, errNotLocal
	}
	return cloudwatch.NewFromConfig(c.config, func(o *cloudwatch.Options) { o.Region = region; instead(&o.BaseEndpoint, at) }), nil
}

func (c *cloud) lambda(region string) (*lambda.Client, error) {
	at := c.endpoint("lambda", region)
	if c.admin != "" && at == nil {
		return nil, errNotLocal
	}
	return lambda.NewFromConfig(c.config, func(o *lambda.Options) { o.Region = region; instead(&o.BaseEndpoint, at) }), nil
}

func (c *cloud) route53() (*route53.Client, error) {
	at := c.endpoint("route53", "")
	if c.admin != "" && at == nil {
		return nil, errNotLocal
	}
	return route53.NewFromConfig(c.config, func(o *route53.Options) { o.Region = globalRegion; instead(&o.BaseEndpoint, at) }), nil
}

// keyValueStore signs with SigV4A, as the data plane wants it: any region may answer.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
func (c *cloud) keyValueStore() *cloudfrontkeyvaluestore.Client {
	return cloudfrontkeyvaluestore.NewFromConfig(c.config, func(o *cloudfrontkeyvaluestore.Options) {
		o.Region = globalRegion
		if at := c.endpoint("keyvaluestore", ""); at != nil {
			o.EndpointResolverV2 = fixedEndpoint(*at)
		}
	})
}

// fixedEndpoint is an address as it is: the client's own resolver would put the account before its host.
type fixedEndpoint string

func (f fixedEndpoint) ResolveEndpoint(context.Context, cloudfrontkeyvaluestore.EndpointParameters) (smithyendpoints.Endpoint, error) {
	at, err := url.Parse(string(f))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *at, Headers: http.Header{}}, nil
}

// plain is an error as people read it: what AWS said, without the client's trail.
func plain(err error) error {
	var said smithy.APIError
	var network *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case errors.As(err, &said) && said.ErrorMessage() != "":
		return fmt.Errorf("%s: %s", said.ErrorCode(), said.ErrorMessage())
	case errors.As(err, &said):
		return errors.New(said.ErrorCode())
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", network.URL, network.Err)
	}
	return err
}
