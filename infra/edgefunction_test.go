package infra_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

// edgeName is the role of a function and the digest of its content.
var edgeName = regexp.MustCompile(`^(.{1,30})-([0-9a-f]{12})$`)

// edgeFunctionsAreImmutable: a function that changed in place would name origins before the distribution has them.
func edgeFunctionsAreImmutable(g *graph.Graph) (wrong []string) {
	digests := map[string]string{}
	for _, f := range g.ByType(edgeFunctionToken) {
		name, code := text(f.Inputs, "name"), text(f.Inputs, "code")
		parts := edgeName.FindStringSubmatch(name)
		if parts == nil || f.Name != name || len(name) > 64 {
			wrong = append(wrong, fmt.Sprintf("%s has the physical name %q", f.URN, name))
			continue
		}
		if other, seen := digests[parts[2]]; seen && other != code {
			wrong = append(wrong, fmt.Sprintf("%s shares its digest with another content", f.URN))
		}
		digests[parts[2]] = code
		group := g.ByOutput(logGroupToken, "name", "/aws/cloudfront/function/"+name)
		switch {
		case group == nil || group.Region != "us-east-1" || at(group.Inputs, "retentionInDays") == nil:
			wrong = append(wrong, fmt.Sprintf("%s has no log group in us-east-1 with a retention", f.URN))
		case !slices.Contains(f.DependsOn, group.URN):
			wrong = append(wrong, fmt.Sprintf("%s may log before its group exists", f.URN))
		}
		for _, d := range distributions(g) {
			if !slices.Contains(d.DependsOn, f.URN) {
				wrong = append(wrong, fmt.Sprintf("the distribution does not wait for %s", f.URN))
			}
		}
	}
	return wrong
}

// drainsAreOthers: the key that takes a region out at once is written by people in an emergency. An update must neither
// put it back nor own it, and what chooses between regions must read it.
func drainsAreOthers(g *graph.Graph) (wrong []string) {
	for _, k := range g.ByType(storeKeyToken) {
		if text(k.Inputs, "key") != "now" || text(k.Inputs, "value") != "-" || !slices.Contains(k.IgnoreChanges, "value") {
			wrong = append(wrong, fmt.Sprintf("%s is put back by the next update: %v", k.URN, k.Inputs))
		}
		for _, f := range g.ByType(edgeFunctionToken) {
			chooses := strings.HasPrefix(f.Name, "api-")
			if reads := slices.Contains(texts(f.Inputs, "keyValueStoreAssociations"), text(k.Inputs, "keyValueStoreArn")); reads != chooses {
				wrong = append(wrong, fmt.Sprintf("%s reads the drains: %v", f.URN, reads))
			}
		}
		for _, owned := range g.ByType("aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive") {
			if text(owned.Inputs, "keyValueStoreArn") == text(k.Inputs, "keyValueStoreArn") {
				wrong = append(wrong, owned.URN+" deletes the drains")
			}
		}
	}
	edge := false
	for _, d := range distributions(g) {
		for _, o := range list(d.Inputs, "origins") {
			edge = edge || strings.HasSuffix(text(o, "originId"), "-writes") && strings.Count(text(o, "originId"), "-") > 1
		}
	}
	regions := list(g.Outputs, "regions")
	if want := edge && len(regions) > 1; want != (len(g.ByType(storeKeyToken)) == 1) || want != (g.Outputs["drainStore"] != nil) {
		wrong = append(wrong, fmt.Sprintf("edge routing %v with %d regions, %d keys, drainStore %v", edge, len(regions), len(g.ByType(storeKeyToken)), g.Outputs["drainStore"]))
	}
	return wrong
}

// siteIsThere: what the distribution serves is in the buckets before it names them.
func siteIsThere(g *graph.Graph) (wrong []string) {
	for _, d := range distributions(g) {
		for _, token := range []string{objectToken, "aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive"} {
			for _, r := range g.ByType(token) {
				if !slices.Contains(d.DependsOn, r.URN) {
					wrong = append(wrong, "the distribution serves before "+r.URN+" is there")
				}
			}
		}
	}
	return wrong
}

