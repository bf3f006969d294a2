package sqs

import (
	"errors"
	"fmt"
	"regexp"
)

// batchInput is the input of the three batch operations.
type batchInput[Entry any] struct {
	queueInput
	Entries []Entry `json:"Entries"`
}

type batchOutput struct {
	Successful []any         `json:"Successful"`
	Failed     []batchFailed `json:"Failed"`
}

type batchFailed struct {
	ID          string `json:"Id"`
	SenderFault bool   `json:"SenderFault"`
	Code        string `json:"Code"`
	Message     string `json:"Message"`
}

var batchEntryID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// runBatch checks the entries' ids and does each by itself: one that fails does not touch the others.
func runBatch[Entry any, P interface {
	*Entry
	entryID() string
}](entries []Entry, f func(*Entry) (any, error)) (any, error) {
	if err := checkBatch[Entry, P](entries); err != nil {
		return nil, err
	}
	out := batchOutput{Successful: []any{}, Failed: []batchFailed{}}
	for i := range entries {
		done, err := f(&entries[i])
		var refused *apiError
		switch {
		case errors.As(err, &refused):
			out.Failed = append(out.Failed, batchFailed{P(&entries[i]).entryID(), true, refused.queryCode, refused.message})
		case err != nil:
			return nil, err
		default:
			out.Successful = append(out.Successful, done)
		}
	}
	return out, nil
}

func checkBatch[Entry any, P interface {
	*Entry
	entryID() string
}](entries []Entry) error {
	switch {
	case len(entries) == 0:
		return &apiError{"com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", "There should be at least one entry in the request."}
	case len(entries) > maxBatch:
		return &apiError{
			"com.amazonaws.sqs#TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
			fmt.Sprintf("Maximum number of entries per request are %d. You have sent %d.", maxBatch, len(entries)),
		}
	}
	seen := map[string]bool{}
	for i := range entries {
		id := P(&entries[i]).entryID()
		switch {
		case !batchEntryID.MatchString(id):
			return &apiError{"com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."}
		case seen[id]:
			return &apiError{"com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id " + id + " repeated."}
		}
		seen[id] = true
	}
	return nil
}
