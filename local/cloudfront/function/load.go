package function

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

// Type tokens of the resources that are read here.
const (
	functionType    = "aws:cloudfront/function:Function"
	storeType       = "aws:cloudfront/keyValueStore:KeyValueStore"
	storeKeyType    = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
	storeKeysType   = "aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive"
	runtime20       = "cloudfront-js-2.0"
	maxKeyBytes     = 512     // F2.23
	maxValueBytes   = 1 << 10 // F2.23
	maxStoreBytes   = 5 << 20 // F2.23
	maxUpdateKeys   = 50      // F2.23
	maxCommentBytes = 128     // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_FunctionConfig.html
)

// functionInputs are the properties of a function.
type functionInputs struct {
	Code                      string   `json:"code"`
	Runtime                   string   `json:"runtime"`
	Publish                   *bool    `json:"publish"`
	KeyValueStoreAssociations []string `json:"keyValueStoreAssociations"`
	Comment                   string   `json:"comment"`
	Name                      string   `json:"name"`
}

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

// Load builds every function of the graph with its key value store, by ARN. All problems are reported together,
// each with the URN of its resource.
func Load(g *graph.Reading, log *slog.Logger) (map[string]*Function, error) {
	stores := loadStores(g)
	functions := map[string]*Function{}
	for _, r := range g.Take(functionType) {
		functions[r.Output("arn")] = loadFunction(r, stores, log)
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	return functions, nil
}

// loadFunction reads a function. It is nil if its code is refused.
func loadFunction(r *graph.Taken, stores map[string]*store, log *slog.Logger) *Function {
	var in functionInputs
	r.Read(&in)
	r.Require(in.Runtime == runtime20, "runtime", in.Runtime, "local mode runs "+runtime20)
	r.Require(in.Publish == nil || *in.Publish, "publish", false, "a function that is not published runs nowhere, leave it true")
	if n := len(in.Comment); n > maxCommentBytes {
		r.Fail("comment", fmt.Errorf("%d bytes: CloudFront accepts at most %d", n, maxCommentBytes))
	}
	if n := len(in.KeyValueStoreAssociations); n > 1 {
		r.Fail("keyValueStoreAssociations", fmt.Errorf("%d stores: a function may have one (F2.22)", n))
	}
	f, err := New(in.Code, nil, log)
	if err != nil {
		r.Fail("code", err)
		return nil
	}
	f.name = r.Output("name")
	for i, arn := range in.KeyValueStoreAssociations {
		s, found := stores[arn]
		r.Require(found, fmt.Sprintf("keyValueStoreAssociations[%d]", i), arn, "no key value store of this stack")
		f.kvs = s
	}
	return f
}

// loadStores reads every key value store with its keys, by ARN.
func loadStores(g *graph.Reading) map[string]*store {
	stores := map[string]*store{}
	for _, r := range g.Take(storeType) {
		var in storeInputs
		r.Read(&in)
		arn := r.Output("arn")
		stores[arn] = &store{id: arn[strings.LastIndexByte(arn, '/')+1:], keys: map[string]string{}, created: time.Now()}
	}
	for _, r := range g.Take(storeKeyType) {
		var in storeKeyInputs
		r.Read(&in)
		put(r, stores, in.KeyValueStoreARN, keyValue{in.Key, in.Value})
	}
	for _, r := range g.Take(storeKeysType) {
		var in storeKeysInputs
		r.Read(&in)
		if n := in.MaxBatchSize; n != nil {
			r.Require(*n >= 1 && *n <= maxUpdateKeys, "maxBatchSize", *n, fmt.Sprintf("must be 1 to %d (F2.23)", maxUpdateKeys))
		}
		for _, pair := range in.ResourceKeyValuePairs {
			put(r, stores, in.KeyValueStoreARN, pair)
		}
	}
	for _, r := range g.Take(storeType) {
		size := 0
		for k, v := range stores[r.Output("arn")].keys {
			size += len(k) + len(v)
		}
		if size > maxStoreBytes {
			r.Fail("", fmt.Errorf("the store has %d bytes: CloudFront accepts at most %d (F2.23)", size, maxStoreBytes))
		}
	}
	return stores
}

// put adds a key to its store and refuses what the store would refuse (F2.23).
func put(r *graph.Taken, stores map[string]*store, arn string, pair keyValue) {
	s, found := stores[arn]
	if !found {
		r.Refuse("keyValueStoreArn", arn, "no key value store of this stack")
		return
	}
	if pair.Key == "" || len(pair.Key) > maxKeyBytes {
		r.Fail("", fmt.Errorf("key %q: must have 1 to %d bytes (F2.23)", pair.Key, maxKeyBytes))
	}
	if len(pair.Value) > maxValueBytes {
		r.Fail("", fmt.Errorf("key %q: value of %d bytes: must have at most %d (F2.23)", pair.Key, len(pair.Value), maxValueBytes))
	}
	if _, twice := s.keys[pair.Key]; twice {
		r.Fail("", fmt.Errorf("key %q: is in the store already", pair.Key))
	}
	s.keys[pair.Key] = pair.Value
}
