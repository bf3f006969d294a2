package function

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

// Type tokens of the resources that are read here.
const (
	functionToken   = "aws:cloudfront/function:Function"
	storeToken      = "aws:cloudfront/keyValueStore:KeyValueStore"
	storeKeyToken   = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
	storeKeysToken  = "aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive"
	runtime20       = "cloudfront-js-2.0"
	maxKeyBytes     = 512     // F2.23
	maxValueBytes   = 1 << 10 // F2.23
	maxStoreBytes   = 5 << 20 // F2.23
	maxUpdateKeys   = 50      // F2.23
	maxCommentBytes = 128     // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_FunctionConfig.html
)

// functionArgs are the inputs of a function.
type functionArgs struct {
	Code                      string   `json:"code"`
	Runtime                   string   `json:"runtime"`
	Publish                   *bool    `json:"publish"`
	KeyValueStoreAssociations []string `json:"keyValueStoreAssociations"`
	Comment                   string   `json:"comment"`
	Name                      string   `json:"name"`
}

type storeKeyArgs struct {
	Key              string `json:"key"`
	Value            string `json:"value"`
	KeyValueStoreARN string `json:"keyValueStoreArn"`
}

type storeKeysArgs struct {
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
func Load(g *graph.Graph, log *slog.Logger) (map[string]*Function, error) {
	stores, errs := loadStores(g)
	functions := map[string]*Function{}
	for _, r := range ofType(g, functionToken) {
		f, err := loadFunction(r, stores, log)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		functions[r.Output("arn")] = f
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return functions, nil
}

// ofType returns the resources of a type, in the graph's order.
func ofType(g *graph.Graph, token string) []*graph.Resource {
	var all []*graph.Resource
	for _, r := range g.Resources {
		if r.Type == token {
			all = append(all, r)
		}
	}
	return all
}

func loadFunction(r *graph.Resource, stores map[string]*store, log *slog.Logger) (*Function, error) {
	var a functionArgs
	if err := r.Decode(&a); err != nil {
		return nil, err
	}
	switch {
	case a.Runtime != runtime20:
		return nil, fmt.Errorf("%s: runtime: %q: local mode runs %s", r.URN, a.Runtime, runtime20)
	case a.Publish != nil && !*a.Publish:
		return nil, fmt.Errorf("%s: publish: false: a function that is not published runs nowhere, leave it true", r.URN)
	case len(a.Comment) > maxCommentBytes:
		return nil, fmt.Errorf("%s: comment: %d bytes: CloudFront accepts at most %d", r.URN, len(a.Comment), maxCommentBytes)
	case len(a.KeyValueStoreAssociations) > 1:
		return nil, fmt.Errorf("%s: keyValueStoreAssociations: %d stores: a function may have one (F2.22)", r.URN, len(a.KeyValueStoreAssociations))
	}
	f, err := New(a.Code, nil, log)
	if err != nil {
		return nil, fmt.Errorf("%s: code: %w", r.URN, err)
	}
	f.name = r.Output("name")
	for _, arn := range a.KeyValueStoreAssociations {
		s, found := stores[arn]
		if !found {
			return nil, fmt.Errorf("%s: keyValueStoreAssociations: %q: no key value store of this stack", r.URN, arn)
		}
		f.kvs = s
	}
	return f, nil
}

// loadStores reads every key value store with its keys, by ARN.
func loadStores(g *graph.Graph) (map[string]*store, []error) {
	stores := map[string]*store{}
	var errs []error
	for _, r := range ofType(g, storeToken) {
		var a struct {
			Comment  string               `json:"comment"`
			Name     string               `json:"name"`
			Timeouts graph.NoLocalMeaning `json:"timeouts"` // of the deployment
		}
		if err := r.Decode(&a); err != nil {
			errs = append(errs, err)
		}
		arn := r.Output("arn")
		stores[arn] = &store{id: arn[strings.LastIndexByte(arn, '/')+1:], keys: map[string]string{}, created: time.Now()}
	}
	for _, r := range ofType(g, storeKeyToken) {
		var a storeKeyArgs
		if err := r.Decode(&a); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, put(r, stores, a.KeyValueStoreARN, keyValue{a.Key, a.Value}))
	}
	for _, r := range ofType(g, storeKeysToken) {
		var a storeKeysArgs
		if err := r.Decode(&a); err != nil {
			errs = append(errs, err)
			continue
		}
		if n := a.MaxBatchSize; n != nil && (*n < 1 || *n > maxUpdateKeys) {
			errs = append(errs, fmt.Errorf("%s: maxBatchSize: %d: must be 1 to %d (F2.23)", r.URN, *n, maxUpdateKeys))
		}
		for _, pair := range a.ResourceKeyValuePairs {
			errs = append(errs, put(r, stores, a.KeyValueStoreARN, pair))
		}
	}
	for arn, s := range stores {
		size := 0
		for k, v := range s.keys {
			size += len(k) + len(v)
		}
		if size > maxStoreBytes {
			errs = append(errs, fmt.Errorf("key value store %s: %d bytes: CloudFront accepts at most %d (F2.23)", arn, size, maxStoreBytes))
		}
	}
	return stores, errs
}

// put adds a key to its store and refuses what the store would refuse (F2.23).
func put(r *graph.Resource, stores map[string]*store, arn string, pair keyValue) error {
	s, found := stores[arn]
	switch {
	case !found:
		return fmt.Errorf("%s: keyValueStoreArn: %q: no key value store of this stack", r.URN, arn)
	case pair.Key == "" || len(pair.Key) > maxKeyBytes:
		return fmt.Errorf("%s: key %q: must have 1 to %d bytes (F2.23)", r.URN, pair.Key, maxKeyBytes)
	case len(pair.Value) > maxValueBytes:
		return fmt.Errorf("%s: key %q: value of %d bytes: must have at most %d (F2.23)", r.URN, pair.Key, len(pair.Value), maxValueBytes)
	}
	if _, twice := s.keys[pair.Key]; twice {
		return fmt.Errorf("%s: key %q: is in the store already", r.URN, pair.Key)
	}
	s.keys[pair.Key] = pair.Value
	return nil
}
