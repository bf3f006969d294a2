// Package infra is the Pulumi program: one CloudFront distribution in front of one HTTP API per region.
//
//	viewer -> CloudFront ─┬─ read routes        -> origin group [nearest, next]
//	                      ├─ all-method routes  -> origin nearest
//	                      └─ everything else    -> origin group [site-<home>, site-<second>]
//
// [Deploy] reads as the order of construction: configuration, providers, one [Region] after the other, the
// records that lead to the regions, the site's buckets, the distribution, the names of the distribution.
// A region knows nothing of the other regions; what belongs to all of them (validation records, latency
// records, the distribution) is made by a component of its own, so that the graph has no cycle even when
// regions are updated one after the other.
//
// The package creates resources and nothing else: it neither imports the handler (it compiles it, see
// [BuildHandler]) nor knows of local mode.
package infra
