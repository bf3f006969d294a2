package config

import (
	"slices"
	"strings"

	"github.com/onefront/onefront/aws/geography"
)

// MaxRegions bounds the regions of a stack: the edge function's table must fit into 10 KB (F2.19).
const MaxRegions = 12

// partition is the only one that CloudFront's distributions and this program's ARNs belong to.
const partition = "aws"

// newest are regions of which no document says that all services used here are there.
var newest = []string{"ap-southeast-6", "ap-southeast-7", "ap-east-2", "mx-central-1"}

func (c *Config) readRegions(r *reader) {
	const example = `a list of AWS region names, such as ["eu-west-1", "us-east-1"]`
	list := r.json("regions", example)
	if !list.given() && !list.broken {
		list.refuse("required: %s; the first is the home region", example)
	}
	items := list.list("AWS region names")
	if _, isList := list.value.([]any); isList && (len(items) < 1 || len(items) > MaxRegions) {
		r.problems.refuse("regions", len(items), "1 to %d regions", MaxRegions)
	}
	for _, item := range items {
		if name, ok := item.mustText(); ok && checkRegion(item, name) {
			c.Regions = append(c.Regions, name)
		}
	}
	distinct(r.problems, "regions", list.strings(), "a region")
	c.readDrained(r, list.strings())
}

func checkRegion(n node, name string) bool {
	region, known := geography.LookupRegion(name)
	switch {
	case !known:
		n.refuse("the name of an AWS region%s", didYouMean(name, regionNames()))
		return false
	case region.Partition != partition:
		n.refuse("a region of the partition %s: CloudFront does not reach %s", partition, region.Partition)
		return false
	case slices.Contains(newest, name):
		n.warn("one of the newest regions, opt-in: enable it in the account before the first update; not every service that this program needs is known to be there")
	case region.OptIn:
		n.warn("an opt-in region: enable it in the account before the first update")
	}
	return true
}

func (c *Config) readDrained(r *reader, regions []string) {
	list := r.json("drainedRegions", `a list of names from onefront:regions, such as ["us-east-1"]`)
	for _, item := range list.list("names from onefront:regions") {
		name, ok := item.mustText()
		switch {
		case !ok:
		case !slices.Contains(regions, name):
			item.refuse("one of onefront:regions: %s%s", strings.Join(regions, ", "), didYouMean(name, regions))
		default:
			c.DrainedRegions = append(c.DrainedRegions, name)
		}
	}
	distinct(r.problems, "drainedRegions", list.strings(), "a region")
	if len(regions) > 0 && !slices.ContainsFunc(regions, func(name string) bool { return !c.Drained(name) }) {
		list.refuse("at least one region left to serve: draining all of them is an outage")
	}
}

func regionNames() []string {
	var names []string
	for _, region := range geography.Regions() {
		names = append(names, region.Name)
	}
	return names
}
