// Package keyvaluestore holds CloudFront's key value stores: what functions read, and the data API by which a key is
// changed without a deployment.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
//
// A changed key is seen by the next request; on AWS it takes a few seconds (F2.24).
package keyvaluestore
