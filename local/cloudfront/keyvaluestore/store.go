package keyvaluestore

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// CloudFront's limits (F2.23).
const (
	maxKeyBytes   = 512
	maxValueBytes = 1 << 10
	maxStoreBytes = 5 << 20
	maxUpdateKeys = 50
)

// Store is one key value store. It is safe for concurrent use.
type Store struct {
	// ID is the last part of the store's ARN; "" if it is not known.
	ID string

	mu               sync.RWMutex
	keys, deployed   map[string]string
	version          int
	created, changed time.Time
}

// New returns a store with these keys, which it copies.
func New(id string, keys map[string]string) *Store {
	now := time.Now()
	return &Store{ID: id, keys: maps.Clone(keys), deployed: maps.Clone(keys), created: now, changed: now}
}

// Get returns the value of a key.
func (s *Store) Get(key string) (value string, found bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	value, found = s.keys[key]
	return value, found
}

// Meta is what a function may know of its store.
func (s *Store) Meta() (created, changed time.Time, count int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.created, s.changed, len(s.keys)
}

// Reset brings the keys back that the program gave the store.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !maps.Equal(s.keys, s.deployed) {
		s.keys = maps.Clone(s.deployed)
		s.touch()
	}
}

// touch gives the store another ETag.
func (s *Store) touch() {
	s.version++
	s.changed = time.Now()
}

func (s *Store) etag() string { return "KV" + strconv.Itoa(s.version) }

func (s *Store) size() int {
	size := 0
	for k, v := range s.keys {
		size += len(k) + len(v)
	}
	return size
}

// pair is a key with its value.
type pair struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// pairs are all keys in order.
func (s *Store) pairs() []pair {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]pair, 0, len(s.keys))
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		all = append(all, pair{key, s.keys[key]})
	}
	return all
}

var (
	// errConflict: somebody else changed the store since its ETag was read.
	errConflict = errors.New("the store has another ETag: read it again")
	// errNoKey: a key that is to be deleted is not there.
	errNoKey = errors.New("the key does not exist")
)

// update changes keys, all or none, if the store still has the ETag.
func (s *Store) update(match string, puts []pair, deletes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if match != s.etag() {
		return errConflict
	}
	changed := maps.Clone(s.keys)
	for _, key := range deletes {
		if _, found := changed[key]; !found {
			return fmt.Errorf("%w: %q", errNoKey, key)
		}
		delete(changed, key)
	}
	for _, p := range puts {
		if err := checkPair(p); err != nil {
			return err
		}
		changed[p.Key] = p.Value
	}
	before := s.keys
	s.keys = changed
	if size := s.size(); size > maxStoreBytes {
		s.keys = before
		return fmt.Errorf("the store would have %d bytes: CloudFront accepts at most %d (F2.23)", size, maxStoreBytes)
	}
	s.touch()
	return nil
}

func checkPair(p pair) error {
	if p.Key == "" || len(p.Key) > maxKeyBytes {
		return fmt.Errorf("key %q: must have 1 to %d bytes (F2.23)", p.Key, maxKeyBytes)
	}
	if len(p.Value) > maxValueBytes {
		return fmt.Errorf("key %q: value of %d bytes: must have at most %d (F2.23)", p.Key, len(p.Value), maxValueBytes)
	}
	return nil
}

// Set changes one key, whatever ETag the store has.
func (s *Store) Set(key, value string) error {
	for {
		s.mu.RLock()
		tag := s.etag()
		s.mu.RUnlock()
		if err := s.update(tag, []pair{{key, value}}, nil); !errors.Is(err, errConflict) {
			return err
		}
	}
}
