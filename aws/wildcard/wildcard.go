// Package wildcard matches text as AWS does in CloudFront's path patterns and in ARNs of policies.
package wildcard

import "strings"

// Match says whether a pattern matches the whole text: "*" is any run of characters, slashes included and none at all,
// "?" is exactly one, case counts (F4.1; ArnLike within one part of an ARN, F10.8). It needs no memory and at most
// len(pattern) x len(text) steps: on a mismatch only the last "*" takes one more character.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
func Match(pattern, text string) bool {
	p, t := 0, 0
	star, mark := -1, 0 // the last "*" seen, and where its run ends so far
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
