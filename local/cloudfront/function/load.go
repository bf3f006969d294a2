package function

import (
	"fmt"
	"log/slog"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
)

const (
	functionType    = "aws:cloudfront/function:Function"
	runtime20       = "cloudfront-js-2.0"
	maxCommentBytes = 128 // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_FunctionConfig.html
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

// Load builds every function of the graph with its key value store, by ARN. All problems are reported together,
// each with the URN of its resource.
func Load(g *graph.Reading, stores keyvaluestore.Stores, log *slog.Logger) (map[string]*Function, error) {
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
func loadFunction(r *graph.Taken, stores keyvaluestore.Stores, log *slog.Logger) *Function {
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
