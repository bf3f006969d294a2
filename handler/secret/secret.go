// Package secret holds what must never be printed, and loads the SaaS key from AWS Systems
// Manager Parameter Store without making a request wait for a refresh.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"

	"github.com/onefront/onefront/handler/contract"
)

// Redacted is what a Secret prints in every form.
const Redacted = "[redacted]"

// Secret holds a text that prints as Redacted through fmt, log/slog and encoding/json. The
// text sits in a closure, so that not even a struct with an unexported Secret prints it: fmt
// cannot call methods on unexported fields, but shows a function as an address. The zero value
// is empty.
type Secret struct{ reveal func() string }

// New returns a Secret of text.
func New(text string) Secret { return Secret{reveal: func() string { return text }} }

// Reveal returns the text. Callers put it into the request it is for, and nowhere else.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Equal compares in constant time, also over different lengths. An empty Secret equals nothing.
func (s Secret) Equal(text string) bool {
	mine, theirs := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(mine[:], theirs[:]) == 1 && !s.IsZero()
}

// String returns Redacted.
func (s Secret) String() string { return Redacted }

// GoString returns Redacted.
func (s Secret) GoString() string { return Redacted }

// Format writes Redacted for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalJSON writes Redacted.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText writes Redacted.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue returns Redacted.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// Key checks what Parameter Store returned by the program's own rule, and makes it a Secret. The error does not repeat
// it.
func Key(text string) (Secret, error) {
	key, err := contract.Credential(text)
	if err != nil {
		return Secret{}, fmt.Errorf("the key: %w; set onefront:upstreamApiKey", err)
	}
	return New(key), nil
}
