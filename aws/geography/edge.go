package geography

import (
	"cmp"
	"slices"
)

// Edge is a city with CloudFront points of presence.
type Edge struct {
	// Code is the IATA airport code CloudFront uses for the city: "FRA".
	Code string
	// City in English: "Frankfurt".
	City string
	// Place is the city's centre.
	Place Place
	// RegionalEdgeCache is the AWS region of the regional edge cache behind the edge, as cf.edgeLocation.region shows
	// it to a viewer-request function (F2.11).
	RegionalEdgeCache string
}

// LookupEdge finds an edge by its code, in upper case.
func LookupEdge(code string) (Edge, bool) {
	i, ok := slices.BinarySearchFunc(edgeTable[:], code, func(e Edge, code string) int { return cmp.Compare(e.Code, code) })
	if !ok {
		return Edge{}, false
	}
	return edgeTable[i], true
}

// Edges returns every known edge, sorted by code.
func Edges() []Edge { return slices.Clone(edgeTable[:]) }

// RegionalEdgeCaches returns the regions that hold regional edge caches, sorted by name: those of Origin Shield
// (F5.24) and us-west-1, which the CloudFront feature page lists beside them.
func RegionalEdgeCaches() []string {
	return []string{
		"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1",
		"eu-west-2", "me-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
	}
}
