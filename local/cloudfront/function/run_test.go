package function_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/onefront/onefront/local/cloudfront/function"
)

func body(t *testing.T, f *function.Function) string {
	t.Helper()
	got, err := f.ViewerRequest(t.Context(), sample())
	if err != nil {
		t.Fatal(err)
	}
	if got.Response == nil {
		t.Fatal("got no answer")
	}
	return string(got.Response.Body)
}

// Nothing of a run is seen by another, as on CloudFront.
func TestRun_leavesNothing(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"variable of the file":  "var n = 0;\n" + handler("n++; return {statusCode: 200, body: String(n)};"),
		"list of the file":      "const list = [];\n" + handler("list.push(1); return {statusCode: 200, body: String(list.length)};"),
		"global object":         handler("globalThis.n = (globalThis.n || 0) + 1; return {statusCode: 200, body: String(globalThis.n)};"),
		"prototype":             handler("var p = Object.prototype; p.n = (p.n || 0) + 1; return {statusCode: 200, body: String(p.n)};"),
		"prototype, indirectly": handler("var p = [].__proto__; p.n = (p.n || 0) + 1; return {statusCode: 200, body: String(p.n)};"),
		"event":                 handler("event.n = (event.n || 0) + 1; return {statusCode: 200, body: String(event.n)};"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := load(t, code)
			for range 3 {
				if got := body(t, f); got != "1" {
					t.Fatalf("got %s, want 1 in every run", got)
				}
			}
		})
	}
}

// Date stands still during a run ("Date and timestamps" of the runtime's restricted features) and goes on between runs.
func TestRun_dateStandsStill(t *testing.T) {
	t.Parallel()
	f := load(t, handler("var a = Date.now(); for (var i = 0; i < 20000; i++) {} var b = new Date().getTime(); return {statusCode: 200, body: String(a === b)};"))
	if got := body(t, f); got != "true" {
		t.Error("the clock moved during a run")
	}
}

func TestConsoleLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f, err := function.New(handler("console.log('a'); console.log({b: [true, null]}); console.log('x'.repeat(20000)); console.log('more'); return event.request;"),
		nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.ViewerRequest(t.Context(), sample()); err != nil {
		t.Fatal(err)
	}
	text := log.String()
	for _, want := range []string{"text=a", `text="{\"b\":[true,null]}"`, "requestId=EXAMPLEntjQpEXAMPLE", "event=viewer-request"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s, want %s in it", text, want)
		}
	}
	if n := strings.Count(text, "x"); n > 10_300 || n < 10_000 {
		t.Errorf("got %d characters, want the run's output cut at 10 KB", n)
	}
	if strings.Contains(text, "more") {
		t.Error("got a line after the cut")
	}
}

