package queue

import "time"

// Times between tries. Ten receives (the default) with these waits span about three hours.
const (
	firstWait = 30 * time.Second
	maxWait   = time.Hour
	// maxVisibility is what Amazon SQS allows, 12 hours from the receive, less a margin for the
	// time this receive already took.
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
	maxVisibility = 12*time.Hour - 10*time.Minute
)

// backoff is how long a message rests after its n-th receive (from 1): doubling from firstWait
// to maxWait, spread by a fifth so that a batch does not come back at once, and never shorter
// than the SaaS asked for. random is in [0, 1).
func backoff(receives int, retryAfter time.Duration, random float64) time.Duration {
	wait := firstWait
	for n := 1; n < receives && wait < maxWait; n++ {
		wait *= 2
	}
	wait = time.Duration(float64(min(wait, maxWait)) * (0.9 + random/5))
	return min(max(wait, retryAfter), maxVisibility).Round(time.Second)
}
