// Package infra is the Pulumi program: one CloudFront distribution in front of one HTTP API per region.
//
//	viewer -> CloudFront ─┬─ read routes        -> origin group [nearest, next]
//	                      ├─ all-method routes  -> origin nearest
//	                      └─ everything else    -> origin group [site-<home>, site-<second>]
//
// It is the platform; what answers requests is an [Application], given to [Deploy]: see [Functions] for one as a
// struct literal; an application with configuration and resources of its own implements [Application].
//
// [New] makes the platform as one component, which reads as the order of construction: providers, what the
// application has once, one [Region] after the other, the records that lead to the regions, the site's buckets, the
// distribution, the names of the distribution. A region knows nothing of the other regions; what belongs to all of
// them (validation records, latency records, the distribution) is made by a component of its own, so that the graph
// has no cycle even when regions are updated one after the other.
//
// The package creates resources and nothing else: it neither imports a handler (it compiles it, see [BuildHandler])
// nor knows of local mode.
package infra
