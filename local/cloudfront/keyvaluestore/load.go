package keyvaluestore

import (
	"fmt"
	"strings"

	"github.com/onefront/onefront/graph"
)

// Type tokens of the resources that are read here.
const (
	storeType     = "aws:cloudfront/keyValueStore:KeyValueStore"
	storeKeyType  = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
	storeKeysType = "aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive"
)

type storeInputs struct {
	Comment  string               `json:"comment"`
	Name     string               `json:"name"`
	Timeouts graph.NoLocalMeaning `json:"timeouts"` // of the deployment
}

type storeKeyInputs struct {
	Key              string `json:"key"`
	Value            string `json:"value"`
	KeyValueStoreARN string `json:"keyValueStoreArn"`
}

type storeKeysInputs struct {
	KeyValueStoreARN      string     `json:"keyValueStoreArn"`
	MaxBatchSize          *int       `json:"maxBatchSize"`
	ResourceKeyValuePairs []keyValue `json:"resourceKeyValuePairs"`
}

type keyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Stores are the key value stores of a graph by ARN.
type Stores map[string]*Store

// Load reads every key value store with its keys. What it refuses is among the reading's problems.
func Load(g *graph.Reading) Stores {
	keys := map[string]map[string]string{}
	for _, r := range g.Take(storeType) {
		var in storeInputs
		r.Read(&in)
		keys[r.Output("arn")] = map[string]string{}
	}
	for _, r := range g.Take(storeKeyType) {
		var in storeKeyInputs
		r.Read(&in)
		put(r, keys, in.KeyValueStoreARN, pair{in.Key, in.Value})
	}
	for _, r := range g.Take(storeKeysType) {
		var in storeKeysInputs
		r.Read(&in)
		if n := in.MaxBatchSize; n != nil {
			r.Require(*n >= 1 && *n <= maxUpdateKeys, "maxBatchSize", *n, fmt.Sprintf("must be 1 to %d (F2.23)", maxUpdateKeys))
		}
		for _, p := range in.ResourceKeyValuePairs {
			put(r, keys, in.KeyValueStoreARN, pair(p))
		}
	}
	stores := Stores{}
	for _, r := range g.Take(storeType) {
		arn := r.Output("arn")
		s := New(arn[strings.LastIndexByte(arn, '/')+1:], keys[arn])
		if size := s.size(); size > maxStoreBytes {
			r.Fail("", fmt.Errorf("the store has %d bytes: CloudFront accepts at most %d (F2.23)", size, maxStoreBytes))
		}
		stores[arn] = s
	}
	return stores
}

// put adds a key to its store and refuses what the store would refuse.
func put(r *graph.Taken, keys map[string]map[string]string, arn string, p pair) {
	store, found := keys[arn]
	if !found {
		r.Refuse("keyValueStoreArn", arn, "no key value store of this stack")
		return
	}
	if err := checkPair(p); err != nil {
		r.Fail("", err)
	}
	if _, twice := store[p.Key]; twice {
		r.Fail("", fmt.Errorf("key %q: is in the store already", p.Key))
	}
	store[p.Key] = p.Value
}

// Reset brings the keys back that the program gave the stores.
func (s Stores) Reset() {
	for _, store := range s {
		store.Reset()
	}
}
