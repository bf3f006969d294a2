// Package network is what lies between an edge and the regions in local mode: a directory of host names, each with the
// server behind it, and one call that connects, sends a request and reads the answer as CloudFront's origin fetch or a
// Route 53 health checker would, within the timeouts the caller is configured with.
//
// Everything happens in process. Faults of a region are seen here, before its server: a region that is down refuses to
// connect, one under timeout accepts and stays silent. The time these cost is charged to Result.Elapsed instead of
// slept, so that an outage can be watched without waiting for it.
//
// Not imitated: TLS (and so certificates and SNI), connection reuse (F7.20: kept-alive connections to a region that DNS
// has left live on; here every request asks DNS), partial answers, HTTP/1.1 framing. Answers are held in memory whole.
package network
