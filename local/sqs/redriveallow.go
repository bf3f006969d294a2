package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/onefront/onefront/graph"
)

const redriveAllowPolicyType = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"

type redriveAllowPolicyInputs struct {
	QueueURL           string `json:"queueUrl"`
	RedriveAllowPolicy string `json:"redriveAllowPolicy"`
}

// redriveAllowPolicy is a dead-letter queue's RedriveAllowPolicy attribute.
type redriveAllowPolicy struct {
	RedrivePermission string   `json:"redrivePermission"` // allowAll, denyAll or byQueue
	SourceQueueARNs   []string `json:"sourceQueueArns"`   // at most ten, with byQueue
}

// checkRedriveAllowPolicies refuses a program whose dead-letter queue does not let a queue redrive to it: SQS would refuse
// the redrive policy. SQS Developer Guide, "Configure a dead-letter queue redrive allow policy".
func (s *Service) checkRedriveAllowPolicies(g *graph.Graph) error {
	var problems []error
	for _, r := range g.Resources {
		if r.Type != redriveAllowPolicyType {
			continue
		}
		if err := s.checkRedriveAllowPolicy(r); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (s *Service) checkRedriveAllowPolicy(r *graph.Resource) error {
	var in redriveAllowPolicyInputs
	if err := r.Decode(&in); err != nil {
		return err
	}
	target := s.byURL(r.Region, in.QueueURL)
	if target == nil {
		return fmt.Errorf("%s: queueUrl: %q: want the URL of a queue in %s", r.URN, in.QueueURL, r.Region)
	}
	var policy redriveAllowPolicy
	if err := json.Unmarshal([]byte(in.RedriveAllowPolicy), &policy); err != nil {
		return fmt.Errorf(`%s: redriveAllowPolicy: %q: want {"redrivePermission", "sourceQueueArns"}: %w`, r.URN, in.RedriveAllowPolicy, err)
	}
	switch policy.RedrivePermission {
	case "allowAll", "denyAll", "byQueue":
	default:
		return fmt.Errorf("%s: redriveAllowPolicy.redrivePermission: %q: want allowAll, denyAll or byQueue", r.URN, policy.RedrivePermission)
	}
	for _, q := range s.queues {
		allowed := policy.RedrivePermission == "allowAll" || policy.RedrivePermission == "byQueue" && slices.Contains(policy.SourceQueueARNs, q.arn)
		if q.deadLetters == target && !allowed {
			return fmt.Errorf("%s: redriveAllowPolicy: %s: want it to allow %s, which redrives to this queue", r.URN, in.RedriveAllowPolicy, q.arn)
		}
	}
	return nil
}
