package awserror_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/onefront/onefront/handler/awserror"
)

// apiError is an error as the SDK returns it: what the service said, and the status beside it.
type apiError struct {
	code, message string
	status        int
}

func (e apiError) Error() string       { return e.code + ": " + e.message }
func (e apiError) ErrorCode() string   { return e.code }
func (e apiError) HTTPStatusCode() int { return e.status }

type timeout struct{}

func (timeout) Error() string { return "i/o timeout of 10.0.0.1" }
func (timeout) Timeout() bool { return true }

func TestHide(t *testing.T) {
	t.Parallel()
	const leak = "canary-41c9"
	for want, err := range map[string]error{
		"AccessDeniedException, status 400":  fmt.Errorf("operation: %w", apiError{"AccessDeniedException", leak, 400}),
		"AWS.SimpleQueueService.NonExistent": apiError{"AWS.SimpleQueueService.NonExistent", leak, 0},
		"an unknown code, status 500":        apiError{leak, leak, 500}, // a dash is in no code
		"an unknown code, status 400":        apiError{strings.Repeat("a", 65), leak, 400},
		"an unknown code, status 503":        apiError{"", leak, 503},
		"timed out":                          fmt.Errorf("%s: %w", leak, context.DeadlineExceeded),
		"canceled":                           &url.Error{Op: "Post", URL: "https://" + leak, Err: context.Canceled},
		"not reached":                        errors.New("lookup " + leak),
	} {
		got := awserror.Hide(err)
		if got.Error() != want || !errors.Is(got, err) {
			t.Errorf("%v: %v, want %s", err, got, want)
		}
	}
	if got := awserror.Hide(timeout{}); got.Error() != "timed out" {
		t.Errorf("got %v", got)
	}
	if awserror.Hide(nil) != nil {
		t.Error("no error became one")
	}
}
