package function_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
	"github.com/onefront/onefront/local/cloudfront/function"
	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
)

type object = map[string]any

func resource(token, name string, inputs, outputs object) *graph.Resource {
	r := &graph.Resource{
		URN: "urn:pulumi:test::onefront::" + token + "::" + name, Type: token, Name: name, Custom: true, Inputs: inputs, Outputs: object{},
	}
	for _, m := range []object{inputs, outputs} {
		for k, v := range m {
			r.Outputs[k] = v
		}
	}
	return r
}

const (
	functionARN = "arn:aws:cloudfront::123456789012:function/site-request"
	storeARN    = "arn:aws:cloudfront::123456789012:key-value-store/8562f61f"
)

func functionResource(changes object) *graph.Resource {
	inputs := object{
		"code":    importCF + "async function handler(event) { const v = await cf.kvs('8562f61f').get('/a'); return {statusCode: 200, body: v}; }",
		"runtime": "cloudfront-js-2.0", "publish": true, "comment": "c", "keyValueStoreAssociations": []any{storeARN},
	}
	for k, v := range changes {
		inputs[k] = v
	}
	return resource("aws:cloudfront/function:Function", "site-request", inputs, object{"arn": functionARN, "name": "site-request-1234567"})
}

func storeResource() *graph.Resource {
	return resource("aws:cloudfront/keyValueStore:KeyValueStore", "paths", object{"comment": "paths"}, object{"arn": storeARN})
}

func keyResource(key, value string) *graph.Resource {
	return resource("aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey", key, object{"key": key, "value": value, "keyValueStoreArn": storeARN}, nil)
}

func keysResource(pairs ...string) *graph.Resource {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, object{"key": pairs[i], "value": pairs[i+1]})
	}
	return resource("aws:cloudfront/keyvaluestoreKeysExclusive:KeyvaluestoreKeysExclusive", "keys",
		object{"keyValueStoreArn": storeARN, "resourceKeyValuePairs": list, "maxBatchSize": 50.0}, nil)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]*graph.Resource{"single key": keyResource("/a", "one"), "exclusive keys": keysResource("/b", "x", "/a", "one")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			functions, err := loadGraph(functionResource(nil), storeResource(), keys)
			if err != nil {
				t.Fatal(err)
			}
			f := functions[functionARN]
			if f == nil || len(functions) != 1 {
				t.Fatalf("got %v, want the one function by its ARN", functions)
			}
			if got := body(t, f); got != "one" {
				t.Errorf("got %q, want the key's value", got)
			}
		})
	}
	if functions, err := loadGraph(); err != nil || len(functions) != 0 {
		t.Errorf("an empty graph: got %v, %v", functions, err)
	}
}

func TestLoad_refuses(t *testing.T) {
	t.Parallel()
	stranger := resource("aws:cloudfront/function:Function", "x", nil, nil).URN
	many := make([]any, 0)
	for i := range 6000 {
		many = append(many, object{"key": fmt.Sprintf("%0500d", i), "value": strings.Repeat("v", 1000)})
	}
	large := keysResource()
	large.Inputs["resourceKeyValuePairs"] = many
	batch := keysResource("/a", "1")
	batch.Inputs["maxBatchSize"] = 51.0
	elsewhere := keyResource("/a", "1")
	elsewhere.Inputs["keyValueStoreArn"] = "arn:other"
	for name, tt := range map[string]struct {
		resources []*graph.Resource
		want      string
	}{
		"unknown property":          {[]*graph.Resource{functionResource(object{"memory": 1.0}), storeResource()}, "memory"},
		"runtime 1.0":               {[]*graph.Resource{functionResource(object{"runtime": "cloudfront-js-1.0"}), storeResource()}, "cloudfront-js-1.0"},
		"not published":             {[]*graph.Resource{functionResource(object{"publish": false}), storeResource()}, "publish"},
		"long comment":              {[]*graph.Resource{functionResource(object{"comment": strings.Repeat("c", 129)}), storeResource()}, "comment"},
		"F2.22 two stores":          {[]*graph.Resource{functionResource(object{"keyValueStoreAssociations": []any{storeARN, storeARN}}), storeResource()}, "may have one"},
		"store of another stack":    {[]*graph.Resource{functionResource(nil)}, "no key value store"},
		"bad code":                  {[]*graph.Resource{functionResource(object{"code": "class A {}"}), storeResource()}, "handler"},
		"store with unknown input":  {[]*graph.Resource{resource("aws:cloudfront/keyValueStore:KeyValueStore", "paths", object{"size": 1.0}, object{"arn": storeARN})}, "size"},
		"key of no store":           {[]*graph.Resource{storeResource(), elsewhere}, "arn:other"},
		"F2.23 empty key":           {[]*graph.Resource{storeResource(), keyResource("", "1")}, "1 to 512 bytes"},
		"F2.23 key of 513 bytes":    {[]*graph.Resource{storeResource(), keyResource(strings.Repeat("k", 513), "1")}, "1 to 512 bytes"},
		"F2.23 value over 1 KB":     {[]*graph.Resource{storeResource(), keyResource("/a", strings.Repeat("v", 1025))}, "1025 bytes"},
		"F2.23 store over 5 MB":     {[]*graph.Resource{storeResource(), large}, "5242880"},
		"F2.23 batch of 51":         {[]*graph.Resource{storeResource(), batch}, "51"},
		"the same key twice":        {[]*graph.Resource{storeResource(), keysResource("/a", "1"), keyResource("/a", "2")}, "already"},
		"the URN is in the message": {[]*graph.Resource{functionResource(object{"runtime": "x"}), storeResource()}, strings.TrimSuffix(stranger, "x") + "site-request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loadGraph(tt.resources...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// loadGraph reads functions with the stores they name.
func loadGraph(resources ...*graph.Resource) (map[string]*function.Function, error) {
	g := graph.New(resources...).Read()
	return function.Load(g, keyvaluestore.Load(g), nil)
}
