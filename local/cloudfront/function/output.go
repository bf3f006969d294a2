package function

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// maxURIBytes bounds the path and query a function returns:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
const maxURIBytes = 8_192

// result reads what the function returned. Everything CloudFront refuses is a validation error, which becomes a 502.
func (m *machine) result(returned goja.Value) (Result, error) {
	o, ok := returned.(*goja.Object)
	if !ok {
		return Result{}, validationError(fmt.Sprintf("returned %s: want a request or a response object", describe(returned)))
	}
	if m.badOrigin != nil {
		return Result{}, m.badOrigin
	}
	// guess: what has a statusCode is a response; the guide does not say how CloudFront tells them apart.
	isResponse := present(o.Get("statusCode"))
	if m.event == viewerResponse || isResponse {
		if !isResponse {
			return Result{}, validationError("returned an object without statusCode in viewer-response: want a response object")
		}
		response, err := m.response(o)
		if err != nil {
			return Result{}, err
		}
		return Result{Response: response}, nil
	}
	request, err := m.request(o)
	if err != nil {
		return Result{}, err
	}
	return Result{Request: request, Origin: m.origin}, nil
}

func (m *machine) request(o *goja.Object) (*Request, error) {
	in := m.in.Request
	out := in
	method, err := stringOf(o.Get("method"), "request.method")
	if err != nil {
		return nil, err
	}
	if method != in.Method {
		return nil, validationError(fmt.Sprintf("request.method changed from %s to %s: it is read-only (F2.14)", in.Method, method))
	}
	uri, err := stringOf(o.Get("uri"), "request.uri")
	if err != nil {
		return nil, err
	}
	if uri != text(in.URI) {
		if !strings.HasPrefix(uri, "/") {
			return nil, validationError(fmt.Sprintf("request.uri %q: must begin with /", uri))
		}
		if bad := unsafe(uri); bad != "" || strings.Contains(uri, "?") {
			return nil, validationError(fmt.Sprintf("request.uri %q: must not contain %s", uri, orQuery(bad)))
		}
		out.URI = uri
	}
	if out.Query, err = m.query(o.Get("querystring")); err != nil {
		return nil, err
	}
	for _, p := range out.Query {
		if bad := unsafe(p.Name + p.Value); bad != "" && !slices.Contains(in.Query, p) {
			return nil, validationError(fmt.Sprintf("request.querystring %q: must not contain %s", p.Name+"="+p.Value, bad))
		}
	}
	if n := len(out.URI) + 1 + len(out.Query.Query()); n >= maxURIBytes && len(in.URI)+1+len(in.Query.Query()) < maxURIBytes {
		return nil, validationError(fmt.Sprintf("request.uri and querystring of %d bytes: must be less than %d", n, maxURIBytes))
	}
	if out.Cookies, err = m.params(o.Get("cookies"), "request.cookies", in.Cookies, m.given[2].before); err != nil {
		return nil, err
	}
	out.Headers, err = m.headers(o.Get("headers"), "request.headers", in.Headers, m.given[1].before, readOnly[viewerRequest], "cookie")
	return &out, err
}

// query reads request.querystring back: an object, or the whole query as a text, which AWS's sample
// normalize-query-string-parameters returns.
func (m *machine) query(v goja.Value) (Params, error) {
	if v != nil {
		if raw, ok := v.Export().(string); ok {
			return ParseQuery(raw), nil
		}
	}
	return m.params(v, "request.querystring", m.in.Request.Query, m.given[0].before)
}

// orQuery names what a path must not contain when unsafe found nothing.
func orQuery(bad string) string {
	if bad == "" {
		return "a question mark; the query is request.querystring"
	}
	return bad
}

// unsafe says what a path or query must not contain.
func unsafe(s string) string {
	for _, r := range s {
		switch {
		case r == ' ':
			return "spaces"
		case r == '#':
			return "a fragment (#)"
		case r < ' ' || r == 0x7f:
			return "control characters"
		}
	}
	return ""
}

