package feedback

import (
	"crypto/sha256"

	"github.com/google/uuid"
)

// MaxIdempotencyKeyLength bounds the header Idempotency-Key, in bytes.
const MaxIdempotencyKeyLength = 255

// namespace parts ids derived from keys from every other name-based UUID.
var namespace = uuid.UUID{0x6f, 0x6e, 0x65, 0x66, 0x72, 0x6f, 0x6e, 0x74, 0x8f, 0x65, 0x65, 0x64, 0x62, 0x61, 0x63, 0x6b}

// NewID returns the feedback's id: derived from the Idempotency-Key, so that a repeated request
// bears the same id in every region, or for an empty key a fresh UUIDv7. A derived id is a
// UUIDv8 over SHA-256 (RFC 9562, 5.8), which also keeps what the visitor wrote out of headers
// and log lines.
func NewID(idempotencyKey string) (string, error) {
	if idempotencyKey != "" {
		return uuid.NewHash(sha256.New(), namespace, []byte(idempotencyKey), 8).String(), nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	return id.String(), nil
}

// CheckIdempotencyKey refuses a header value that is not printable ASCII of at most
// MaxIdempotencyKeyLength bytes. Empty means none was sent.
func CheckIdempotencyKey(key string) error {
	if len(key) > MaxIdempotencyKeyLength {
		return invalid("Idempotency-Key", "must have at most 255 characters")
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return invalid("Idempotency-Key", "must be printable ASCII")
		}
	}
	return nil
}
