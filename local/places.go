package main

import (
	"slices"

	"github.com/onefront/onefront/graph"
)

// placedTypes are the types by which a region is one of the stack's own: what answers or keeps something there.
var placedTypes = []string{
	"aws:apigatewayv2/api:Api", "aws:lambda/function:Function", "aws:sqs/queue:Queue", "aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket",
}

// regionsOf are the regions of a graph: those of the stack's output regions, in its order, or where there is none all
// that something is placed in, by name.
func regionsOf(g *graph.Graph) []string {
	var placed []string
	for _, token := range placedTypes {
		for _, r := range g.ByType(token) {
			placed = append(placed, r.Region)
		}
	}
	slices.Sort(placed)
	placed = slices.DeleteFunc(slices.Compact(placed), func(region string) bool { return region == "" })
	var named []string
	outputs, _ := g.Outputs["regions"].([]any)
	for _, output := range outputs {
		fields, _ := output.(map[string]any)
		if region, _ := fields["region"].(string); slices.Contains(placed, region) && !slices.Contains(named, region) {
			named = append(named, region)
		}
	}
	if len(named) > 0 {
		return named
	}
	return placed
}
