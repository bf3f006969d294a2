package sqs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

// QueueType is the type token of queues.
const QueueType = "aws:sqs/queue:Queue"

// queueInputs are the properties of aws.sqs.Queue that are understood here. Defaults are SQS's own
// (SetQueueAttributes); MaxMessageSize's is the provider's, which always sends it.
type queueInputs struct {
	DelaySeconds             int    `json:"delaySeconds"`
	MaxMessageSize           int    `json:"maxMessageSize"`
	MessageRetentionSeconds  int    `json:"messageRetentionSeconds"`
	ReceiveWaitTimeSeconds   int    `json:"receiveWaitTimeSeconds"`
	RedrivePolicy            string `json:"redrivePolicy"`
	VisibilityTimeoutSeconds int    `json:"visibilityTimeoutSeconds"`
	FIFOQueue                bool   `json:"fifoQueue"`

	Name                         graph.NoLocalMeaning `json:"name"`                         // read from the outputs, as part of URL and ARN
	NamePrefix                   graph.NoLocalMeaning `json:"namePrefix"`                   // likewise
	KMSMasterKeyID               graph.NoLocalMeaning `json:"kmsMasterKeyId"`               // messages are in memory only
	KMSDataKeyReusePeriodSeconds graph.NoLocalMeaning `json:"kmsDataKeyReusePeriodSeconds"` // likewise
	SQSManagedSSEEnabled         graph.NoLocalMeaning `json:"sqsManagedSseEnabled"`         // likewise
	Policy                       graph.NoLocalMeaning `json:"policy"`                       // permissions are not imitated
	RedriveAllowPolicy           graph.NoLocalMeaning `json:"redriveAllowPolicy"`           // likewise
	Tags                         graph.NoLocalMeaning `json:"tags"`                         // labels
}

// redrivePolicy is a queue's RedrivePolicy attribute.
type redrivePolicy struct {
	DeadLetterTargetARN string     `json:"deadLetterTargetArn"`
	MaxReceiveCount     flexNumber `json:"maxReceiveCount"`
}

// flexNumber is a JSON number or a string with one: SQS takes both for maxReceiveCount.
type flexNumber int

// UnmarshalJSON reads either form.
func (n *flexNumber) UnmarshalJSON(raw []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	*n = flexNumber(v)
	return err
}

// newQueue reads a queue. What is refused is in the reading.
func newQueue(r *graph.Taken) *queue {
	in := queueInputs{MaxMessageSize: 256 << 10, MessageRetentionSeconds: 4 * 24 * 3600, VisibilityTimeoutSeconds: 30}
	r.Read(&in)
	q := &queue{
		resource: r, region: r.Region, arn: r.Output("arn"), url: r.Output("url"),
		delay:      seconds(in.DelaySeconds),
		visibility: seconds(in.VisibilityTimeoutSeconds),
		retention:  seconds(in.MessageRetentionSeconds),
		wait:       seconds(in.ReceiveWaitTimeSeconds),
		maxBytes:   in.MaxMessageSize,
	}
	q.name = q.url[strings.LastIndexByte(q.url, '/')+1:]
	for _, limit := range []struct {
		property         string
		value, low, high int
	}{
		{"delaySeconds", in.DelaySeconds, 0, 900},
		{"maxMessageSize", in.MaxMessageSize, 1024, 1 << 20},
		{"messageRetentionSeconds", in.MessageRetentionSeconds, 60, 14 * 24 * 3600},
		{"receiveWaitTimeSeconds", in.ReceiveWaitTimeSeconds, 0, 20},
		{"visibilityTimeoutSeconds", in.VisibilityTimeoutSeconds, 0, 12 * 3600},
	} {
		ok := limit.value >= limit.low && limit.value <= limit.high
		r.Require(ok, limit.property, limit.value, fmt.Sprintf("want %d to %d", limit.low, limit.high))
	}
	r.Require(!in.FIFOQueue, "fifoQueue", in.FIFOQueue, "local mode has standard queues only")
	if in.RedrivePolicy != "" {
		q.redrive = newRedrivePolicy(r, in.RedrivePolicy)
	}
	return q
}

func newRedrivePolicy(r *graph.Taken, text string) *redrivePolicy {
	var policy redrivePolicy
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil {
		r.Refuse("redrivePolicy", text, `want {"deadLetterTargetArn", "maxReceiveCount"}: `+err.Error())
		return nil
	}
	n := int(policy.MaxReceiveCount)
	r.Require(n >= 1 && n <= 1000, "redrivePolicy.maxReceiveCount", n, "want 1 to 1000")
	return &policy
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
