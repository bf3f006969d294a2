package sqs

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

type attributesInput struct {
	queueInput
	AttributeNames []string `json:"AttributeNames"`
}

// getQueueAttributes answers the attributes asked for, counts among them; exact here, approximate in reality.
func (s *Service) getQueueAttributes(region string, in *attributesInput) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	all := s.attributes(q, s.clock.Now())
	s.mu.Unlock()
	for _, name := range in.AttributeNames {
		if _, known := all[name]; !known && name != "All" && name != "RedrivePolicy" {
			return nil, &apiError{"com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute " + name + "."}
		}
	}
	out := map[string]string{}
	for name, value := range all {
		if slices.Contains(in.AttributeNames, "All") || slices.Contains(in.AttributeNames, name) {
			out[name] = value
		}
	}
	return map[string]any{"Attributes": out}, nil
}

func (s *Service) attributes(q *queue, now time.Time) map[string]string {
	s.expire(q, now)
	waiting, inFlight, delayed := 0, 0, 0
	for _, m := range q.messages {
		switch {
		case m.waiting(now):
			waiting++
		case m.inFlight(now):
			inFlight++
		default:
			delayed++
		}
	}
	whole := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	all := map[string]string{
		"ApproximateNumberOfMessages":           strconv.Itoa(waiting),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(inFlight),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(delayed),
		"DelaySeconds":                          whole(q.delay),
		"MaximumMessageSize":                    strconv.Itoa(q.maxBytes),
		"MessageRetentionPeriod":                whole(q.retention),
		"QueueArn":                              q.arn,
		"ReceiveMessageWaitTimeSeconds":         whole(q.wait),
		"VisibilityTimeout":                     whole(q.visibility),
	}
	if q.redrive != nil {
		raw, err := json.Marshal(q.redrive)
		if err == nil {
			all["RedrivePolicy"] = string(raw)
		}
	}
	return all
}

type queueURLInput struct {
	QueueName string `json:"QueueName"`
}

func (s *Service) getQueueURL(region string, in *queueURLInput) (any, error) {
	if in.QueueName == "" {
		return nil, missingParameter("QueueName")
	}
	for _, q := range s.queues {
		if q.region == region && q.name == in.QueueName {
			return map[string]string{"QueueUrl": q.url}, nil
		}
	}
	return nil, queueDoesNotExist()
}

func (s *Service) purgeQueue(region string, in *queueInput) (any, error) {
	q, err := s.queue(region, *in)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if !q.purged.IsZero() && now.Before(q.purged.Add(purgeInterval)) {
		return nil, purgeInProgress(q.name)
	}
	q.messages, q.purged = nil, now
	s.plan(q)
	return struct{}{}, nil
}

// purgeInterval is how long a purge takes, and the time between two of them:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
const purgeInterval = 60 * time.Second
