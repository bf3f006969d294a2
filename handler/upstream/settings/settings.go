package settings

import (
	"encoding/json"
	"fmt"
	"time"
)

// The presets: which SaaS the adapter speaks to.
const (
	PresetWebhook   = "webhook"
	PresetZendesk   = "zendesk"
	PresetFreshdesk = "freshdesk"
	PresetGitHub    = "github"
)

// Defaults and limits of the settings.
const (
	// DefaultTimeout bounds one try against the SaaS.
	DefaultTimeout = 3 * time.Second
	// MinTimeout and MaxTimeout are the range of Timeout. The upper end leaves a function with
	// the longest timeout API Gateway allows (30 s, F6.13) its QueueReserve.
	MinTimeout = 100 * time.Millisecond
	MaxTimeout = 28 * time.Second
	// QueueReserve is what the function's timeout must leave after the SaaS's: time to hand the
	// feedback to the queue once the SaaS did not answer.
	QueueReserve = 2 * time.Second
	// DefaultMaxReceives is how often the redelivery function gets a message before Amazon SQS
	// moves it to the dead-letter queue.
	DefaultMaxReceives = 10
	// MaxEncodedBytes bounds the encoded settings: all environment variables of a function
	// share 4 KB (F10.5).
	MaxEncodedBytes = 3000
)

// Settings describe the SaaS. The JSON names are the keys of the config object
// onefront:upstream; a key that the chosen preset does not use is refused.
type Settings struct {
	// Preset is webhook, zendesk, freshdesk or github. Required.
	Preset string `json:"preset"`
	// URL is where the SaaS answers: the webhook's full address, the base address of the
	// Zendesk or Freshdesk account (https://example.zendesk.com), or GitHub's API
	// (default https://api.github.com). https, or http on a loopback host.
	URL string `json:"url"`
	// Timeout bounds one try against the SaaS, 100ms to 28s. Default 3s.
	Timeout Duration `json:"timeout,omitempty"`
	// Topics are what GET /api/topics answers where the SaaS has no such list. At most 100.
	Topics []Topic `json:"topics,omitempty"`
	// MaxReceives is the queue's maxReceiveCount, 1 to 1000. Default 10.
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
	MaxReceives int `json:"maxReceives,omitempty"`

	// TopicsURL is asked for the topics, for the webhook preset. The key is sent along only if
	// it has the scheme, host and port of URL. Without it Topics are the answer.
	TopicsURL string `json:"topicsUrl,omitempty"`
	// Method of the webhook: POST, PUT or PATCH. Default POST.
	Method string `json:"method,omitempty"`
	// Header bears the webhook's key. Default Authorization.
	Header string `json:"header,omitempty"`
	// Scheme stands before the webhook's key, parted by a space; "none" means the key alone. Default
	// Bearer in the header Authorization, else none. For zendesk, Bearer says that the key is an OAuth access token and
	// no API token.
	Scheme string `json:"scheme,omitempty"`
	// Body is the webhook's JSON body with {{field}} placeholders inside its strings. A string
	// that is one placeholder alone becomes the field's JSON value. Default: the feedback with
	// its id, time of arrival and region.
	Body json.RawMessage `json:"body,omitempty"`

	// Resource of Zendesk that is created: tickets (default) or requests.
	Resource string `json:"resource,omitempty"`
	// Email of the Zendesk agent the API token belongs to, for the scheme {email}/token:{key}. Required for zendesk,
	// unless Scheme is Bearer.
	Email string `json:"email,omitempty"`
	// TopicField is the ticket field that holds the topic: Zendesk's numeric id, Freshdesk's
	// name. Its choices are the topics then. Default none.
	TopicField string `json:"topicField,omitempty"`
	// Requester says whose ticket it is, for zendesk and freshdesk: none (default) puts a visitor's address into the
	// ticket's text; visitor makes it the vendor's requester. Vendors send requesters automatic answers, and nobody
	// checks that the address is the visitor's own: visitor lets anybody mail third parties from the customer's domain.
	Requester string `json:"requester,omitempty"`
	// RequesterEmail is the requester of every ticket, or with requester visitor of those whose visitor gave no address.
	// Required for freshdesk, which demands a requester; optional for zendesk (default: the agent's own identity).
	RequesterEmail string `json:"requesterEmail,omitempty"`
	// Tags are set on every ticket of Zendesk and Freshdesk.
	Tags []string `json:"tags,omitempty"`

	// Repository is GitHub's owner/name. Required for github.
	Repository string `json:"repository,omitempty"`
	// Labels are set on every GitHub issue.
	Labels []string `json:"labels,omitempty"`
	// TopicLabelPrefix makes the repository's labels that start with it the topics
	// ("topic: billing" for the prefix "topic: "). Default none.
	TopicLabelPrefix string `json:"topicLabelPrefix,omitempty"`
}

// CheckTimeout refuses settings whose Timeout leaves a function with the given timeout too
// little time to queue what the SaaS did not take.
func (s Settings) CheckTimeout(function time.Duration) error {
	limit := function - QueueReserve
	if s.Timeout.Duration() <= limit {
		return nil
	}
	if limit < MinTimeout {
		return fmt.Errorf("lambda.timeout: %s: want at least %s, so that a try against the SaaS and the queue after it fit",
			function, MinTimeout+QueueReserve)
	}
	return fmt.Errorf("upstream.timeout: %s: want at most %s, the function's timeout of %s less %s to queue what the SaaS did not take",
		s.Timeout, limit, function, QueueReserve)
}

// NoTopics reports whether nothing says what the topics are, not even that there are none.
func (s Settings) NoTopics() bool {
	return s.Topics == nil && s.TopicsURL == "" && s.TopicField == "" && s.TopicLabelPrefix == ""
}

// Encode returns the settings as the JSON of ONEFRONT_UPSTREAM. It refuses more than
// MaxEncodedBytes.
func (s Settings) Encode() (string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encoding upstream: %w", err)
	}
	if len(raw) > MaxEncodedBytes {
		return "", fmt.Errorf("upstream: %d bytes of JSON: want at most %d, so that it fits into the function's environment: shorten topics or body",
			len(raw), MaxEncodedBytes)
	}
	return string(raw), nil
}

// Duration is a time.Duration written as in Go: "3s", "1500ms".
type Duration time.Duration

// Duration returns d as a time.Duration.
func (d Duration) Duration() time.Duration { return time.Duration(d) }

// String formats d as time.Duration does.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes d as a JSON string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a JSON string with a unit.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return fmt.Errorf("%s: want a duration with its unit, such as \"3s\"", clip(raw))
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q: want a duration with its unit, such as \"3s\"", text)
	}
	*d = Duration(parsed)
	return nil
}
