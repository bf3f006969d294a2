// Package route53 imitates Amazon Route 53 for local mode: the records and health checks of the recorded program, asked
// by the edges for the origins' names.
//
//	edge --nearest.<originDomain>--> latency records --healthy, nearest first--> d-xxx.execute-api.<region>.amazonaws.com
//	                                      ^
//	                      health checks, one per region, asking <region>.<originDomain> through the network
//
// Answers are kept per edge for their TTL, as a resolver there would, so that a change of health reaches an edge up to
// 60 seconds later (F7.18). Latency is the great circle from the edge's city to the record's region, which the real,
// measured table only resembles (F7.6); the same question always gets the same answer here. Health checks run on
// simulated time.
//
// Not imitated: weighted, failover, geolocation, geoproximity, CIDR and multivalue records, calculated, TCP and alarm
// health checks (all refused at start); evaluation of a target's health (without effect for API Gateway, F7.2, refused
// elsewhere); the time a change takes to reach all name servers; EDNS client subnet; kept-alive connections to a region
// that DNS has left (F7.20).
//
// Sources: the Route 53 Developer Guide, https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/, and section 7 of
// docs/aws-facts.md, cited as F7 and a number.
package route53
