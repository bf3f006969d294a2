// Package awserror words failed calls of AWS services for logs. What a service writes may repeat what it was sent, a
// visitor's words or a secret among it; none of that is kept.
package awserror

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Hidden is an error whose text is made of fixed words, the service's code and the HTTP status.
type Hidden struct {
	words string
	err   error
}

// Hide returns err with other words. The original can be looked at with errors.Is and errors.As.
func Hide(err error) error {
	if err == nil {
		return nil
	}
	return &Hidden{words(err), err}
}

// Error returns the words, such as "AccessDeniedException, status 400", "timed out" or "not reached".
func (h *Hidden) Error() string { return h.words }

// Unwrap returns the original error. Its text is not for logs.
func (h *Hidden) Unwrap() error { return h.err }

func words(err error) string {
	var parts []string
	var api interface{ ErrorCode() string } // smithy.APIError
	if errors.As(err, &api) {
		parts = append(parts, code(api.ErrorCode()))
	}
	var response interface{ HTTPStatusCode() int } // of smithy's transport
	if errors.As(err, &response) && response.HTTPStatusCode() > 0 {
		parts = append(parts, fmt.Sprintf("status %d", response.HTTPStatusCode()))
	}
	if len(parts) > 0 {
		return strings.Join(parts, ", ")
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return "not reached"
}

// code lets pass what AWS's codes are made of.
func code(text string) string {
	other := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.')
	}
	if text == "" || len(text) > 64 || strings.ContainsFunc(text, other) {
		return "an unknown code"
	}
	return text
}
