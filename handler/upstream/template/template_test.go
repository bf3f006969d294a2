package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/onefront/onefront/handler/upstream/template"
)

func lookup(values map[string]any) func(string) any {
	return func(field string) any { return values[field] }
}

func TestFill(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		"id": "1", "message": `say "hi" {{id}}`, "rating": json.Number("4"), "context": map[string]string{"a": "b"}, "context.a": "b",
	}
	tests := map[string]struct{ document, want string }{
		"alone, a value":            {`{"m":"{{message}}"}`, `{"m":"say \"hi\" {{id}}"}`},
		"alone, a number":           {`{"r":"{{rating}}"}`, `{"r":4}`},
		"alone, an object":          {`{"c":"{{context}}"}`, `{"c":{"a":"b"}}`},
		"alone, left out":           {`{"e":"{{email}}"}`, `{"e":null}`},
		"inside a text":             {`{"m":"#{{ id }}: {{message}} ({{rating}}/5){{email}}"}`, `{"m":"#1: say \"hi\" {{id}} (4/5)"}`},
		"an object inside a text":   {`{"m":"{{context}}!"}`, `{"m":"{\"a\":\"b\"}!"}`},
		"an entry of the context":   {`{"m":"{{context.a}}{{context.b}}"}`, `{"m":"b"}`},
		"lists, numbers, constants": {`{"l":["{{id}}",1.50,true,null,{"k":[]}]}`, `{"l":["1",1.50,true,null,{"k":[]}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := template.Parse([]byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			got, err := parsed.Fill(lookup(values))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ document, want string }{
		"no JSON":             {`{`, "a JSON document"},
		"two documents":       {`{} {}`, "nothing after it"},
		"no object":           {`"{{id}}"`, "a JSON object"},
		"unknown placeholder": {`{"a":"{{nobody}}"}`, "placeholder {{nobody}}: want one of id,"},
		"open placeholder":    {`{"a":"{{id"}`, "close the placeholder"},
		"empty context entry": {`{"a":"{{context.}}"}`, "placeholder {{context.}}"},
		"placeholder in name": {`{"{{id}}":1}`, "placeholders in values only"},
		"too deep":            {strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17), "16 levels"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := template.Parse([]byte(tt.document)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}

// TestFill_injection: whatever the visitor sends, the document keeps its shape and holds the
// text unchanged.
func TestFill_injection(t *testing.T) {
	t.Parallel()
	parsed, err := template.Parse([]byte(`{"a":"{{message}}","b":["<{{message}}>"],"c":"{{topic}}"}`))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.SampledFrom([]string{`","admin":true,"x":"`, "{{topic}}", "}}{{id}}", "\r\nX-Evil: 1", `\u0022`, "\u2028</script>"}),
		).Draw(t, "message")
		raw, err := parsed.Fill(lookup(map[string]any{"message": text, "topic": "secret"}))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(map[string]any{"a": text, "b": []any{"<" + text + ">"}, "c": "secret"}, got); diff != "" {
			t.Fatalf("document (-want +got):\n%s", diff)
		}
	})
}
