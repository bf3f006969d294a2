package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/onefront/onefront/handler/awserror"
	"github.com/onefront/onefront/handler/secret"
)

// The clients are made from their Options without the SDK's config package: in Lambda region
// and credentials come from environment variables only, and looking for them elsewhere would
// cost start time and size.

const (
	// attempts and attemptTimeout bound one call; the invocation's deadline may cut it shorter.
	attempts       = 2
	attemptTimeout = 2 * time.Second
)

func (c credentials) provider() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		if c.accessKeyID == "" || c.secretAccessKey.IsZero() {
			return aws.Credentials{}, errors.New("environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: not set")
		}
		return aws.Credentials{
			AccessKeyID:     c.accessKeyID,
			SecretAccessKey: c.secretAccessKey.Reveal(),
			SessionToken:    c.sessionToken.Reveal(),
			Source:          "environment",
		}, nil
	})
}

func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout: attemptTimeout,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: attemptTimeout}).DialContext,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: attemptTimeout,
			MaxIdleConnsPerHost: 10,
			IdleConnTimeout:     90 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.MaxBackoff = 100 * time.Millisecond
	})
}

func baseEndpoint(url string) *string {
	if url == "" {
		return nil
	}
	return &url
}

// lazySQS makes its client at the first call: most environments never queue anything.
type lazySQS struct{ client func() *sqs.Client }

func newLazySQS(e environment) lazySQS {
	return lazySQS{sync.OnceValue(func() *sqs.Client {
		return sqs.New(sqs.Options{
			Region:       e.region,
			Credentials:  e.credentials.provider(),
			BaseEndpoint: baseEndpoint(e.sqsEndpoint),
			HTTPClient:   newHTTPClient(),
			Retryer:      newRetryer(),
		})
	})}
}

func (l lazySQS) SendMessage(ctx context.Context, in *sqs.SendMessageInput, opts ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return l.client().SendMessage(ctx, in, opts...)
}

func (l lazySQS) ChangeMessageVisibility(ctx context.Context, in *sqs.ChangeMessageVisibilityInput, opts ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	return l.client().ChangeMessageVisibility(ctx, in, opts...)
}

// keyFetcher returns what reads the SaaS key from Parameter Store. The client is made by the
// first fetch, which runs beside the first Runtime API poll.
func keyFetcher(e environment, log *slog.Logger) func(context.Context) (secret.Secret, error) {
	client := sync.OnceValue(func() *ssm.Client {
		return ssm.New(ssm.Options{
			Region:       e.region,
			Credentials:  e.credentials.provider(),
			BaseEndpoint: baseEndpoint(e.ssmEndpoint),
			HTTPClient:   newHTTPClient(),
			Retryer:      newRetryer(),
		})
	})
	return func(ctx context.Context) (secret.Secret, error) {
		key, err := readKey(ctx, client(), e.keyParameter)
		if err != nil {
			log.LogAttrs(ctx, slog.LevelError, "reading SaaS key",
				slog.String("parameter", e.keyParameter), slog.String("err", err.Error()))
		}
		return key, err
	}
}

// readKey returns the key, or an error without a word that the service wrote.
func readKey(ctx context.Context, client *ssm.Client, parameter string) (secret.Secret, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &parameter, WithDecryption: aws.Bool(true)})
	switch {
	case err != nil:
		return secret.Secret{}, awserror.Hide(err)
	case out.Parameter == nil || out.Parameter.Value == nil:
		return secret.Secret{}, errors.New("no value")
	}
	return secret.Key(*out.Parameter.Value)
}
