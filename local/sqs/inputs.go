package sqs

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

const queueType = "aws:sqs/queue:Queue"

// queueInputs are the properties of aws.sqs.Queue that are understood here. Defaults are SQS's own (SetQueueAttributes);
// MaxMessageSize's is the provider's, which always sends it.
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

func newQueue(r *graph.Resource) (*queue, error) {
	in := queueInputs{MaxMessageSize: 256 << 10, MessageRetentionSeconds: 4 * 24 * 3600, VisibilityTimeoutSeconds: 30}
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	q := &queue{
		urn: r.URN, region: r.Region, arn: r.Output("arn"), url: r.Output("url"),
		delay:      seconds(in.DelaySeconds),
		visibility: seconds(in.VisibilityTimeoutSeconds),
		retention:  seconds(in.MessageRetentionSeconds),
		wait:       seconds(in.ReceiveWaitTimeSeconds),
		maxBytes:   in.MaxMessageSize,
	}
	q.name = q.url[strings.LastIndexByte(q.url, '/')+1:]
	problems := []error{
		in.check("delaySeconds", in.DelaySeconds, 0, 900),
		in.check("maxMessageSize", in.MaxMessageSize, 1024, 1<<20),
		in.check("messageRetentionSeconds", in.MessageRetentionSeconds, 60, 14*24*3600),
		in.check("receiveWaitTimeSeconds", in.ReceiveWaitTimeSeconds, 0, 20),
		in.check("visibilityTimeoutSeconds", in.VisibilityTimeoutSeconds, 0, 12*3600),
	}
	if in.FIFOQueue {
		problems = append(problems, errors.New("fifoQueue: true: local mode has standard queues only"))
	}
	if in.RedrivePolicy != "" {
		policy, err := parseRedrivePolicy(in.RedrivePolicy)
		problems = append(problems, err)
		q.redrive = policy
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("%s: %w", r.URN, err)
	}
	return q, nil
}

func (queueInputs) check(property string, value, low, high int) error {
	if value < low || value > high {
		return fmt.Errorf("%s: %d: want %d to %d", property, value, low, high)
	}
	return nil
}

func parseRedrivePolicy(text string) (*redrivePolicy, error) {
	var policy redrivePolicy
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil {
		return nil, fmt.Errorf(`redrivePolicy: %q: want {"deadLetterTargetArn", "maxReceiveCount"}: %w`, text, err)
	}
	if policy.MaxReceiveCount < 1 || policy.MaxReceiveCount > 1000 {
		return nil, fmt.Errorf("redrivePolicy.maxReceiveCount: %d: want 1 to 1000", policy.MaxReceiveCount)
	}
	return &policy, nil
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
