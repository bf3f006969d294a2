package sqs

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// apiError is an error answer: the name of its shape, the code older clients know it by ("" for the protocol's own
// errors), and the text.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-api-responses.html
type apiError struct {
	shape, queryCode, message string
}

func (e *apiError) Error() string { return e.shape + ": " + e.message }

func queueDoesNotExist() *apiError {
	return &apiError{"com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."}
}

func missingParameter(name string) *apiError {
	return &apiError{"com.amazonaws.sqs#MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter " + name + "."}
}

func invalidParameter(format string, args ...any) *apiError {
	return &apiError{"com.amazonaws.sqs#InvalidParameterValueException", "InvalidParameterValue", fmt.Sprintf(format, args...)}
}

// invalidValue is the form most parameters out of range are refused with.
func invalidValue(value any, name, reason string) *apiError {
	return invalidParameter("Value %v for parameter %s is invalid. Reason: %s.", value, name, reason)
}

func invalidHandle(handle string) *apiError {
	return &apiError{"com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", fmt.Sprintf("The input receipt handle %q is not a valid receipt handle.", handle)}
}

func notInFlight(handle string) *apiError {
	return &apiError{
		"com.amazonaws.sqs#MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight",
		fmt.Sprintf("Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", handle),
	}
}

func invalidMessage() *apiError {
	return &apiError{"com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents", "Message contains characters outside the allowed set: #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD, #x10000 to #x10FFFF."}
}

func purgeInProgress(queue string) *apiError {
	return &apiError{
		"com.amazonaws.sqs#PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress",
		fmt.Sprintf("Only one PurgeQueue operation on %s is allowed every 60 seconds.", queue),
	}
}

// RefuseToken answers a request whose access key is not the one of this start.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
func RefuseToken(w http.ResponseWriter, _ *http.Request) {
	(&apiError{"com.amazon.coral.service#UnrecognizedClientException", "", "The security token included in the request is invalid."}).write(w)
}

func unknownOperation() *apiError {
	return &apiError{"com.amazon.coral.service#UnknownOperationException", "", "Local mode does not imitate this operation."}
}

func serialization(err error) *apiError {
	return &apiError{"com.amazon.coral.service#SerializationException", "", err.Error()}
}

// write answers with the JSON protocol's headers; every error above is the sender's.
func write(w http.ResponseWriter, status int, queryCode string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "encoding the answer", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-1.0")
	h.Set("X-Amzn-Requestid", uuid.NewString())
	if queryCode != "" {
		h.Set("X-Amzn-Query-Error", queryCode+";Sender")
	}
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

func (e *apiError) write(w http.ResponseWriter) {
	write(w, http.StatusBadRequest, e.queryCode, map[string]string{"__type": e.shape, "message": e.message})
}
