// Package drill plays a scenario against a stack in simulated time: viewers' requests by a seed, faults, drains and
// deployments at their times, and says what came of it. A scenario is YAML by drills/scenario.schema.json, the outcome
// JSON by drills/timeline.schema.json, or a picture.
//
//	Parse -> Scenario -> Run(World) -> Timeline -> SVG
//
// Requests follow one another, each at its own simulated time, so that the same seed gives the same timeline.
package drill
