// Package geography knows where AWS regions and CloudFront edges stand on the globe, and how far apart they are.
//
// The program uses it to compute the table that maps an edge's regional cache to the nearest regions (routing "edge"),
// local mode to imitate Route 53 latency records and the places of viewers. Distances stand in for latencies: both AWS
// tables are measured and change over time (F7.6), great circles do not, so the same configuration always gives the
// same answer. The package imports nothing but the standard library and keeps no state.
package geography
