package keyvaluestore

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// maxRequestBytes is what one update may have (F2.23).
	maxRequestBytes = 3 << 20
	// maxListed keys in one answer.
	// https://docs.aws.amazon.com/cloudfront-keyvaluestore/latest/APIReference/API_ListKeys.html
	maxListed = 50
)

// apiError is an error answer: its status, the shape's name, and the text.
type apiError struct {
	status         int
	shape, message string
}

// RefuseToken answers a request whose access key is not the one of this start.
func RefuseToken(w http.ResponseWriter, _ *http.Request) {
	(&apiError{http.StatusForbidden, "AccessDeniedException", "The security token included in the request is invalid."}).write(w)
}

// Handler serves the data API of all stores.
// https://docs.aws.amazon.com/cloudfront-keyvaluestore/latest/APIReference/API_Operations.html
func (s Stores) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ours := strings.CutPrefix(r.URL.Path, "/key-value-stores/")
		arn, key, ofKeys := strings.Cut(rest, "/keys")
		key, ofKey := strings.CutPrefix(key, "/")
		store := s[arn]
		switch {
		case !ours || !ofKeys && key != "":
			(&apiError{http.StatusNotFound, "UnknownOperationException", "Local mode does not imitate this operation."}).write(w)
		case store == nil:
			notFound("The key value store " + arn + " does not exist.").write(w)
		default:
			store.serve(w, r, arn, key, ofKey, ofKeys)
		}
	})
}

func (s *Store) serve(w http.ResponseWriter, r *http.Request, arn, key string, ofKey, ofKeys bool) {
	switch {
	case !ofKeys && r.Method == http.MethodGet:
		s.describe(w, arn)
	case ofKey && r.Method == http.MethodGet:
		s.getKey(w, key)
	case ofKey && r.Method == http.MethodPut:
		var in struct{ Value string }
		if s.read(w, r, &in) {
			s.answerUpdate(w, r, []pair{{key, in.Value}}, nil)
		}
	case ofKey && r.Method == http.MethodDelete:
		s.answerUpdate(w, r, nil, []string{key})
	case ofKeys && !ofKey && r.Method == http.MethodGet:
		s.listKeys(w, r)
	case ofKeys && !ofKey && r.Method == http.MethodPost:
		s.updateKeys(w, r)
	default:
		(&apiError{http.StatusMethodNotAllowed, "UnknownOperationException", "Local mode does not imitate this operation."}).write(w)
	}
}

func (s *Store) describe(w http.ResponseWriter, arn string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seconds := func(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
	w.Header().Set("ETag", s.etag())
	write(w, http.StatusOK, map[string]any{
		"KvsARN": arn, "Status": "READY", "ItemCount": len(s.keys), "TotalSizeInBytes": s.size(),
		"Created": seconds(s.created), "LastModified": seconds(s.changed),
	})
}

func (s *Store) getKey(w http.ResponseWriter, key string) {
	value, found := s.Get(key)
	if !found {
		notFound(fmt.Sprintf("The key %q does not exist.", key)).write(w)
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	write(w, http.StatusOK, map[string]any{"Key": key, "Value": value, "ItemCount": len(s.keys), "TotalSizeInBytes": s.size()})
}

// listKeys pages by position: a key that comes or goes in between shifts what follows, as may happen on AWS.
func (s *Store) listKeys(w http.ResponseWriter, r *http.Request) {
	from, most := 0, maxListed
	for name, target := range map[string]*int{"NextToken": &from, "MaxResults": &most} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || name == "MaxResults" && (n < 1 || n > maxListed) {
			invalid(fmt.Sprintf("%s: %q", name, text)).write(w)
			return
		}
		*target = n
	}
	all := s.pairs()
	from = min(from, len(all))
	to := min(from+most, len(all))
	answer := map[string]any{"Items": all[from:to]}
	if to < len(all) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	write(w, http.StatusOK, answer)
}

func (s *Store) updateKeys(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Puts    []pair
		Deletes []struct{ Key string }
	}
	if !s.read(w, r, &in) {
		return
	}
	var deletes []string
	for _, d := range in.Deletes {
		deletes = append(deletes, d.Key)
	}
	if n := len(in.Puts) + len(deletes); n > maxUpdateKeys {
		invalid(fmt.Sprintf("%d keys in one update: at most %d (F2.23)", n, maxUpdateKeys)).write(w)
		return
	}
	s.answerUpdate(w, r, in.Puts, deletes)
}

func (s *Store) answerUpdate(w http.ResponseWriter, r *http.Request, puts []pair, deletes []string) {
	match := r.Header.Get("If-Match")
	if match == "" {
		invalid("If-Match is missing: the store's ETag.").write(w)
		return
	}
	switch err := s.update(match, puts, deletes); {
	case errors.Is(err, errConflict):
		(&apiError{http.StatusConflict, "ConflictException", err.Error()}).write(w)
		return
	case errors.Is(err, errNoKey):
		notFound(err.Error()).write(w)
		return
	case err != nil:
		invalid(err.Error()).write(w)
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	w.Header().Set("ETag", s.etag())
	write(w, http.StatusOK, map[string]any{"ItemCount": len(s.keys), "TotalSizeInBytes": s.size()})
}

// read reads a request's JSON, or answers what is wrong with it.
func (s *Store) read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBytes)).Decode(into); err != nil {
		invalid(err.Error()).write(w)
		return false
	}
	return true
}

func notFound(message string) *apiError {
	return &apiError{http.StatusNotFound, "ResourceNotFoundException", message}
}

func invalid(message string) *apiError {
	return &apiError{http.StatusBadRequest, "ValidationException", message}
}

func (e *apiError) write(w http.ResponseWriter) {
	w.Header().Set("X-Amzn-Errortype", e.shape)
	write(w, e.status, map[string]string{"Message": e.message})
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // maps of strings and numbers always encode; who hung up wants no answer
}
