package main

import (
	"os"
	"path/filepath"
	"testing"
)

func goldenFile(t *testing.T, stack string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("infra", "feedback", "testdata", "graph."+stack+".golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// What the program registers in a process of its own is what reviews read.
func TestRecord_givesTheGoldenGraph(t *testing.T) {
	for _, name := range []string{"prod", "staging"} {
		got, err := recordedStack(t, shipped, name).Golden()
		if err != nil {
			t.Fatal(err)
		}
		if want := goldenFile(t, name); string(got) != want {
			t.Errorf("%s: the graph differs from infra/feedback/testdata/graph.%[1]s.golden.json, which infra's own test holds", name)
		}
	}
}
