package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/local/program"
)

// stack is what a program is run as.
type stack struct {
	folder     string // the project's
	project    stackfile.Project
	name       string
	config     map[string]string
	secretKeys []string
	without    []string
	// environments says that the stack's file imports ESC environments.
	environments bool
}

// loadStack reads the stack file of the project, with some keys replaced. Secrets have their values from the
// environment, or something random.
func loadStack(f flags, replaced map[string]string, getenv func(string) string) (*stack, error) {
	s := &stack{folder: cmp.Or(f.project, "."), name: f.stack, without: f.without}
	s.environments = stackfile.Environments(s.folder, s.name)
	var err error
	if s.project, err = stackfile.ReadProject(s.folder); err != nil {
		return nil, err
	}
	if s.config, s.secretKeys, err = stackfile.Load(s.folder, f.stack); err != nil {
		return nil, s.explain(err)
	}
	maps.Copy(s.config, replaced)
	for _, key := range s.secretKeys {
		given := getenv(contract.LocalSecretVariable(s.short(key)))
		switch value := s.config[key]; {
		case value == "":
			s.config[key] = cmp.Or(given, rand.Text())
		case strings.ContainsAny(value[:1], "{["): // with secrets in it, which are empty
			s.config[key] = cmp.Or(given, value)
		}
	}
	return s, nil
}

// platformNamespace is the name space of the platform's keys in every project.
const platformNamespace = "onefront:"

// short is a key without the name spaces that a project may leave out.
func (s *stack) short(key string) string {
	if rest, own := strings.CutPrefix(key, s.project.Name+":"); own {
		return rest
	}
	return strings.TrimPrefix(key, platformNamespace)
}

// drained are the regions that the platform's configuration drains, for people to see; what it means is in the graph.
func (s *stack) drained() (regions []string) {
	for _, namespace := range []string{platformNamespace, s.project.Name + ":"} {
		if json.Unmarshal([]byte(s.config[namespace+"drainedRegions"]), &regions) == nil {
			return regions
		}
	}
	return nil
}

// explain adds to an error why a stack that imports ESC environments may lack something.
func (s *stack) explain(err error) error {
	if !s.environments {
		return err
	}
	return errors.Join(err, fmt.Errorf("%s: environment: local mode opens no ESC environments, so what they set is missing: set it in a stack file for local mode, such as Pulumi.local.yaml with -stack local, and secrets in %s",
		"Pulumi."+s.name+".yaml", "ONEFRONT_SECRET_<KEY>"))
}

// recording are the surroundings of a program that is run to be recorded.
type recording struct {
	// key is the SaaS's, for a program that has one.
	key string
	// output takes what program and compiler say by themselves, hear what the program says to the engine.
	output io.Writer
	hear   func(graph.Message)
	log    *slog.Logger
}

// record builds the project's program, runs it as the stack and returns what it registers. It ends with ctx.
func (s *stack) record(ctx context.Context, r recording) (*graph.Graph, error) {
	executable, err := program.Build(ctx, s.project, r.output)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, executable, r)
}

func (s *stack) run(ctx context.Context, executable string, r recording) (*graph.Graph, error) {
	root, err := filepath.Abs(s.folder)
	if err != nil {
		return nil, err
	}
	g, err := graph.Run(ctx, graph.Program{
		Path: executable, Dir: root, Output: r.output,
		Env: append(os.Environ(), contract.LocalVariable+"="+runtime.GOOS+"/"+runtime.GOARCH, upstreamKeyVariable+"="+r.key),
	}, graph.Options{
		Project: s.project.Name, Stack: s.name, Root: root, Config: s.config, SecretKeys: s.secretKeys,
		Without: s.without, Say: r.hear, Logger: r.log,
	})
	if err != nil {
		return nil, s.explain(err)
	}
	return g, nil
}
