// Package feedback is the domain of the reference application: what a visitor may send, read
// strictly, and the record that travels to the SaaS and through the queue.
//
// It knows no HTTP and no AWS. What is wrong with a body comes back as *Invalid, naming each
// field at fault.
package feedback

import "time"

// Limits of a feedback. Lengths count characters (code points) after control characters and
// surrounding white space are gone.
const (
	MaxMessageLength      = 5000
	MinRating, MaxRating  = 1, 5
	MaxTopicLength        = 64
	MaxEmailLength        = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets
	MaxPageURLLength      = 2048
	MaxLocaleLength       = 35 // RFC 5646, 4.4.1
	MaxContextEntries     = 20
	MaxContextNameLength  = 64
	MaxContextValueLength = 1000
)

// MaxProblems is how many fields at fault an answer names: a body may hold thousands.
const MaxProblems = 20

// Feedback is what a visitor said, checked and cleaned.
type Feedback struct {
	// Message has 1 to MaxMessageLength characters.
	Message string `json:"message"`
	// Rating is 1 to 5, or 0 when the visitor gave none.
	Rating int `json:"rating,omitempty"`
	// Topic is the id of a topic, not checked against the list: the list changes while pages
	// are open, and a visitor's words weigh more than their label.
	Topic   string            `json:"topic,omitempty"`
	Email   string            `json:"email,omitempty"`
	PageURL string            `json:"pageUrl,omitempty"`
	Locale  string            `json:"locale,omitempty"`
	Context map[string]string `json:"context,omitempty"`
}

// Record is one accepted feedback on its way: the body of a queue message, and by default of
// the webhook.
type Record struct {
	// ID names the feedback everywhere. Delivery is at least once: the SaaS may see one ID twice.
	ID         string    `json:"id"`
	ReceivedAt time.Time `json:"receivedAt"`
	// Region is the AWS region that accepted it.
	Region   string   `json:"region"`
	Feedback Feedback `json:"feedback"`
}

// Invalid says what is wrong with a body.
type Invalid struct{ Fields []FieldProblem }

// FieldProblem is one field at fault and what would be right.
type FieldProblem struct {
	// Field is the member's name, "context.<name>", or "" for the body as a whole.
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error lists the fields, without values: those are the visitor's.
func (e *Invalid) Error() string {
	text := "invalid feedback"
	for i, p := range e.Fields {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + p.Field + " " + p.Detail
	}
	return text
}

func invalid(field, detail string) *Invalid {
	return &Invalid{Fields: []FieldProblem{{Field: field, Detail: detail}}}
}
