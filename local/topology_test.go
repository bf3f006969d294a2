package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/infra"
	"github.com/onefront/onefront/local/lambda/lambdatest"
)

// A resource that no room takes stops the start, whatever else the graph holds.
func TestNewTopology_refusesWhatNobodyTook(t *testing.T) {
	saas := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	f := flags{stack: "prod", upstream: saas, cacheLimitMiB: 1, pop: "FRA"}
	s, err := loadStack(f, nil, saas)
	if err != nil {
		t.Fatal(err)
	}
	handler := lambdatest.WriteZip(t, "bootstrap", []byte("#!/bin/false"), 0o755)
	recorded, err := s.record(t.Context(), func(context.Context, string) (infra.HandlerZip, error) {
		return infra.HandlerZip{Path: handler, Version: "000000000000"}, nil
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	start := func(more ...*graph.Resource) error {
		g := graph.New(append(more, recorded.Resources...)...)
		topology, err := newTopology(g, s, f, slog.New(slog.DiscardHandler), "127.0.0.1:1")
		if err == nil {
			topology.close()
		}
		return err
	}
	if err := start(); err != nil {
		t.Fatalf("the stack itself: %v", err)
	}
	table := &graph.Resource{URN: "urn:pulumi:prod::onefront::aws:dynamodb/table:Table::x", Type: "aws:dynamodb/table:Table", Name: "x", Custom: true}
	if err := start(table); err == nil || !strings.Contains(err.Error(), table.URN+": local mode does not imitate resources of type aws:dynamodb/table:Table") {
		t.Errorf("with a table: %v", err)
	}
}
