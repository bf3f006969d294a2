package sqs

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// newReceiptHandle makes a handle for one receiving of a message. Callers may not look into it; it bears the message
// id, so that a handle which has been followed by another is told from one that never was.
func newReceiptHandle(messageID string) string {
	return base64.StdEncoding.EncodeToString([]byte(messageID + " " + uuid.NewString()))
}

// messageID is the message a handle was made for, or "" if it is none of ours.
func messageID(handle string) string {
	raw, err := base64.StdEncoding.DecodeString(handle)
	if err != nil {
		return ""
	}
	id, _, ok := strings.Cut(string(raw), " ")
	if !ok || uuid.Validate(id) != nil {
		return ""
	}
	return id
}
