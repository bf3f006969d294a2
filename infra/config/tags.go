package config

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of tags and of what a session is assumed with. S3 objects take ten tags only, and so bear none (F15.7).
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const (
	maxTags         = 50
	maxTagKey       = 128
	maxTagValue     = 256
	maxSessionARNs  = 10
	ownTag          = "Name" // of health checks
	tagRule         = "letters, digits, spaces and + - = . _ : / @"
	sessionWordRule = "2 to 64 of letters, digits and + = , . @ - _"
)

var (
	tagText     = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	sessionWord = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

// readDefaultTags leaves room for the tag that health checks bear themselves.
func readDefaultTags(n node) map[string]string {
	most := maxTags
	given := n.object("tags").at("tags")
	if members, _ := given.value.(map[string]any); members[ownTag] == nil {
		most--
	}
	tags := given.tags(most)
	folded := map[string]string{}
	for _, key := range sortedKeys(tags) {
		lower := strings.ToLower(key)
		if other, twice := folded[lower]; twice {
			given.at(key).refuse("a key that differs from %q in more than upper and lower case: IAM takes them as one", other)
		}
		folded[lower] = key
	}
	return tags
}

// tags returns tags that most resources take.
func (n node) tags(most int) map[string]string {
	tags := n.textMap()
	if len(tags) > most {
		n.problems.refuse(n.key, len(tags), "at most %d tags: a resource takes %d with its own", most, maxTags)
	}
	for _, key := range sortedKeys(tags) {
		tag, value := n.at(key), tags[key]
		switch {
		case key == "" || utf8.RuneCountInString(key) > maxTagKey:
			tag.refuse("a key of 1 to %d characters", maxTagKey)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			tag.refuse("a key that does not begin with aws: which is AWS's own")
		case utf8.RuneCountInString(value) > maxTagValue:
			tag.refuse("a value of at most %d characters", maxTagValue)
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			tag.refuse("key and value of %s", tagRule)
		}
	}
	return tags
}

// sessionWord returns a session's name or source identity.
func (n node) sessionWord() string {
	text := n.or("")
	if text != "" && !sessionWord.MatchString(text) {
		n.refuse("%s", sessionWordRule)
	}
	return text
}

// within returns a text of low to high characters. It is not shown: it may be worth keeping.
func (n node) within(low, high int) string {
	text := n.or("")
	if count := utf8.RuneCountInString(text); text != "" && (count < low || count > high) {
		n.problems.refuse(n.key, count, "%d to %d characters", low, high)
	}
	return text
}

func (n node) policyARNs() []string {
	arns := n.texts("policy ARNs")
	if len(arns) > maxSessionARNs {
		n.problems.refuse(n.key, len(arns), "at most %d policies", maxSessionARNs)
	}
	return arns
}
