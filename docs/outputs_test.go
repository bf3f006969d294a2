package docs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// outputsSchema is what frontend builds may rely on.
func outputsSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("outputs.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func parsed(t *testing.T, content []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// goldenOutputs are the outputs in the golden graphs, by file.
func goldenOutputs(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../infra/feedback/testdata/graph.*.golden.json")
	if err != nil || len(names) < 2 {
		t.Fatalf("%d golden graphs, %v", len(names), err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		var graph struct{ Outputs json.RawMessage }
		if err := json.Unmarshal([]byte(read(t, name)), &graph); err != nil {
			t.Fatal(err)
		}
		all[name] = graph.Outputs
	}
	return all
}

// What the program exports has the form that the schema promises.
func TestOutputs_followTheSchema(t *testing.T) {
	t.Parallel()
	schema := outputsSchema(t)
	for name, outputs := range goldenOutputs(t) {
		if err := schema.Validate(parsed(t, outputs)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema is no formality: what would break a frontend's build is against it.
func TestOutputs_schemaRefuses(t *testing.T) {
	t.Parallel()
	schema := outputsSchema(t)
	outputs := goldenOutputs(t)["../infra/feedback/testdata/graph.prod.golden.json"]
	for name, change := range map[string]func(map[string]any){
		"an output is gone":        func(o map[string]any) { delete(o, "apiUrl") },
		"an output is new":         func(o map[string]any) { o["apiURL"] = "https://example.com/api" },
		"a type is another":        func(o map[string]any) { o["aliases"] = "example.com" },
		"no https":                 func(o map[string]any) { o["siteUrl"] = "http://example.com" },
		"a slash at the end":       func(o map[string]any) { o["apiUrl"] = "https://example.com/api/" },
		"no region":                func(o map[string]any) { o["regions"] = []any{} },
		"a region without a name":  func(o map[string]any) { delete(o["regions"].([]any)[0].(map[string]any), "region") },
		"a variable is gone":       func(o map[string]any) { delete(o["frontendEnv"].(map[string]any), "VITE_API_URL") },
		"a variable that is a key": func(o map[string]any) { o["frontendEnv"].(map[string]any)["VITE_API_KEY"] = "key" },
	} {
		changed := parsed(t, outputs).(map[string]any)
		change(changed)
		if err := schema.Validate(changed); err == nil {
			t.Errorf("taken although %s", name)
		}
	}
}

// The documented table of outputs is the schema's list.
func TestConfiguration_outputs(t *testing.T) {
	t.Parallel()
	var schema struct{ Properties map[string]any }
	if err := json.Unmarshal([]byte(read(t, "outputs.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	for _, name := range firstCells(section(t, read(t, "configuration.md"), "Outputs")) {
		if _, known := schema.Properties[name]; !known {
			t.Errorf("configuration.md names an output %s that the schema does not have", name)
		}
	}
	for name := range goldenOutputs(t) {
		var outputs map[string]any
		if err := json.Unmarshal(goldenOutputs(t)[name], &outputs); err != nil {
			t.Fatal(err)
		}
		for output := range outputs {
			if !slices.Contains(firstCells(section(t, read(t, "configuration.md"), "Outputs")), output) {
				t.Errorf("%s exports %s, which configuration.md does not name", name, output)
			}
		}
	}
}

// The outputs of a real stack follow the schema: ONEFRONT_OUTPUTS names a stack of the backend that the Pulumi CLI is
// logged in to.
func TestOutputs_ofARealStack(t *testing.T) {
	t.Parallel()
	stack := os.Getenv("ONEFRONT_OUTPUTS")
	if stack == "" {
		t.Skip("ONEFRONT_OUTPUTS names no stack to look at")
	}
	command := exec.CommandContext(t.Context(), "pulumi", "stack", "output", "--json", "--stack", stack)
	command.Dir = ".."
	content, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := outputsSchema(t).Validate(parsed(t, content)); err != nil {
		t.Error(err)
	}
	if strings.Contains(string(content), "[secret]") {
		t.Error("an output is a secret")
	}
}
