package sqs

import (
	"encoding/json"
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

// checkRedriveAllowPolicy refuses a dead-letter queue that does not let a queue redrive to it: SQS would refuse the
// redrive policy. SQS Developer Guide, "Configure a dead-letter queue redrive allow policy".
func (s *Service) checkRedriveAllowPolicy(r *graph.Taken) {
	var in redriveAllowPolicyInputs
	if !r.Read(&in) {
		return
	}
	target := s.byURL(r.Region, in.QueueURL)
	r.Require(target != nil, "queueUrl", in.QueueURL, "want the URL of a queue in "+r.Region)
	var policy redriveAllowPolicy
	if err := json.Unmarshal([]byte(in.RedriveAllowPolicy), &policy); err != nil {
		r.Refuse("redriveAllowPolicy", in.RedriveAllowPolicy, `want {"redrivePermission", "sourceQueueArns"}: `+err.Error())
		return
	}
	known := slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, policy.RedrivePermission)
	r.Require(known, "redriveAllowPolicy.redrivePermission", policy.RedrivePermission, "want allowAll, denyAll or byQueue")
	if !r.OK() {
		return
	}
	for _, q := range s.queues {
		allowed := policy.RedrivePermission == "allowAll" || policy.RedrivePermission == "byQueue" && slices.Contains(policy.SourceQueueARNs, q.arn)
		r.Require(q.deadLetters != target || allowed, "redriveAllowPolicy", in.RedriveAllowPolicy, "want it to allow "+q.arn+", which redrives to this queue")
	}
}
