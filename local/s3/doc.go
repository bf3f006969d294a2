// Package s3 imitates private Amazon S3 buckets behind CloudFront for local mode: the buckets, policies and objects of
// the recorded program, read with GET and HEAD.
//
//	edge (origin access control) --GET /key, distribution's ARN--> bucket policy --> object, 404 or 403
//
// Where CloudFront signs its request with SigV4, local mode's edge names its distribution in the header
// [DistributionHeader]; a bucket policy decides for that principal as IAM would. Whoever sends no such header is
// anonymous, and always refused: new buckets block public access (F9.9).
//
// Objects made from files are read when they are first asked for, and anew after the file has changed.
//
// Not imitated: writing, versions other than the present one, ACLs, website endpoints, CORS, requester pays,
// replication, lifecycle rules, encryption keys (F9.7), signed URLs, several ranges in one request (S3 has none
// either).
//
// Sources: the Amazon S3 API Reference, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, and User
// Guide.
package s3
