package main

import (
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// stack answers a stack reference with the outputs of the golden graph.
type stack struct{ outputs map[string]any }

func (s stack) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, resource.PropertyMap{
		"name":    resource.NewProperty(args.Name),
		"outputs": resource.NewPropertyValue(s.outputs),
	}, nil
}

func (s stack) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func TestProgram_readsWhatTheStackExports(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../infra/feedback/testdata/graph.prod.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Outputs map[string]any }
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	got := map[string]any{}
	err = pulumi.RunErr(func(ctx *pulumi.Context) error {
		if err := program(ctx); err != nil {
			return err
		}
		for name, value := range ctx.GetCurrentExportMap() {
			pulumi.ToOutput(value).ApplyT(func(known any) any {
				mu.Lock()
				defer mu.Unlock()
				got[name] = known
				return nil
			})
		}
		return nil
	}, pulumi.WithMocks("reads-onefront", "prod", stack{golden.Outputs}), func(info *pulumi.RunInfo) {
		info.Config = map[string]string{"reads-onefront:onefront": "acme/onefront/prod"}
	})
	if err != nil {
		t.Fatal(err)
	}
	apiURL, _ := golden.Outputs["apiUrl"].(string)
	regions, _ := golden.Outputs["regions"].([]any)
	if apiURL == "" || len(regions) == 0 {
		t.Fatalf("the stack exports %v", golden.Outputs)
	}
	home := regions[0].(map[string]any)["region"]
	if got["checked"] != apiURL+"/health" || got["home"] != home {
		t.Errorf("read %v", got)
	}
	if environment, _ := got["frontendEnv"].(map[string]string); environment["VITE_API_URL"] != apiURL {
		t.Errorf("frontendEnv: %v", got["frontendEnv"])
	}
}
