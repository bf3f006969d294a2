// Package drills holds the shipped drills and the schemas of what `go run ./local drill` reads and writes.
package drills

import "embed"

// Files are the scenarios (*.yaml), scenario.schema.json and timeline.schema.json.
//
//go:embed *
var Files embed.FS
