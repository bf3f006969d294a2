package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/onefront/onefront/handler/awserror"
	"github.com/onefront/onefront/handler/contract"
)

// environment is all the function reads at its start.
type environment struct {
	region, version, parameter string
	// public is the path for people, secret the one below it that Route 53 asks.
	public, secret string

	ssmEndpoint string // local mode's; empty for the region's own
	credentials aws.Credentials
}

var versionPattern = regexp.MustCompile(`^[0-9a-f]{12}$`)

// readEnvironment reports all that is missing at once.
func readEnvironment(get func(string) string, readFile func(string) ([]byte, error)) (environment, error) {
	var problems []error
	require := func(name string) string {
		value := get(name)
		if value == "" {
			problems = append(problems, fmt.Errorf("environment variable %s: is not set", name))
		}
		return value
	}
	e := environment{
		region: require(contract.RegionVariable), parameter: require(contract.DrainParameterVariable),
		secret: require(contract.HealthPathVariable), ssmEndpoint: get("AWS_ENDPOINT_URL_SSM"),
		credentials: aws.Credentials{
			AccessKeyID: get("AWS_ACCESS_KEY_ID"), SecretAccessKey: get("AWS_SECRET_ACCESS_KEY"), SessionToken: get("AWS_SESSION_TOKEN"),
		},
	}
	if e.secret != "" {
		i := strings.LastIndexByte(e.secret, '/')
		if i <= 0 || i == len(e.secret)-1 || e.secret[0] != '/' {
			// The value is kept from logs.
			problems = append(problems, fmt.Errorf("environment variable %s: not a path such as /api/health/<random>", contract.HealthPathVariable))
		} else {
			e.public = e.secret[:i]
		}
	}
	if root := require(contract.TaskRoot); root != "" {
		file := filepath.Join(root, contract.VersionFile)
		raw, err := readFile(file)
		e.version = strings.TrimSpace(string(raw))
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("the version: %w", err))
		case !versionPattern.MatchString(e.version):
			problems = append(problems, fmt.Errorf("the version in %s: %q: 12 hex digits", file, e.version))
		}
	}
	return e, errors.Join(problems...)
}

// errMissing says that the parameter does not exist.
var errMissing = errors.New("no such parameter")

// parameterReader returns what reads the drain parameter, in one try: the next comes soon.
func parameterReader(e environment) func(context.Context) (string, error) {
	options := ssm.Options{
		Region: e.region, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return e.credentials, nil }),
	}
	if e.ssmEndpoint != "" {
		options.BaseEndpoint = &e.ssmEndpoint
	}
	client := ssm.New(options)
	return func(ctx context.Context) (string, error) {
		out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &e.parameter})
		var missing *types.ParameterNotFound
		switch {
		case errors.As(err, &missing):
			return "", errMissing
		case err != nil:
			return "", awserror.Hide(err)
		case out.Parameter == nil:
			return "", errMissing
		}
		return aws.ToString(out.Parameter.Value), nil
	}
}
