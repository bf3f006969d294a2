package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"github.com/onefront/onefront/gobuild"
	"github.com/onefront/onefront/graph"
)

// notes is the folder of the project that tests serve, unless they say otherwise: a small application, so that the
// platform's tests need no other.
const notes = "local/testdata/notes"

var programs sync.Map // of folders, to what builds and returns the executable

// builtProgram is a project's program, built once and without the race detector for all tests of this process, and kept
// where a start in its folder looks for it.
func builtProgram(folder string) (string, error) {
	build, _ := programs.LoadOrStore(folder, sync.OnceValues(func() (string, error) {
		executable, err := filepath.Abs(filepath.Join(folder, ".onefront", "program", "main"))
		if err != nil {
			return "", err
		}
		work := filepath.Dir(executable)
		if err := os.MkdirAll(work, 0o755); err != nil {
			return "", err
		}
		return executable, gobuild.Run(context.Background(), folder, work, nil, "build", "-buildvcs=false", "-ldflags=-s -w", "-o", executable, ".")
	}))
	return build.(func() (string, error))()
}

// graphs are the recordings so far, by what the program was told. A graph is not changed once it is recorded.
var graphs sync.Map

// recordOnce runs the built program, once for each configuration.
func recordOnce(s *stack, _ context.Context, r recording) (*graph.Graph, error) {
	executable, err := builtProgram(s.folder)
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal([]any{s.folder, s.name, s.config, s.secretKeys, s.without, r.key})
	if err != nil {
		return nil, err
	}
	run, _ := graphs.LoadOrStore(string(told), sync.OnceValues(func() (*graph.Graph, error) {
		g, err := s.run(context.Background(), executable, recording{key: r.key, output: os.Stderr, log: r.log})
		if err == nil && s.folder != "." {
			for _, resource := range g.Resources {
				resource.Inputs = fromHere(s.folder, resource.Inputs).(map[string]any)
			}
		}
		return g, err
	}))
	g, err := run.(func() (*graph.Graph, error))()
	if err == nil {
		for _, m := range g.Messages {
			r.hear(m)
		}
	}
	return g, err
}

// fromHere makes paths of files, which are relative to the project as its program runs there, relative to where the
// tests run.
func fromHere(folder string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = fromHere(folder, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = fromHere(folder, inner)
		}
	case graph.Asset:
		if v.Path != "" && !filepath.IsAbs(v.Path) {
			v.Path = filepath.Join(folder, v.Path)
		}
		return v
	case graph.Archive:
		if !filepath.IsAbs(v.Path) {
			v.Path = filepath.Join(folder, v.Path)
		}
		return v
	}
	return value
}

// withKey is an environment in which the SaaS's key is always the same, so that recordings are shared.
func withKey(getenv func(string) string) func(string) string {
	return func(name string) string {
		if value := getenv(name); value != "" || name != upstreamKeyVariable {
			return value
		}
		return "key-of-all-tests"
	}
}