// Two stacks of one account with equal code do not meet, and another code is another function.
func TestEdgeFunction_names(t *testing.T) {
	projectFiles(t)
	names := func(stack string, replaced map[string]string) (all []string) {
		for _, f := range record(t, stack, replaced).ByType(edgeFunctionToken) {
			all = append(all, text(f.Inputs, "name"))
		}
		return all
	}
	config, secrets := stackConfig(t, "staging", nil)
	other, err := recordConfig("elsewhere", config, secrets)
	if err != nil {
		t.Fatal(err)
	}
	staging := names("staging", nil)
	for _, f := range other.ByType(edgeFunctionToken) {
		same := slices.ContainsFunc(staging, func(name string) bool { return name == text(f.Inputs, "name") })
		if same || len(staging) == 0 {
			t.Errorf("two stacks make %s (of %v)", text(f.Inputs, "name"), staging)
		}
	}
	if again := names("staging", nil); !slices.Equal(again, staging) {
		t.Errorf("the same stack makes %v, then %v", staging, again)
	}
	if changed := names("staging", map[string]string{"onefront:corsOrigins": `["https://app.example.org"]`}); changed[0] == staging[0] {
		t.Errorf("another code is %s still", changed[0])
	}
}

// Queues, distribution and buckets are protected where the stack says so, and what a drained region has is not.
func TestProtect(t *testing.T) {
	projectFiles(t)
	for _, tt := range []struct {
		protect string
		drained string
		open    string // the region whose resources may go; "*" is all
	}{{"true", "[]", ""}, {"true", `["us-east-1"]`, "us-east-1"}, {"false", "[]", "*"}} {
		g := record(t, "prod", map[string]string{"onefront:protect": tt.protect, "onefront:drainedRegions": tt.drained})
		kept := 0
		for _, r := range g.Resources {
			holds := r.Type == "aws:sqs/queue:Queue" || r.Type == bucketToken || r.Type == distributionToken
			want := holds && tt.open != "*" && (r.Region != tt.open || r.Type == distributionToken)
			if r.Protect != want {
				t.Errorf("protect %s, drained %s: %s: protected %v, want %v", tt.protect, tt.drained, r.URN, r.Protect, want)
			}
			if r.Type == bucketToken && r.Inputs["forceDestroy"] != !want {
				t.Errorf("protect %s, drained %s: %s: emptied when deleted: %v", tt.protect, tt.drained, r.URN, r.Inputs["forceDestroy"])
			}
			if want {
				kept++
			}
		}
		if (kept == 0) != (tt.open == "*") {
			t.Errorf("protect %s, drained %s: %d resources are protected", tt.protect, tt.drained, kept)
		}
	}
}

// The hosts that edge routing asks are open unless a stack on dns routing closes them.
func TestCloseExecuteAPI(t *testing.T) {
	projectFiles(t)
	for _, closed := range []bool{false, true} {
		g := record(t, "prod", map[string]string{"onefront:closeExecuteApi": fmt.Sprint(closed)})
		for _, api := range g.ByType(apiToken) {
			if api.Inputs["disableExecuteApiEndpoint"] != closed {
				t.Errorf("closeExecuteApi %v: %s: %v", closed, api.Name, api.Inputs["disableExecuteApiEndpoint"])
			}
		}
		reminded := slices.ContainsFunc(g.Messages, func(m graph.Message) bool { return strings.Contains(m.Text, "set onefront:closeExecuteApi to true") })
		if reminded == closed {
			t.Errorf("closeExecuteApi %v: reminded %v", closed, reminded)
		}
	}
	config, secrets := stackConfig(t, "staging", map[string]string{"onefront:closeExecuteApi": "true"})
	if _, err := recordConfig("staging", config, secrets); err == nil || !strings.Contains(err.Error(), "onefront:closeExecuteApi: \"true\": want false") {
		t.Errorf("edge routing with closed hosts: %v", err)
	}
}
