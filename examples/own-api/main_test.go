package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/infra"
)

// record runs the program for a stack, without a compiler.
func record(t *testing.T, stack string) *graph.Graph {
	t.Helper()
	config, secrets, err := stackfile.Load(".", stack)
	if err != nil {
		t.Fatal(err)
	}
	config["onefront:sessionKey"] = "canary-session-key"
	// A zip without a file stands for handlers that need no compiler.
	zip := filepath.Join(t.TempDir(), "handler.zip")
	if err := os.WriteFile(zip, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(context.Context, string) (infra.HandlerZip, error) {
		return infra.HandlerZip{Path: zip, Version: "000000000000"}, nil
	}
	g, err := graph.Record(infra.DeployWith(orders, build), graph.Options{
		Project: "orders", Stack: stack, Config: config, SecretKeys: append(secrets, "onefront:sessionKey"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Whoever skips the key is asked for it by the first preview, by name and by the command that sets it.
func TestSecret_isAskedFor(t *testing.T) {
	config, secrets, err := stackfile.Load(".", "staging")
	if err != nil {
		t.Fatal(err)
	}
	_, err = graph.Record(infra.Deploy(orders), graph.Options{Project: "orders", Stack: "staging", Config: config, SecretKeys: secrets})
	if err == nil || !strings.Contains(err.Error(), "onefront:sessionKey") || !strings.Contains(err.Error(), "pulumi config set --secret onefront:sessionKey") {
		t.Errorf("got %v", err)
	}
}

// One table, in the home region, with a replica in each other region.
func TestTable_hasAReplicaPerRegion(t *testing.T) {
	for stack, want := range map[string]string{"staging": "us-west-2", "prod": "us-west-2 ap-northeast-1"} {
		tables := record(t, stack).ByType("aws:dynamodb/table:Table")
		if len(tables) != 1 || tables[0].Region != "eu-central-1" || tables[0].Inputs["name"] != stack+"-orders" {
			t.Fatalf("%s: tables %+v", stack, tables)
		}
		var replicas []string
		for _, replica := range tables[0].Inputs["replicas"].([]any) {
			replicas = append(replicas, replica.(map[string]any)["regionName"].(string))
		}
		if got := strings.Join(replicas, " "); got != want {
			t.Errorf("%s: replicas in %s, want %s", stack, got, want)
		}
		if protected := tables[0].Inputs["deletionProtectionEnabled"]; protected != (stack == "prod") {
			t.Errorf("%s: protected %v", stack, protected)
		}
	}
}

// Only the function that keeps orders may, only in its own region's replica; only it reads the key of sessions.
func TestFunctions_mayWhatTheyNeed(t *testing.T) {
	g := record(t, "prod")
	mayTable, mayKey := 0, 0
	for _, policy := range g.ByType("aws:iam/rolePolicy:RolePolicy") {
		document, _ := policy.Inputs["policy"].(string)
		table, key := strings.Contains(document, "dynamodb:"), strings.Contains(document, "ssm:GetParameter") && strings.Contains(policy.Name, "orders")
		if table {
			mayTable++
			if !strings.Contains(document, "arn:aws:dynamodb:"+policy.Region+":123456789012:table/prod-orders") || strings.Contains(document, "dynamodb:*") {
				t.Errorf("%s: %s", policy.Name, document)
			}
		}
		if key {
			mayKey++
		}
		if (table || key) != strings.HasPrefix(policy.Name, "orders") {
			t.Errorf("%s: table %v, key %v", policy.Name, table, key)
		}
	}
	if mayTable != 3 || mayKey != 3 {
		t.Errorf("%d policies for the table, %d for the key, want one of each per region", mayTable, mayKey)
	}
}

// The key of sessions is in the parameters of SSM and nowhere else.
func TestSecret_staysSecret(t *testing.T) {
	g := record(t, "prod")
	golden, err := g.Golden()
	if err != nil || strings.Contains(string(golden), "canary-session-key") {
		t.Errorf("the key is in the graph in plain text, %v", err)
	}
	if parameters := g.ByType("aws:ssm/parameter:Parameter"); len(parameters) < 3 {
		t.Errorf("%d parameters", len(parameters))
	}
}

// The catalogue is cached by language alone, and what belongs to a person is not cached at all.
func TestEdge_cachesTheCatalogueOnly(t *testing.T) {
	g := record(t, "staging")
	distribution := g.ByType("aws:cloudfront/distribution:Distribution")[0]
	caching := map[string]bool{}
	for _, b := range distribution.Inputs["orderedCacheBehaviors"].([]any) {
		behavior := b.(map[string]any)
		policy, _ := behavior["cachePolicyId"].(string)
		// CachingDisabled:
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
		caching[behavior["pathPattern"].(string)] = policy != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	}
	if !caching["/api/products"] || caching["/api/*"] {
		t.Errorf("cached: %v", caching)
	}
}
