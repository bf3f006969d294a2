package graph

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type decoded struct {
	Name      string            `json:"name"`
	Timeout   int               `json:"timeout"`
	Rate      float64           `json:"rate"`
	Enabled   *bool             `json:"enabled"`
	Methods   []string          `json:"methods"`
	Variables map[string]string `json:"variables"`
	Code      Archive           `json:"code"`
	Source    Asset             `json:"source"`
	Nested    []struct {
		ID string `json:"id"`
	} `json:"nested"`
	Any  any            `json:"any"`
	Tags NoLocalMeaning `json:"tags"` // only shown in the console
}

func TestDecode_readsWhatIsKnown(t *testing.T) {
	yes := true
	r := &Resource{URN: "urn", Inputs: map[string]any{
		"name": "api", "timeout": 10.0, "rate": 0.5, "enabled": true,
		"methods": []any{"GET", "HEAD"}, "variables": map[string]any{"a": "b"},
		"code": Archive{Path: "x.zip"}, "source": Asset{Path: "y"},
		"nested": []any{map[string]any{"id": "one"}}, "any": []any{1.0},
		"tags": map[string]any{"whatever": []any{"it", "is"}},
	}}
	got := decoded{}
	if err := r.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := decoded{
		Name: "api", Timeout: 10, Rate: 0.5, Enabled: &yes, Methods: []string{"GET", "HEAD"},
		Variables: map[string]string{"a": "b"}, Code: Archive{Path: "x.zip"}, Source: Asset{Path: "y"}, Any: []any{1.0},
	}
	want.Nested = append(want.Nested, struct {
		ID string `json:"id"`
	}{"one"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecode_absentKeepsDefaults(t *testing.T) {
	got := decoded{Timeout: 3}
	if err := (&Resource{Inputs: map[string]any{"name": nil}}).Decode(&got); err != nil || got.Timeout != 3 {
		t.Errorf("got %d, %v", got.Timeout, err)
	}
}

func TestDecode_refusesTheRest(t *testing.T) {
	cases := []struct {
		name   string
		inputs map[string]any
		want   string
	}{
		{"unknown property", map[string]any{"colour": "red"}, `urn: colour: "red": local mode does not know this property of a:b/c:C`},
		{"unknown property inside a list", map[string]any{"nested": []any{map[string]any{"id": "x", "no": 1.0}}}, `urn: nested[0].no: 1: local mode does not know`},
		{"fraction", map[string]any{"timeout": 1.5}, `urn: timeout: 1.5: want int`},
		{"text for a number", map[string]any{"timeout": "10"}, `urn: timeout: "10": want int`},
		{"object for a list", map[string]any{"methods": map[string]any{}}, `urn: methods: {}: want a list`},
		{"asset for an archive", map[string]any{"code": Asset{}}, `urn: code: {"Path":"","Text":""}: want an archive`},
		{"a secret's value", map[string]any{"hidden": "s3cr3t"}, `urn: hidden: [secret]: local mode does not know`},
		{"an object with a secret in it", map[string]any{"outer": map[string]any{"in": "s3cr3t"}}, `urn: outer: [secret]: local mode does not know`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &Resource{URN: "urn", Type: "a:b/c:C", Inputs: c.inputs, Secrets: []string{"hidden", "outer.in"}}
			err := r.Decode(&decoded{})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestDecode_reportsEverythingAtOnce(t *testing.T) {
	r := &Resource{URN: "urn", Inputs: map[string]any{"b": 1.0, "a": 2.0, "timeout": "x"}}
	err := r.Decode(&decoded{})
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || !slices.IsSorted(lines) {
		t.Errorf("got %q", lines)
	}
}
