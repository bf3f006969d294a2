package main

import (
	"errors"
	"fmt"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/origin"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// environment is all the function reads from its environment variables, once.
type environment struct {
	handler, region, stack, logLevel string

	upstream                 settings.Settings
	keyParameter             string
	queueURL, deadLettersURL string
	originSecrets            []secret.Secret

	// endpoints of AWS services other than the region's own; local mode sets them.
	ssmEndpoint, sqsEndpoint string
	credentials              credentials
}

// credentials are the execution role's. Lambda passes them as environment variables and
// nothing else: no file, no metadata service.
type credentials struct {
	accessKeyID                   string
	secretAccessKey, sessionToken secret.Secret
}

// readEnvironment reads everything and reports all that is missing at once.
func readEnvironment(get func(string) string) (environment, error) {
	var problems []error
	require := func(name string) string {
		value := get(name)
		if value == "" {
			problems = append(problems, fmt.Errorf("environment variable %s: is not set", name))
		}
		return value
	}
	e := environment{
		handler:        require(contract.HandlerVariable),
		region:         require(contract.RegionVariable),
		stack:          require(contract.StackVariable),
		logLevel:       get(contract.LogLevelVariable),
		keyParameter:   require(settings.APIKeyParameterVariable),
		queueURL:       require(settings.QueueURLVariable),
		deadLettersURL: require(settings.DeadLettersURLVariable),
		ssmEndpoint:    get("AWS_ENDPOINT_URL_SSM"),
		sqsEndpoint:    get("AWS_ENDPOINT_URL_SQS"),
		credentials: credentials{
			accessKeyID:     get("AWS_ACCESS_KEY_ID"),
			secretAccessKey: secret.New(get("AWS_SECRET_ACCESS_KEY")),
			sessionToken:    secret.New(get("AWS_SESSION_TOKEN")),
		},
	}
	switch e.handler {
	case settings.HandlerAPI:
		secrets, err := origin.Secrets(get)
		if err != nil {
			problems = append(problems, err)
		}
		e.originSecrets = secrets
	case settings.HandlerRedelivery, "":
	default:
		problems = append(problems, fmt.Errorf("environment variable _HANDLER: %q: %s or %s", e.handler, settings.HandlerAPI, settings.HandlerRedelivery))
	}
	if raw := require(settings.Variable); raw != "" {
		parsed, err := settings.Parse([]byte(raw))
		if err != nil {
			problems = append(problems, fmt.Errorf("environment variable %s: %w", settings.Variable, err))
		}
		e.upstream = parsed
	}
	return e, errors.Join(problems...)
}
