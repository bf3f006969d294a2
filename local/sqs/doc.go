// Package sqs imitates Amazon SQS standard queues for local mode: the queues of the recorded program, reached over HTTP
// by the handler's real AWS SDK client, and a push form of reading them that stands for Lambda's event source pollers.
//
// Delays, visibility timeouts and retention run on simulated time. Every region has a fault switch; while it shows
// down, error or timeout, neither the region's API nor delivery to subscribers there goes on, and nothing is lost.
//
// Sources: the Amazon SQS API Reference,
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html, and Developer Guide, pages sqs-visibility-timeout, sqs-dead-letter-queues, sqs-json-api-responses.
//
// Not imitated: FIFO queues (refused at start), signatures and permissions, queue policies, the query protocol,
// sampling of a subset of servers on short polls, duplicates and reordering by the service itself, quotas on messages
// in flight.
package sqs
