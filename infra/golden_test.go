package infra_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden graphs")

// TestGolden holds the whole graph of both committed stacks. A change here is a change of what the next preview
// shows: read it line by line before you accept it with `make golden`.
func TestGolden(t *testing.T) {
	projectFiles(t)
	for _, stack := range []string{"prod", "staging"} {
		t.Run(stack, func(t *testing.T) {
			got, err := record(t, stack, nil).Golden()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("infra", "testdata", "graph."+stack+".golden.json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("graph of %s differs (-golden +now); `make golden` accepts it:\n%s", stack, diff)
			}
		})
	}
}
