package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/handler/upstream/settings"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/feedback"
	"github.com/onefront/onefront/redact"
)

// stack is a stack file with what local mode puts in place of it: the SaaS's address and its key.
type stack struct {
	project, name string
	config        map[string]string
	secretKeys    []string
	checked       *config.Config
	upstream      settings.Settings
	key           string // of the SaaS
}

// loadStack reads the stack file of the current folder, with some keys replaced. saas is where the stand-in listens.
func loadStack(f flags, replaced map[string]string, saas *url.URL) (*stack, error) {
	project, err := stackfile.ProjectName(".")
	if err != nil {
		return nil, err
	}
	s := &stack{project: project, name: f.stack, key: f.key}
	if s.config, s.secretKeys, err = stackfile.Load(".", f.stack); err != nil {
		return nil, err
	}
	maps.Copy(s.config, replaced)
	if s.key == "" {
		s.key = rand.Text()
	}
	keyName := config.FullName(project, feedback.KeyAPIKey, s.isSet)
	s.config[keyName] = s.key
	s.secretKeys = append(s.secretKeys, keyName)
	if err = s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", "Pulumi."+f.stack+".yaml", err)
	}
	target := saas
	if f.upstream != nil {
		target = f.upstream
	}
	if err := s.redirectUpstream(target); err != nil {
		return nil, err
	}
	if err = s.check(); err != nil {
		return nil, fmt.Errorf("-upstream %q: %w", redact.URLs(target.String()), err)
	}
	return s, nil
}

func (s *stack) isSet(key string) bool {
	_, ok := s.config[key]
	return ok
}

// check reads the configuration as the program will, and the SaaS's settings.
func (s *stack) check() error {
	checked, err := config.Load(config.Source{
		Project: s.project, Stack: s.name, Configure: infra.Configure(feedback.Application{}),
		Lookup: func(key string) (string, bool) { v, ok := s.config[key]; return v, ok },
		Secret: func(key string) bool { return slices.Contains(s.secretKeys, key) },
	})
	if err != nil {
		return err
	}
	s.checked = checked
	s.upstream, err = settings.Parse([]byte(s.config[config.FullName(s.project, feedback.KeyUpstream, s.isSet)]))
	return err
}

// redirectUpstream moves the SaaS's addresses to target's scheme and host. Their paths stay, except that a target
// with a path of its own is the whole address tickets go to.
func (s *stack) redirectUpstream(target *url.URL) error {
	name := config.FullName(s.project, feedback.KeyUpstream, s.isSet)
	var upstream map[string]any
	if err := json.Unmarshal([]byte(s.config[name]), &upstream); err != nil {
		return fmt.Errorf("config %s: %w", name, err)
	}
	// The checked settings know addresses that the file leaves to a default.
	address, err := moved(s.upstream.URL, target)
	if err != nil {
		return fmt.Errorf("config %s: url: %w", name, err)
	}
	if strings.Trim(target.Path, "/") != "" {
		address = target.String()
	}
	upstream["url"] = address
	if topics := s.upstream.TopicsURL; topics != "" {
		if upstream["topicsUrl"], err = moved(topics, target); err != nil {
			return fmt.Errorf("config %s: topicsUrl: %w", name, err)
		}
	}
	changed, err := json.Marshal(upstream)
	s.config[name] = string(changed)
	return err
}

func moved(address string, to *url.URL) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.Scheme, u.Host = to.Scheme, to.Host
	return u.String(), nil
}

// record runs the program with the stack's configuration. The handler is built with ctx, so that it can be ended.
func (s *stack) record(ctx context.Context, build infra.Builder, log *slog.Logger) (*graph.Graph, error) {
	program := infra.DeployWith(feedback.Application{}, func(_ context.Context, pkg string) (infra.HandlerZip, error) { return build(ctx, pkg) })
	return graph.Record(program, graph.Options{
		Project: s.project, Stack: s.name, Config: s.config, SecretKeys: s.secretKeys, Logger: log,
	})
}