func TestKVS_F2_22(t *testing.T) {
	t.Parallel()
	keys := map[string]string{"a": "1", "json": `{"x":[1,"é"]}`, "bytes": "\x00é", "constructor2": "x"}
	for name, tt := range map[string]struct{ expression, want string }{
		"get":               {"const v = await kvs.get('a');", "1"},
		"get as json":       {"const j = await kvs.get('json', {format: 'json'}); const v = j.x[1] + j.x.length;", "é2"},
		"get as string":     {"const v = await kvs.get('json', {format: 'string'});", `{"x":[1,"é"]}`},
		"get as bytes":      {"const b = await kvs.get('bytes', {format: 'bytes'}); const v = b.length + ' ' + b[0] + ' ' + b[1];", "3 0 195"},
		"bytes hashed":      {"const b = await kvs.get('bytes', {format: 'bytes'}); const v = require('crypto').createHash('sha256').update(b).digest('hex');", "7e8d20ac6fc3f5fff436df1f54b0ee0e0b387d4ed998b32231e796d689ceff3b"},
		"get missing":       {"let v = 'no error'; try { v = await kvs.get('none'); } catch (e) { v = 'threw ' + e; }", "threw Error: KeyNotFound: none"},
		"exists":            {"const v = await kvs.exists('a');", "true"},
		"exists not":        {"const v = await kvs.exists('constructor');", "false"},
		"meta":              {"const m = await kvs.meta(); const v = m.keyCount + ' ' + (m.creationDateTime.length > 0) + ' ' + (m.lastUpdatedDateTime.length > 0);", "4 true true"},
		"one after another": {"const x = await kvs.get('a'); const y = await kvs.exists('b'); const v = x + y;", "1false"},
		"promises together": {"const all = await Promise.all([kvs.get('a'), kvs.exists('a')]); const v = all.join();", "1,true"},
		"then":              {"const v = await kvs.get('a').then(function (x) { return x + x; });", "11"},
		"unknown format":    {"let v = 'no error'; try { v = await kvs.get('a', {format: 'xml'}); } catch (e) { v = 'threw'; }", "threw"},
		"not json":          {"let v = 'no error'; try { v = await kvs.get('bytes', {format: 'json'}); } catch (e) { v = 'threw'; }", "threw"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := importCF + "const kvs = cf.kvs();\nasync function handler(event) {\n" + tt.expression + "\nreturn {statusCode: 200, body: String(v)};\n}"
			f, err := function.New(code, keys, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := body(t, f); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("none associated", func(t *testing.T) {
		t.Parallel()
		_, err := load(t, importCF+"const kvs = cf.kvs();\n"+handler("return event.request;")).ViewerRequest(t.Context(), sample())
		wantError(t, err, 503, "FunctionExecutionError")
	})
	t.Run("in viewer-response too", func(t *testing.T) {
		t.Parallel()
		f, err := function.New(importCF+"async function handler(event) { const n = await cf.kvs().get('a'); event.response.statusCode = 200 + parseInt(n); return event.response; }", keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.ViewerResponse(t.Context(), withResponse(sample()))
		if err != nil || got.Response.StatusCode != 201 {
			t.Errorf("got %+v, %v", got.Response, err)
		}
	})
}

func TestModules(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ expression, want string }{
		"sha256":                      {"crypto.createHash('sha256').update('a').update('b').digest('hex')", "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"},
		"md5 base64":                  {"crypto.createHash('md5').update('').digest('base64')", "1B2M2Y8AsgTpgAmY7PhCfg=="},
		"bytes, not their text":       {"crypto.createHash('sha256').update(new Uint8Array([255, 0])).digest('hex')", "ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f"},
		"a key of bytes":              {"crypto.createHmac('sha256', new Uint8Array([255, 0])).update('a').digest('hex')", "bf033e25102c94189729e188d37b9612b3a7b47589314392376db5b69db42a4b"},
		"update with an encoding":     {"crypto.createHash('sha256').update('6869', 'hex').digest('hex')", "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"},
		"digest of a digest":          {"crypto.createHash('md5').update('').digest().toString('base64')", "1B2M2Y8AsgTpgAmY7PhCfg=="},
		"digest without an encoding":  {"(function (b) { return b.length + ' ' + b[0]; })(crypto.createHash('md5').digest())", "16 212"},
		"required crypto":             {"require('crypto').createHash('md5').update('').digest('base64')", "1B2M2Y8AsgTpgAmY7PhCfg=="},
		"required querystring":        {"require('querystring').escape(' ')", "%20"},
		"Buffer.from base64url":       {"String(JSON.parse(Buffer.from('eyJhIjoxfQ', 'base64url')).a)", "1"},
		"Buffer.from bytes copies":    {"(function (a) { var b = Buffer.from(a); a[0] = 98; return b + a.length; })(new Uint8Array([97]))", "a1"},
		"Buffer.from hex":             {"Buffer.from('c3a9', 'hex').toString()", "é"},
		"parse with arguments":        {"JSON.stringify(qs.parse('a:1;b:2;c:3', ';', ':', {maxKeys: 2}))", `{"a":"1","b":"2"}`},
		"parse with a converter":      {"JSON.stringify(qs.parse('a=1', null, null, {decodeURIComponent: function (s) { return s + '!'; }}))", `{"a!":"1!"}`},
		"parse: plus is a space":      {"JSON.stringify(qs.parse('a+b=c+d'))", `{"a b":"c d"}`},
		"decode is parse":             {"JSON.stringify(qs.decode('a=1&&b'))", `{"a":"1","b":""}`},
		"stringify with arguments":    {"qs.stringify({a: 1, b: [2, 3]}, ';', ':', {encodeURIComponent: function (s) { return '<' + s + '>'; }})", "<a>:<1>;<b>:<2>;<b>:<3>"},
		"encode is stringify":         {"qs.encode({a: 'ü'})", "a=%C3%BC"},
		"InternalError":               {"(function () { try { throw new InternalError('x'); } catch (e) { return e + (e instanceof Error) + (e instanceof InternalError); } })()", "InternalError: xtruetrue"},
		"no method of later editions": {"typeof [].flat + typeof ''.at + typeof Object.fromEntries + typeof Array.from + typeof Array.of", "undefinedundefinedundefinedundefinedfunction"},
		"sha1 base64url":              {"crypto.createHash('sha1').update('').digest('base64url')", "2jmj7l5rSw0yVb_vlWAYkK_YBwk"},
		"hmac":                        {"crypto.createHmac('sha256', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex')", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
		"escape":                      {"qs.escape('a b&c=d/é+')", "a%20b%26c%3Dd%2F%C3%A9%2B"},
		"unescape":                    {"qs.unescape('a%20b+c')", "a b+c"},
		"parse":                       {"JSON.stringify(qs.parse('a=1&b=%C3%A9&a=2'))", `{"a":["1","2"],"b":"é"}`},
		"stringify":                   {"qs.stringify({a: ['1', '2'], b: 'x y'})", "a=1&a=2&b=x%20y"},
		"atob":                        {"atob('aGk=')", "hi"},
		"btoa":                        {"btoa('hi')", "aGk="},
		"replaceAll":                  {"'a-b-c'.replaceAll('-', '+')", "a+b+c"},
		"encodeURI":                   {"encodeURIComponent('é') + decodeURIComponent('%C3%A9')", "%C3%A9é"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := load(t, "import crypto from 'crypto';\nimport qs from 'querystring';\n"+handler("return {statusCode: 200, body: "+tt.expression+"};"))
			if got := body(t, f); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, expression := range []string{"crypto.createHash('sha512')", "crypto.createHash('md5').update(1)", "crypto.createHash('md5').digest('latin1')", "atob('*')", "btoa('ā')"} {
		_, err := load(t, "import crypto from 'crypto';\n"+handler("return {statusCode: 200, body: String("+expression+")};")).ViewerRequest(t.Context(), sample())
		wantError(t, err, 503, "FunctionExecutionError")
	}
}

// AWS's sample normalize-query-string-parameters gives the whole query as one text.
func TestViewerRequest_queryAsText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a=1&b=%20&a=2": "a=1&b=%20&a=2", "": "", "x": "x"} {
		f := load(t, handler("event.request.querystring = '"+text+"'; return event.request;"))
		got, err := f.ViewerRequest(t.Context(), sample())
		if err != nil {
			t.Fatal(err)
		}
		if q := got.Request.Query.Query(); q != want {
			t.Errorf("%q became %q", text, q)
		}
	}
	_, err := load(t, handler("event.request.querystring = 'a=b c'; return event.request;")).ViewerRequest(t.Context(), sample())
	wantError(t, err, 502, "FunctionValidationError")
	_, err = load(t, handler("event.request.querystring = 1; return event.request;")).ViewerRequest(t.Context(), sample())
	wantError(t, err, 502, "FunctionValidationError")
}

func TestFunction_concurrentUse(t *testing.T) {
	t.Parallel()
	f := load(t, importCF+"async function later(v) { return v; }\n"+`async function handler(event) {
		const id = await later(event.request.querystring.n.value);
		if (id === '13') throw new Error('unlucky');
		cf.selectRequestOriginById('origin-' + id);
		event.request.headers['x-n'] = {value: id};
		return event.request;
	}`)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for range 20 {
				e := sample()
				e.Request.Query = function.ParseQuery(fmt.Sprintf("n=%d", i))
				got, err := f.ViewerRequest(t.Context(), e)
				if i == 13 {
					if err == nil {
						t.Error("got no error")
					}
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := fmt.Sprint(i); got.Request.Headers.Get("X-N") != n || got.Origin.ID != "origin-"+n {
					t.Errorf("got %+v of another run, want %s", got, n)
				}
			}
		})
	}
	wg.Wait()
}

func TestViewerRequest_cancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := load(t, handler("return event.request;")).ViewerRequest(ctx, sample()); err == nil {
		t.Error("got no error")
	}
}

// The event belongs to the caller.
func TestViewerRequest_doesNotChangeTheEvent(t *testing.T) {
	t.Parallel()
	e := sample()
	f := load(t, handler("var h = event.request.headers; h.accept.multiValue[0].value = 'x'; h['user-agent'].value = 'y'; h['x-a'] = {value: '1'}; event.request.cookies = {}; return event.request;"))
	if _, err := f.ViewerRequest(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(e); got != fmt.Sprint(sample()) {
		t.Errorf("got %s", got)
	}
}

func TestParams_roundTrip(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "a", "a=", "=", "=a", "a=1&a=2", "a&&b", "&", "a=b=c", "%zz=%", "a=1&b=2&a=3"} {
		if got := function.ParseQuery(raw).Query(); got != raw {
			t.Errorf("%q became %q", raw, got)
		}
	}
	if got := function.ParseCookies([]string{"a=1; b", " c=x=y ;"}).CookieHeader(); got != "a=1; b; c=x=y" {
		t.Errorf("got %q", got)
	}
	for _, c := range function.ParseSetCookies([]string{"a=b=c; Path=/; Secure", "x=", "y"}) {
		t.Log(c.SetCookie())
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add("a=1&b&a=%20")
	f.Fuzz(func(t *testing.T, raw string) {
		if got := function.ParseQuery(raw).Query(); got != raw {
			t.Errorf("%q became %q", raw, got)
		}
	})
}

// Whatever a viewer sends, a function that does nothing changes nothing, and one that touches everything keeps it.
func FuzzViewerRequest(f *testing.F) {
	untouched := load(f, handler("return event.request;"))
	copied := load(f, handler(`var r = event.request, out = {method: r.method, uri: r.uri, querystring: {}, headers: {}, cookies: {}};
	['querystring', 'headers', 'cookies'].forEach(function (part) {
		Object.keys(r[part]).forEach(function (name) {
			var f = r[part][name];
			out[part][name] = f.multiValue ? {value: f.value, multiValue: f.multiValue} : {value: f.value};
		});
	});
	return out;`))
	f.Add("/a", "x=1&x=2", "a=1; b=2", "v")
	f.Add("/caf\xe9", "__proto__=1&&=", "=; a", "\xff")
	f.Fuzz(func(t *testing.T, uri, query, cookies, header string) {
		e := sample()
		e.Request.URI, e.Request.Query, e.Request.Cookies = uri, function.ParseQuery(query), function.ParseCookies([]string{cookies})
		e.Request.Headers.Set("X-Fuzz", header)
		for _, fn := range []*function.Function{untouched, copied} {
			got, err := fn.ViewerRequest(t.Context(), e)
			if err != nil {
				continue // the viewer's own bytes may be what CloudFront refuses
			}
			if got.Request.URI != uri || got.Request.Headers.Get("X-Fuzz") != header {
				t.Errorf("got %+v", got.Request)
			}
			if fn == untouched && (got.Request.Query.Query() != query || got.Request.Cookies.CookieHeader() != e.Request.Cookies.CookieHeader()) {
				t.Errorf("got %q and %q", got.Request.Query.Query(), got.Request.Cookies.CookieHeader())
			}
		}
	})
}

// The local log tells what the page does not.
func TestError_tellsTheReason(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		handler("throw new Error('broken');"):                                  "broken",
		handler("\nreturn event.request.headers.none.value;"):                  "function.js:3",
		"async function handler(event) { throw new Error('late'); }":           "the promise was rejected: Error: late",
		"async function handler(event) { await new Promise(function () {}); }": "the promise was never settled",
		"function f() { return f() + 1; }\n" + handler("return f();"):          "calls nested deeper than",

		handler("return 'x';"): `returned "x"`,
	} {
		_, err := load(t, code).ViewerRequest(t.Context(), sample())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
