package function_test

import (
	"context"
	"testing"
)

func BenchmarkViewerRequest(b *testing.B) {
	f := load(b, "import cf from 'cloudfront';\nvar table = {'eu-central-1': [0, 1]};\nvar origins = ['a', 'b'];\n"+handler(`
	var pair = table[cf.edgeLocation.region];
	cf.createRequestOriginGroup({originIds: [{originId: origins[pair[0]]}, {originId: origins[pair[1]]}],
		failoverCriteria: {statusCodes: [500, 502, 503, 504]}});
	return event.request;`))
	e := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.ViewerRequest(context.Background(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkViewerRequest_parallel(b *testing.B) {
	f := load(b, handler("event.request.headers['x-a'] = {value: 'b'}; return event.request;"))
	e := sample()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := f.ViewerRequest(context.Background(), e); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkViewerResponse(b *testing.B) {
	f := load(b, handler("event.response.statusCode = 404; return event.response;"))
	e := withResponse(sample())
	for b.Loop() {
		if _, err := f.ViewerResponse(context.Background(), e); err != nil {
			b.Fatal(err)
		}
	}
}

// A runtime is made once per client that asks at the same time.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		load(b, handler("return event.request;"))
	}
}
