package geography

import (
	"cmp"
	"slices"
)

// Region is an AWS region.
type Region struct {
	// Name as in ARNs and endpoints: "eu-west-1".
	Name string
	// Location is AWS's display name: "Europe (Ireland)".
	Location string
	// Partition is the first part of the region's ARNs: "aws", "aws-cn", "aws-us-gov" or one of the isolated ones.
	Partition string
	// OptIn says that an account must enable the region before it can use it.
	OptIn bool
	// Place is roughly where the region's data centres are.
	Place Place
}

// LookupRegion finds a region of any partition by its name, in lower case.
func LookupRegion(name string) (Region, bool) {
	i, ok := slices.BinarySearchFunc(regionTable[:], name, func(r Region, name string) int { return cmp.Compare(r.Name, name) })
	if !ok {
		return Region{}, false
	}
	return regionTable[i], true
}

// Regions returns the regions of the partition "aws", sorted by name.
func Regions() []Region {
	regions := make([]Region, 0, len(regionTable))
	for _, r := range regionTable {
		if r.Partition == "aws" {
			regions = append(regions, r)
		}
	}
	return regions
}
