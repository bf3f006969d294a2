package infra_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/infra"
)

// emptyZip is a zip without a file.
var emptyZip = []byte("PK\x05\x06" + strings.Repeat("\x00", 18))

// noHandler stands for a handler that needs no compiler.
func noHandler(context.Context, string) (infra.HandlerZip, error) {
	path := filepath.Join(os.TempDir(), "onefront-empty.zip")
	if content, err := os.ReadFile(path); err != nil || !bytes.Equal(content, emptyZip) {
		if err := os.WriteFile(path, emptyZip, 0o644); err != nil {
			return infra.HandlerZip{}, err
		}
	}
	return infra.HandlerZip{Path: path, Version: "000000000000"}, nil
}

// project is the project's folder.
var project string

// TestMain runs tests in a folder of their own: a program leaves zips where it runs.
func TestMain(m *testing.M) {
	work, err := os.MkdirTemp("", "onefront-infra-")
	if err == nil {
		project, err = filepath.Abs("..")
	}
	if err == nil {
		err = os.Chdir(work)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(work)
	os.Exit(status)
}

// projectFiles runs the test in the project's folder, where a program runs and where siteDir starts.
func projectFiles(t testing.TB) { t.Chdir(project) }

// stackConfig is the configuration of a stack of testdata, under the project's defaults, with some keys replaced. A
// value of "-" takes a key out.
func stackConfig(t testing.TB, stack string, replaced map[string]string) (map[string]string, []string) {
	t.Helper()
	dir := t.TempDir()
	file := "Pulumi." + stack + ".yaml"
	for to, from := range map[string]string{"Pulumi.yaml": "Pulumi.yaml", file: filepath.Join("infra", "testdata", file)} {
		content, err := os.ReadFile(filepath.Join(project, from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config, secrets, err := stackfile.Load(dir, stack)
	if err != nil {
		t.Fatal(err)
	}
	config["onefront:appKey"] = canaryKey
	if config["onefront:siteDir"] == "site" {
		config["onefront:siteDir"] = "infra/testdata/site"
	}
	maps.Copy(config, replaced)
	maps.DeleteFunc(config, func(_, v string) bool { return v == "-" })
	return config, append(secrets, "onefront:appKey")
}

// canaryKey must appear in the SSM parameters and nowhere else.
const canaryKey = "canary-key-9f3b7a"

func recordConfig(stack string, config map[string]string, secrets []string) (*graph.Graph, error) {
	return graph.Record(infra.DeployWith(notes(), noHandler), graph.Options{Project: "onefront", Stack: stack, Config: config, SecretKeys: secrets})
}

// record runs the program as a stack of testdata with some keys replaced.
func record(t testing.TB, stack string, replaced map[string]string) *graph.Graph {
	t.Helper()
	config, secrets := stackConfig(t, stack, replaced)
	g, err := recordConfig(stack, config, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Type tokens.
const (
	distributionToken = "aws:cloudfront/distribution:Distribution"
	cachePolicyToken  = "aws:cloudfront/cachePolicy:CachePolicy"
	functionToken     = "aws:lambda/function:Function"
	recordToken       = "aws:route53/record:Record"
	healthCheckToken  = "aws:route53/healthCheck:HealthCheck"
	certificateToken  = "aws:acm/certificate:Certificate"
	domainToken       = "aws:apigatewayv2/domainName:DomainName"
	routeToken        = "aws:apigatewayv2/route:Route"
	stageToken        = "aws:apigatewayv2/stage:Stage"
	permissionToken   = "aws:lambda/permission:Permission"
	objectToken       = "aws:s3/bucketObjectv2:BucketObjectv2"
	edgeFunctionToken = "aws:cloudfront/function:Function"
	logGroupToken     = "aws:cloudwatch/logGroup:LogGroup"
	bucketToken       = "aws:s3/bucketV2:BucketV2"
	apiToken          = "aws:apigatewayv2/api:Api"
	storeKeyToken     = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
)

// at follows a path of keys and indices; nil where it ends early.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			l, _ := value.([]any)
			if step >= len(l) {
				return nil
			}
			value = l[step]
		}
	}
	return value
}

func text(value any, path ...any) string {
	s, _ := at(value, path...).(string)
	return s
}

func list(value any, path ...any) []any {
	l, _ := at(value, path...).([]any)
	return l
}

func texts(value any, path ...any) []string {
	var all []string
	for _, item := range list(value, path...) {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

// one returns the only resource of a type.
func one(t testing.TB, g *graph.Graph, token string) *graph.Resource {
	t.Helper()
	all := g.ByType(token)
	if len(all) != 1 {
		t.Fatalf("got %d resources of type %s, want one", len(all), token)
	}
	return all[0]
}

// named returns the resource of a type with a logical name.
func named(t testing.TB, g *graph.Graph, token, name string) *graph.Resource {
	t.Helper()
	for _, r := range g.ByType(token) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no %s named %q", token, name)
	return nil
}

// behaviors returns the ordered behaviors and the default one, in matching order.
func behaviors(d *graph.Resource) []map[string]any {
	var all []map[string]any
	for _, b := range list(d.Inputs, "orderedCacheBehaviors") {
		all = append(all, b.(map[string]any))
	}
	return append(all, d.Inputs["defaultCacheBehavior"].(map[string]any))
}

// findCycle returns the URNs of a dependency cycle, parents included, or nil.
func findCycle(g *graph.Graph) []string {
	const (
		inProgress = 1
		finished   = 2
	)
	state := map[string]int{}
	var visit func(urn string, path []string) []string
	visit = func(urn string, path []string) []string {
		path = append(path, urn)
		switch state[urn] {
		case finished:
			return nil
		case inProgress:
			return path[slices.Index(path, urn):]
		}
		state[urn] = inProgress
		if r := g.ByURN(urn); r != nil {
			for _, next := range append(slices.Clone(r.DependsOn), r.Parent) {
				if next == "" || strings.Contains(next, "pulumi:pulumi:Stack") {
					continue
				}
				if cycle := visit(next, path); cycle != nil {
					return cycle
				}
			}
		}
		state[urn] = finished
		return nil
	}
	for _, r := range g.Resources {
		if cycle := visit(r.URN, nil); cycle != nil {
			return cycle
		}
	}
	return nil
}
