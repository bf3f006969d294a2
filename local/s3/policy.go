package s3

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// policy is a bucket policy, as far as it decides about services and conditions on the request's source. Elements it
// does not know are refused when the program is read, so that none is ever passed over.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type policy struct {
	Version   string
	ID        string `json:"Id"`
	Statement oneOrMore[statement]
}

type statement struct {
	SID       string `json:"Sid"`
	Effect    string
	Principal principal
	Action    oneOrMore[string]
	Resource  oneOrMore[string]
	// Condition is operator -> key -> values.
	Condition map[string]map[string]oneOrMore[string]
}

// principal is "*" or a map of kinds to names.
type principal struct {
	everyone                    bool
	service, aws, canonicalUser oneOrMore[string]
}

// request is what a policy is asked about. An empty service is anonymous.
type request struct{ service, sourceARN, sourceAccount, action, resource string }

func parsePolicy(text string) (*policy, error) {
	var p policy
	if err := strict([]byte(text), &p); err != nil {
		return nil, err
	}
	var problems []error
	for i, s := range p.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			problems = append(problems, fmt.Errorf("statement %d: Effect: %q: want Allow or Deny", i, s.Effect))
		}
		if len(s.Action) == 0 || len(s.Resource) == 0 {
			problems = append(problems, fmt.Errorf("statement %d: want Action and Resource", i))
		}
		for operator, keys := range s.Condition {
			for key := range keys {
				if !knownCondition(operator, key) {
					problems = append(problems, fmt.Errorf("statement %d.Condition: %s %s: local mode does not know this condition", i, operator, key))
				}
			}
		}
	}
	return &p, errors.Join(problems...)
}

// allows evaluates the policy: an explicit deny wins, and without an allow nothing is allowed. A nil policy allows
// nothing.
func (p *policy) allows(r request) bool {
	if p == nil {
		return false
	}
	allowed := false
	for _, s := range p.Statement {
		if !s.matches(r) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s *statement) matches(r request) bool {
	if !s.Principal.matches(r.service) || !anyLike(s.Action, r.action, strings.EqualFold) || !anyLike(s.Resource, r.resource, nil) {
		return false
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if !holds(operator, key, values, r) {
				return false
			}
		}
	}
	return true
}

func (p principal) matches(service string) bool {
	if p.everyone {
		return true
	}
	for _, name := range p.service {
		if name == service && service != "" {
			return true
		}
	}
	for _, name := range p.aws {
		if name == "*" {
			return true
		}
	}
	return false
}

// knownCondition lists what holds can decide. Condition keys are not case-sensitive.
func knownCondition(operator, key string) bool {
	switch strings.ToLower(key) {
	case "aws:sourcearn", "aws:sourceaccount":
		return operator == "StringEquals" || operator == "StringLike" || operator == "ArnEquals" || operator == "ArnLike"
	case "aws:securetransport":
		return operator == "Bool"
	case "s3:x-amz-acl":
		return operator == "StringEquals" // of uploads, which nobody makes here
	default:
		return false
	}
}

func holds(operator, key string, values []string, r request) bool {
	var actual string
	switch strings.ToLower(key) {
	case "aws:sourcearn":
		actual = r.sourceARN
	case "aws:sourceaccount":
		actual = r.sourceAccount
	case "aws:securetransport":
		actual = "true" // CloudFront's requests to S3 are; nobody else gets through
	}
	for _, v := range values {
		if v == actual || operator != "StringEquals" && like(v, actual) {
			return actual != ""
		}
	}
	return false
}

func anyLike(patterns []string, value string, equal func(a, b string) bool) bool {
	for _, p := range patterns {
		if equal != nil && equal(p, value) || like(p, value) {
			return true
		}
	}
	return false
}

// like matches * (any characters) and ? (one).
func like(pattern, value string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := 0; i <= len(value); i++ {
				if like(pattern[1:], value[i:]) {
					return true
				}
			}
			return false
		case value == "" || pattern[0] != '?' && pattern[0] != value[0]:
			return false
		}
		pattern, value = pattern[1:], value[1:]
	}
	return value == ""
}

// oneOrMore is a list that may be written as its only element.
type oneOrMore[T any] []T

// UnmarshalJSON reads either form.
func (l *oneOrMore[T]) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return strict(raw, (*[]T)(l))
	}
	var one T
	if err := strict(raw, &one); err != nil {
		return err
	}
	*l = []T{one}
	return nil
}

// UnmarshalJSON reads "*" or {"Service": ..., "AWS": ...}.
func (p *principal) UnmarshalJSON(raw []byte) error {
	if string(raw) == `"*"` {
		p.everyone = true
		return nil
	}
	var kinds struct{ Service, AWS, CanonicalUser oneOrMore[string] }
	if err := strict(raw, &kinds); err != nil {
		return fmt.Errorf("principal: %w", err)
	}
	p.service, p.aws, p.canonicalUser = kinds.Service, kinds.AWS, kinds.CanonicalUser
	return nil
}

// strict decodes JSON and refuses unknown keys.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
