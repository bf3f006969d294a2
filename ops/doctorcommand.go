package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/program"
)

// doctor records the program of the current folder as a deployment would run it, and asks the account for what that
// needs.
func (c *command) doctor(ctx context.Context) error {
	resolver, err := newResolver()
	if err != nil {
		return err
	}
	c.note("building the program and recording stack %s", c.flags.stack)
	g, all, err := recorded(ctx, c.flags.stack, c.stderr)
	if err != nil {
		return err
	}
	p := newPatient(needsOf(g), c.cloud, resolver)
	return c.report(append(all, p.examine(ctx)...))
}

// recorded is the program's graph. What the program refuses in this stack's configuration, a secret that is not set
// among it, is a finding; it is then run once more as local mode would, with secrets drawn, so that the rest can be
// asked, too.
func recorded(ctx context.Context, stack string, say io.Writer) (*graph.Graph, []finding, error) {
	project, err := stackfile.ReadProject(".")
	if err != nil {
		return nil, nil, err
	}
	config, secretKeys, err := stackfile.Load(".", stack)
	if err != nil {
		return nil, nil, err
	}
	set := stackfile.Secrets(".", stack)
	for _, key := range secretKeys {
		switch {
		case config[key] != "":
		case slices.Contains(set, key): // encrypted: that it is there is all that is asked
			config[key] = rand.Text()
		default:
			delete(config, key) // declared and not set
		}
	}
	executable, err := program.Build(ctx, project, say)
	if err != nil {
		return nil, nil, err
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, nil, err
	}
	run := func(strict bool, environment ...string) (*graph.Graph, error) {
		return graph.Run(ctx, graph.Program{Path: executable, Output: say, Strict: strict, Env: append(os.Environ(), environment...)}, graph.Options{
			Project: project.Name, Stack: stack, Root: root, Config: config, SecretKeys: secretKeys,
		})
	}
	const question = "configuration"
	g, refused := run(true)
	if refused == nil {
		return g, []finding{{Question: question, Subject: stack, Level: good, Found: "the program takes it"}}, nil
	}
	var all []finding
	for line := range strings.Lines(refused.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, finding{Question: question, Subject: stack, Level: blocker, Found: line})
		}
	}
	if g, err = run(false, contract.LocalVariable+"="+runtime.GOOS+"/"+runtime.GOARCH); err != nil {
		return nil, nil, refused
	}
	return g, all, nil
}
