package ssm

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"go.uber.org/goleak"

	"github.com/onefront/onefront/graph"
)

// The Pulumi SDK's logger, which package graph brings in, keeps one goroutine for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func node(region, name string, inputs map[string]any) *graph.Resource {
	return &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + parameterType + "::" + name + "-" + region, Type: parameterType, Region: region,
		Inputs: inputs, Secrets: []string{"value"},
		Outputs: map[string]any{"name": name, "arn": "arn:aws:ssm:" + region + ":123456789012:parameter/" + name, "version": 1.0},
	}
}

func client(t *testing.T, s *Service, region string) *sdk.Client {
	t.Helper()
	server := httptest.NewServer(s.Handler(region))
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{
		Region: region, BaseEndpoint: aws.String(server.URL), HTTPClient: server.Client(), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	})
}

func TestGetParameter(t *testing.T) {
	s, err := New(graph.New(
		node("eu-west-1", "saas-key", map[string]any{"type": "SecureString", "value": "the key"}),
		node("us-east-1", "saas-key", map[string]any{"type": "SecureString", "value": "another key"}),
		node("eu-west-1", "plain", map[string]any{"type": "String", "value": "text"}),
	).Read())
	if err != nil {
		t.Fatal(err)
	}
	eu := client(t, s, "eu-west-1")
	for name, want := range map[string]string{
		"saas-key":   "the key",
		"saas-key:1": "the key",
		"arn:aws:ssm:eu-west-1:123456789012:parameter/saas-key": "the key",
		"plain": "text",
	} {
		got, err := eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err != nil || *got.Parameter.Value != want || got.Parameter.Version != 1 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{"plain": "", "plain:1": ":1", "arn:aws:ssm:eu-west-1:123456789012:parameter/plain": ""} {
		got, err := eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: &name})
		if err != nil || aws.ToString(got.Parameter.Selector) != want {
			t.Errorf("%s: selector %q, %v, want %q", name, aws.ToString(got.Parameter.Selector), err, want)
		}
	}
	got, err := client(t, s, "us-east-1").GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("saas-key"), WithDecryption: aws.Bool(true)})
	if err != nil || *got.Parameter.Value != "another key" || got.Parameter.Type != types.ParameterTypeSecureString {
		t.Errorf("other region: %v, %v", got, err)
	}
	// Without WithDecryption a SecureString stays encrypted and a String does not care.
	got, err = eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("saas-key")})
	if err != nil || *got.Parameter.Value != encrypted {
		t.Errorf("without decryption: %v, %v", got, err)
	}
	got, err = eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("plain")})
	if err != nil || *got.Parameter.Value != "text" {
		t.Errorf("plain: %v, %v", got, err)
	}
	var notFound *types.ParameterNotFound
	if _, err := eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("none")}); !errors.As(err, &notFound) {
		t.Errorf("unknown name: %v", err)
	}
	var noVersion *types.ParameterVersionNotFound
	if _, err := eu.GetParameter(t.Context(), &sdk.GetParameterInput{Name: aws.String("plain:2")}); !errors.As(err, &noVersion) {
		t.Errorf("unknown version: %v", err)
	}
	both, err := eu.GetParameters(t.Context(), &sdk.GetParametersInput{Names: []string{"plain", "none"}})
	if err != nil || len(both.Parameters) != 1 || len(both.InvalidParameters) != 1 {
		t.Errorf("GetParameters: %+v, %v", both, err)
	}
	if _, err := eu.DeleteParameter(t.Context(), &sdk.DeleteParameterInput{Name: aws.String("plain")}); err == nil || !strings.Contains(err.Error(), "UnknownOperationException") {
		t.Errorf("DeleteParameter: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(text, "key\"") || strings.Contains(text, "the key") {
		t.Errorf("printing the service shows a value: %s", text)
	}
}

// A parameter takes a new value, which functions read, until everything is reset.
func TestPutParameter(t *testing.T) {
	s, err := New(graph.New(
		node("eu-west-1", "/onefront/test/drain", map[string]any{"type": "String", "value": "-"}),
		node("us-east-1", "/onefront/test/drain", map[string]any{"type": "String", "value": "-"}),
	).Read())
	if err != nil {
		t.Fatal(err)
	}
	eu, name := client(t, s, "eu-west-1"), aws.String("/onefront/test/drain")
	value := func(c *sdk.Client) string {
		got, err := c.GetParameter(t.Context(), &sdk.GetParameterInput{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(*got.Parameter.Value, " ", got.Parameter.Version)
	}
	put, err := eu.PutParameter(t.Context(), &sdk.PutParameterInput{Name: name, Value: aws.String("drained"), Overwrite: aws.Bool(true)})
	if err != nil || put.Version != 2 || value(eu) != "drained 2" || value(client(t, s, "us-east-1")) != "- 1" {
		t.Errorf("%+v, %v, then %s", put, err, value(eu))
	}
	for want, in := range map[string]*sdk.PutParameterInput{
		"ParameterAlreadyExists":         {Name: name, Value: aws.String("-")},
		"HierarchyTypeMismatchException": {Name: name, Value: aws.String("-"), Overwrite: aws.Bool(true), Type: types.ParameterTypeSecureString},
		"makes no other":                 {Name: aws.String("/onefront/test/other"), Value: aws.String("-"), Type: types.ParameterTypeString},
		"greater than or equal to 1":     {Name: name, Value: aws.String(""), Overwrite: aws.Bool(true)},
		"4096 characters":                {Name: name, Value: aws.String(strings.Repeat("x", 4097)), Overwrite: aws.Bool(true)},
		"neither AllowedPattern":         {Name: name, Value: aws.String("-"), Overwrite: aws.Bool(true), AllowedPattern: aws.String("x")},
	} {
		if _, err := eu.PutParameter(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if value(eu) != "drained 2" {
		t.Errorf("a write that was refused changed it to %s", value(eu))
	}
	s.Reset()
	if value(eu) != "- 1" {
		t.Errorf("after a reset: %s", value(eu))
	}
}

func TestNew_refuses(t *testing.T) {
	for want, resources := range map[string][]*graph.Resource{
		`type: "Secret": want String, StringList or SecureString`: {node("eu-west-1", "a", map[string]any{"type": "Secret", "value": "v"})},
		"another parameter of eu-west-1 has it already":           {node("eu-west-1", "a", map[string]any{"type": "String"}), node("eu-west-1", "a", map[string]any{"type": "String"})},
		"color": {node("eu-west-1", "a", map[string]any{"type": "String", "color": "red"})},
	} {
		if _, err := New(graph.New(resources...).Read()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
