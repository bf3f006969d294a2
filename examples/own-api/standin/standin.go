// Package standin plays the part of DynamoDB that the orders function needs, on localhost and in tests: PutItem under
// attribute_not_exists(id), and GetItem, in memory, one table for all names. It checks no signature.
//
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
package standin

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// Table is an http.Handler; its zero value is an empty table.
type Table struct {
	mu    sync.Mutex
	items map[string]json.RawMessage
	down  bool
}

// Len is how many items there are.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.items)
}

// Fail makes every request fail, or none.
func (t *Table) Fail(down bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down = down
}

type attribute struct{ S string }

// ServeHTTP implements http.Handler.
func (t *Table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const largest = 1 << 20
	var in struct {
		Item                json.RawMessage
		Key                 struct{ ID attribute }
		ConditionExpression string
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest)).Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, "SerializationException")
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down {
		refuse(w, http.StatusInternalServerError, "InternalServerError")
		return
	}
	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "PutItem":
		t.put(w, in.Item, in.ConditionExpression)
	case "GetItem":
		answer := map[string]json.RawMessage{}
		if item, found := t.items[in.Key.ID.S]; found {
			answer["Item"] = item
		}
		write(w, http.StatusOK, answer)
	default:
		refuse(w, http.StatusBadRequest, "UnknownOperationException")
	}
}

func (t *Table) put(w http.ResponseWriter, item json.RawMessage, condition string) {
	var key struct{ ID attribute }
	if err := json.Unmarshal(item, &key); err != nil || key.ID.S == "" || condition != "attribute_not_exists(id)" {
		refuse(w, http.StatusBadRequest, "ValidationException")
		return
	}
	if _, exists := t.items[key.ID.S]; exists {
		refuse(w, http.StatusBadRequest, "ConditionalCheckFailedException")
		return
	}
	if t.items == nil {
		t.items = map[string]json.RawMessage{}
	}
	t.items[key.ID.S] = item
	write(w, http.StatusOK, struct{}{})
}

func refuse(w http.ResponseWriter, status int, shape string) {
	write(w, status, map[string]string{"__type": "com.amazonaws.dynamodb.v20120810#" + shape, "message": shape})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who hung up needs no answer
}
