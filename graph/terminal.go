package graph

import "github.com/onefront/onefront/graph/internal/terminal"

func init() { terminal.Restore() } // after the init of all that this package imports
