package main

import (
	"context"
	"encoding/json"
	"os"
	"sync"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/local/program"
)

// builtProgram is the project's program, built once and without the race detector for all tests of this process, and
// kept in the folder where the next ones find it.
var builtProgram = sync.OnceValues(func() (string, error) {
	project, err := stackfile.ReadProject(".")
	if err != nil {
		return "", err
	}
	return program.Build(context.Background(), project, os.Stderr)
})

// graphs are the recordings so far, by what the program was told. A graph is not changed once it is recorded.
var graphs sync.Map

// recordOnce runs the built program, once for each configuration.
func recordOnce(s *stack, _ context.Context, r recording) (*graph.Graph, error) {
	executable, err := builtProgram()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal([]any{s.name, s.config, s.secretKeys, s.without, r.key})
	if err != nil {
		return nil, err
	}
	run, _ := graphs.LoadOrStore(string(told), sync.OnceValues(func() (*graph.Graph, error) {
		return s.run(context.Background(), executable, recording{key: r.key, output: os.Stderr, log: r.log})
	}))
	g, err := run.(func() (*graph.Graph, error))()
	if err == nil {
		for _, m := range g.Messages {
			r.hear(m)
		}
	}
	return g, err
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
