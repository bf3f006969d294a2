// Package queue keeps what the SaaS did not take: it sends records to the region's Amazon SQS
// queue or its dead-letter queue, and redelivers them from there.
//
//	visitor --SaaS fails---> queue --event source--> Redelivery --fails--> back, later and later
//	visitor --SaaS refuses-> dead-letter queue <-----refused, or after maxReceives
//
// Delivery is at least once: a try that timed out may have arrived.
package queue
