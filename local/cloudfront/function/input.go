package function

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// item is one value of a field, field one name with its values: what a function sees as
// {value, attributes?, multiValue?}.
type item struct{ value, attributes string }

type field struct {
	name  string
	items []item
}

// eventObject builds the event (F2.12):
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
func (m *machine) eventObject(t eventType, e *Event) *goja.Object {
	context := m.object("distributionDomainName", e.DistributionDomainName, "distributionId", e.DistributionID,
		"eventType", string(t), "requestId", e.RequestID)
	viewer := m.object("ip", e.ViewerIP)
	query := e.Request.Query
	raw := m.vm.ToValue(func(goja.FunctionCall) goja.Value {
		if query == nil {
			return goja.Undefined()
		}
		return m.vm.ToValue(query.Query())
	})
	request := m.object("method", e.Request.Method, "uri", text(e.Request.URI),
		"querystring", m.newObjectOf(paramFields(e.Request.Query)),
		"headers", m.newObjectOf(headerFields(e.Request.Headers)),
		"cookies", m.newObjectOf(paramFields(e.Request.Cookies)))
	// rawQueryString: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
	m.hidden(request, "rawQueryString", raw)
	event := m.object("version", "1.0", "context", context, "viewer", viewer, "request", request)
	if t == viewerResponse {
		response := m.object("statusCode", e.Response.StatusCode, "statusDescription", e.Response.StatusDescription,
			"headers", m.newObjectOf(headerFields(e.Response.Headers)),
			"cookies", m.newObjectOf(cookieFields(e.Response.Cookies)))
		m.set(event, "response", response)
	}
	return event
}

// object makes an object of names and values in turn.
func (m *machine) object(pairs ...any) *goja.Object {
	o := m.vm.NewObject()
	for i := 0; i < len(pairs); i += 2 {
		m.set(o, pairs[i].(string), m.vm.ToValue(pairs[i+1]))
	}
	return o
}

// set defines an own property, also one named __proto__: names come from viewers.
func (m *machine) set(o *goja.Object, name string, v goja.Value) {
	if name == "__proto__" {
		_ = o.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		return
	}
	_ = o.Set(name, v)
}

// newObjectOf makes a fields object and remembers it for the run.
func (m *machine) newObjectOf(before []field) *goja.Object {
	f := m.newFields(before)
	m.given = append(m.given, f)
	return f.object
}

// hidden defines a property that no loop over the object shows.
func (m *machine) hidden(o *goja.Object, name string, v goja.Value) {
	_ = o.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func (m *machine) item(it item) *goja.Object {
	o := m.vm.NewObject()
	m.set(o, "value", m.vm.ToValue(text(it.value)))
	if it.attributes != "" {
		m.set(o, "attributes", m.vm.ToValue(text(it.attributes)))
	}
	return o
}

// headerFields leaves out what functions do not get to see: disallowed headers, and cookies, which stand apart.
func headerFields(h http.Header) []field {
	fields := make([]field, 0, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		lower := strings.ToLower(name)
		if len(h[name]) == 0 || disallowed(lower) || lower == "cookie" || lower == "set-cookie" {
			continue
		}
		items := make([]item, len(h[name]))
		for i, v := range h[name] {
			items[i].value = v
		}
		fields = append(fields, field{lower, items})
	}
	return fields
}

// paramFields gathers parameters by name. Empty pieces ("a&&b") have no name and are not shown (guess).
func paramFields(p Params) []field {
	var fields []field
	for _, param := range p {
		if param.Name == "" && param.Bare {
			continue
		}
		fields = gather(fields, param.Name, item{value: param.Value})
	}
	return fields
}

func cookieFields(cookies []Cookie) []field {
	var fields []field
	for _, c := range cookies {
		fields = gather(fields, c.Name, item{c.Value, c.Attributes})
	}
	return fields
}

func gather(fields []field, name string, it item) []field {
	name = text(name)
	for i := range fields {
		if fields[i].name == name {
			fields[i].items = append(fields[i].items, it)
			return fields
		}
	}
	return append(fields, field{name, []item{it}})
}

// text is how bytes of a request look to a function: as they are if they are UTF-8, else read as ISO-8859-1:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return latin1([]byte(s))
}
