// Package waf serves the rate-based rules of a web ACL (AWS WAF of scope CLOUDFRONT), and lists its managed rules,
// whose patterns AWS does not publish.
// https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
package waf
