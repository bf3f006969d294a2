package graph

import "errors"

// Golden is the graph as canonical JSON.
func (g *Graph) Golden() ([]byte, error) { return nil, errors.New("not implemented") }
