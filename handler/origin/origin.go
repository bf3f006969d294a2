package origin

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/handler/secret"
	"github.com/onefront/onefront/handler/telemetry"
)

// Forbidden is the detail of the 403.
const Forbidden = "This API is reached through its site only."

// Config is what an Origin needs.
type Config struct {
	// Region stands on every answer and in every line. Required.
	Region string
	// Secrets are accepted, empty ones left out; at least one is required.
	Secrets []secret.Secret
	// Log takes one line a request; nil for functions that write their own.
	Log *slog.Logger
	// Elapsed is the time since some fixed moment of the process; nil for the process's clock.
	Elapsed func() time.Duration
}

// Origin guards a function. It is safe for concurrent use.
type Origin struct {
	Config
	accepted [][sha256.Size]byte
}

// New returns an Origin, or an error that says what is missing: an Origin that accepts everybody cannot be made.
func New(config Config) (*Origin, error) {
	o := &Origin{Config: config}
	for _, s := range config.Secrets {
		if !s.IsZero() {
			o.accepted = append(o.accepted, sha256.Sum256([]byte(s.Reveal())))
		}
	}
	if len(o.accepted) == 0 {
		return nil, errors.New("no origin secret: without one the function would answer who goes round CloudFront")
	}
	if config.Region == "" {
		return nil, errors.New("no region")
	}
	if o.Elapsed == nil {
		start := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(start) }
	}
	return o, nil
}

// Secrets reads the accepted secrets from the environment. The current one is required.
func Secrets(get func(string) string) ([]secret.Secret, error) {
	if get(contract.OriginSecretVariable) == "" {
		return nil, fmt.Errorf("environment variable %s: is not set", contract.OriginSecretVariable)
	}
	return []secret.Secret{
		secret.New(get(contract.OriginSecretVariable)),
		secret.New(get(contract.PreviousOriginSecretVariable)),
		secret.New(get(contract.NextOriginSecretVariable)),
	}, nil
}

// FromEnvironment returns the Origin that the program configured for this function, and reports all that is missing at
// once. Lines are JSON on stdout.
func FromEnvironment(get func(string) string) (*Origin, error) {
	secrets, err := Secrets(get)
	if get(contract.RegionVariable) == "" {
		err = errors.Join(err, fmt.Errorf("environment variable %s: is not set", contract.RegionVariable))
	}
	if err != nil {
		return nil, err
	}
	return New(Config{
		Region: get(contract.RegionVariable), Secrets: secrets,
		Log: telemetry.NewLogger(os.Stdout, telemetry.ParseLevel(get(contract.LogLevelVariable))),
	})
}

// Accepts compares what was sent with every accepted secret, in constant time, also over different lengths. A header
// sent twice arrives joined and matches none.
func (o *Origin) Accepts(sent string) bool {
	sum, equal := sha256.Sum256([]byte(sent)), 0
	for i := range o.accepted {
		equal |= subtle.ConstantTimeCompare(o.accepted[i][:], sum[:])
	}
	return equal == 1
}

// mustFromEnvironment ends the process where the environment lacks something: Lambda reports an init error.
func mustFromEnvironment() *Origin {
	o, err := FromEnvironment(os.Getenv)
	if err != nil {
		telemetry.NewLogger(os.Stdout, slog.LevelInfo).Error("starting function", slog.String("err", err.Error()))
		os.Exit(1)
	}
	return o
}

var (
	secretKey     = strings.ToLower(contract.OriginSecretHeader)
	regionKey     = strings.ToLower(contract.RegionHeader)
	cloudFrontKey = strings.ToLower(contract.CloudFrontIDHeader)
)
