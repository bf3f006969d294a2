// ${DESCRIPTION}.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra"
)

func main() { pulumi.Run(infra.Deploy(api)) }

// api is what runs in every region: functions with the routes that they answer, and what CloudFront does with requests
// on their way. https://pkg.go.dev/github.com/onefront/onefront/infra
var api = &infra.Functions{
	Name:      "hello",
	BasePaths: []string{"/api"},
	Functions: []infra.Function{{
		Name:    "hello",
		Package: "./hello",
		Routes:  []string{"$default"},
		Check:   "GET /api/hello",
	}},
	Edge: []infra.Route{
		{Path: "/api/hello*", Methods: infra.Read, Key: infra.Key{Query: []string{"name"}}}, // cached as Cache-Control says
		{Path: "/api/*", Methods: infra.All},
	},
}
