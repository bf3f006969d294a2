package queue

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		receives   int
		retryAfter time.Duration
		random     float64
		want       time.Duration
	}{
		"first":                       {1, 0, 0.5, 30 * time.Second},
		"second":                      {2, 0, 0.5, time.Minute},
		"seventh":                     {7, 0, 0.5, 32 * time.Minute},
		"at most an hour":             {8, 0, 0.5, time.Hour},
		"no overflow":                 {1000, 0, 0.5, time.Hour},
		"spread down":                 {1, 0, 0, 27 * time.Second},
		"spread up":                   {1, 0, 0.9999, 33 * time.Second},
		"the SaaS asks for more":      {1, 10 * time.Minute, 0, 10 * time.Minute},
		"the SaaS asks for less":      {4, time.Second, 0.5, 4 * time.Minute},
		"at most what SQS allows":     {1, 48 * time.Hour, 0.5, 12*time.Hour - 10*time.Minute},
		"a count that makes no sense": {0, 0, 0.5, 30 * time.Second},
	}
	for name, tt := range tests {
		if got := backoff(tt.receives, tt.retryAfter, tt.random); got != tt.want {
			t.Errorf("%s: backoff(%d, %s, %v) = %s, want %s", name, tt.receives, tt.retryAfter, tt.random, got, tt.want)
		}
	}
}