func (m *machine) response(o *goja.Object) (*Response, error) {
	var in Response
	if m.event == viewerResponse {
		in = *m.in.Response
	}
	out := in
	status := o.Get("statusCode")
	code, isInteger := status.Export().(int64)
	if !isInteger || code < 100 || code > 599 {
		return nil, validationError(fmt.Sprintf("response.statusCode %s: must be an integer from 100 to 599 (F2.13)", describe(status)))
	}
	out.StatusCode = int(code)
	out.StatusDescription = ""
	var err error
	if v := o.Get("statusDescription"); present(v) {
		if out.StatusDescription, err = stringOf(v, "response.statusDescription"); err != nil {
			return nil, err
		}
	}
	if out.Headers, err = m.headers(o.Get("headers"), "response.headers", in.Headers, headerFields(in.Headers), readOnly[viewerResponse], "set-cookie"); err != nil {
		return nil, err
	}
	cookies, changed, err := m.readFields(o.Get("cookies"), "response.cookies", cookieFields(in.Cookies))
	if err != nil {
		return nil, err
	}
	if changed {
		out.Cookies = nil
		for _, f := range cookies {
			for _, it := range f.items {
				out.Cookies = append(out.Cookies, Cookie{f.name, it.value, it.attributes})
			}
		}
	}
	out.Body, err = bodyOf(o.Get("body"))
	return &out, err
}

// bodyOf reads {encoding, data}, or the short form of a string alone.
func bodyOf(v goja.Value) ([]byte, error) {
	if !present(v) {
		return nil, nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		s, err := stringOf(v, "response.body")
		return []byte(s), err
	}
	data, err := stringOf(o.Get("data"), "response.body.data")
	if err != nil {
		return nil, err
	}
	encoding := "text"
	if e := o.Get("encoding"); present(e) {
		if encoding, err = stringOf(e, "response.body.encoding"); err != nil {
			return nil, err
		}
	}
	switch encoding {
	case "text":
		return []byte(data), nil
	case "base64":
		body, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, validationError("response.body.data: not valid base64")
		}
		return body, nil
	default:
		return nil, validationError(fmt.Sprintf("response.body.encoding %q: must be text or base64", encoding))
	}
}

// headers reads a headers object back. Headers that functions do not see stay as they were.
func (m *machine) headers(v goja.Value, what string, in http.Header, before []field, fixed map[string]bool, cookies string) (http.Header, error) {
	after, changed, err := m.readFields(v, what, before)
	if err != nil {
		return nil, err
	}
	if !changed {
		return maps.Clone(in), nil
	}
	out := make(http.Header, len(in)+1)
	for name, values := range in {
		if lower := strings.ToLower(name); disallowed(lower) || lower == cookies {
			out[name] = values
		}
	}
	for _, f := range after {
		switch {
		case !validHeaderName(f.name):
			return nil, validationError(fmt.Sprintf("%s[%q]: names must be header names in lower case", what, f.name))
		case disallowed(f.name):
			return nil, validationError(fmt.Sprintf("%s[%q]: functions may not add this header (F2.15)", what, f.name))
		case f.name == cookies:
			return nil, validationError(fmt.Sprintf("%s[%q]: cookies go into the cookies object", what, f.name))
		}
		values := make([]string, len(f.items))
		for i, it := range f.items {
			values[i] = it.value
			if !validHeaderValue(it.value) {
				return nil, validationError(fmt.Sprintf("%s[%q]: %q is no header value", what, f.name, it.value))
			}
		}
		out[textproto.CanonicalMIMEHeaderKey(f.name)] = values
	}
	for name := range fixed {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if !slices.Equal(in[key], out[key]) {
			return nil, validationError(fmt.Sprintf("%s[%q]: read-only in %s, must not be added, changed or deleted (F2.15)", what, name, m.event))
		}
	}
	return out, nil
}

// params reads a querystring or cookies object back. Untouched, the very bytes of the viewer are kept.
func (m *machine) params(v goja.Value, what string, in Params, before []field) (Params, error) {
	fields, changed, err := m.readFields(v, what, before)
	if err != nil || !changed {
		return in, err
	}
	out := Params{}
	for _, f := range fields {
		for _, it := range f.items {
			bare := it.value == "" && slices.Contains(in, Param{Name: f.name, Bare: true})
			out = append(out, Param{Name: f.name, Value: it.value, Bare: bare})
		}
	}
	return out, nil
}

