package main

import (
	"errors"
	"fmt"

	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/upstream/settings"
)

// The values of _HANDLER.
const (
	handlerAPI        = "api"
	handlerRedelivery = "redelivery"
)

// environment is all the function reads from its environment variables, once.
type environment struct {
	handler, region, version, stack, logLevel string

	upstream                           settings.Settings
	keyParameter                       string
	queueURL, deadLettersURL           string
	originSecret, previousOriginSecret secret.Secret

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
		handler:        require("_HANDLER"),
		region:         require("AWS_REGION"),
		version:        require("ONEFRONT_VERSION"),
		stack:          require("ONEFRONT_STACK"),
		logLevel:       get("AWS_LAMBDA_LOG_LEVEL"),
		keyParameter:   require("ONEFRONT_API_KEY_PARAMETER"),
		queueURL:       require("ONEFRONT_QUEUE_URL"),
		deadLettersURL: require("ONEFRONT_DEAD_LETTER_QUEUE_URL"),
		ssmEndpoint:    get("AWS_ENDPOINT_URL_SSM"),
		sqsEndpoint:    get("AWS_ENDPOINT_URL_SQS"),
		credentials: credentials{
			accessKeyID:     get("AWS_ACCESS_KEY_ID"),
			secretAccessKey: secret.New(get("AWS_SECRET_ACCESS_KEY")),
			sessionToken:    secret.New(get("AWS_SESSION_TOKEN")),
		},
	}
	switch e.handler {
	case handlerAPI:
		e.originSecret = secret.New(require("ONEFRONT_ORIGIN_SECRET"))
		e.previousOriginSecret = secret.New(get("ONEFRONT_ORIGIN_SECRET_PREVIOUS"))
	case handlerRedelivery, "":
	default:
		problems = append(problems, fmt.Errorf("environment variable _HANDLER: %q: %s or %s", e.handler, handlerAPI, handlerRedelivery))
	}
	if raw := require("ONEFRONT_UPSTREAM"); raw != "" {
		parsed, err := settings.Parse([]byte(raw))
		if err != nil {
			problems = append(problems, fmt.Errorf("environment variable ONEFRONT_UPSTREAM: %w", err))
		}
		e.upstream = parsed
	}
	return e, errors.Join(problems...)
}
