package lambda

import (
	"github.com/onefront/onefront/local/graph"
)

type eventSourceMapping struct{}

func (s *Service) readMappings(g *graph.Graph) ([]eventSourceMapping, error) { return nil, nil }