// readFields reads {name: {value, attributes?, multiValue?}} and says whether anything differs from before.
func (m *machine) readFields(v goja.Value, what string, before []field) (after []field, changed bool, err error) {
	if !present(v) {
		// An absent object has no fields: for a request that means all were deleted, which the read-only host forbids.
		return nil, len(before) > 0, nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, false, validationError(fmt.Sprintf("%s: must be an object, is %s", what, describe(v)))
	}
	var given *fieldSet
	if at := slices.IndexFunc(m.given, func(f *fieldSet) bool { return f.object == o }); at >= 0 {
		given = m.given[at]
	}
	names := o.Keys()
	changed = len(names) != len(before)
	for i, name := range names {
		old := field{}
		if i < len(before) && before[i].name == name {
			old = before[i]
		} else {
			changed = true
			if at := slices.IndexFunc(before, func(f field) bool { return f.name == name }); at >= 0 {
				old = before[at]
			}
		}
		items := old.items
		if given == nil || !given.untouched(name) {
			if items, err = m.items(o.Get(name), what+"["+strconv.Quote(name)+"]", old.items); err != nil {
				return nil, false, err
			}
		}
		changed = changed || !slices.Equal(items, old.items)
		after = append(after, field{name, items})
	}
	return after, changed, nil
}

// items reads one field. A changed multiValue wins; otherwise value replaces the first and the others stay
// ("Duplicate query strings, headers, and cookies" of the event structure). Without multiValue there is one value.
func (m *machine) items(v goja.Value, what string, before []item) ([]item, error) {
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, validationError(fmt.Sprintf("%s: must be an object with a value, is %s", what, describe(v)))
	}
	multi, err := m.multiValue(o.Get("multiValue"), what, before)
	if err != nil {
		return nil, err
	}
	if len(multi) > 0 && !slices.Equal(multi, before) {
		return multi, nil
	}
	first, err := itemOf(o, what, before, 0)
	if err != nil {
		return nil, err
	}
	if len(multi) == 0 {
		return []item{first}, nil
	}
	return append([]item{first}, multi[1:]...), nil
}

func (m *machine) multiValue(v goja.Value, what string, before []item) ([]item, error) {
	if !present(v) {
		return nil, nil
	}
	list, ok := v.(*goja.Object)
	if !ok || list.ClassName() != "Array" {
		return nil, validationError(what + ".multiValue: must be an array")
	}
	n := int(list.Get("length").ToInteger())
	items := make([]item, 0, n)
	for i := range n {
		at := fmt.Sprintf("%s.multiValue[%d]", what, i)
		entry, ok := list.Get(strconv.Itoa(i)).(*goja.Object)
		if !ok {
			return nil, validationError(at + ": must be an object with a value")
		}
		it, err := itemOf(entry, at, before, i)
		if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	return items, nil
}

// itemOf reads {value, attributes?}. Text that a viewer sent in another encoding and that was left alone keeps its
// bytes.
func itemOf(o *goja.Object, what string, before []item, i int) (item, error) {
	value, err := stringOf(o.Get("value"), what+".value")
	if err != nil {
		return item{}, err
	}
	it := item{value: value}
	if v := o.Get("attributes"); present(v) {
		if it.attributes, err = stringOf(v, what+".attributes"); err != nil {
			return item{}, err
		}
	}
	if i < len(before) && text(before[i].value) == it.value && text(before[i].attributes) == it.attributes {
		return before[i], nil
	}
	return it, nil
}

func present(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) }

// stringOf wants a string, not something that could become one.
func stringOf(v goja.Value, what string) (string, error) {
	if v != nil {
		if s, ok := v.Export().(string); ok {
			return s, nil
		}
		return "", validationError(fmt.Sprintf("%s: must be a string, is %s", what, describe(v)))
	}
	return "", validationError(what + ": is missing")
}
