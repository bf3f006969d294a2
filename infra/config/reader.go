package config

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader turns keys into nodes.
type reader struct {
	source   Source
	problems *problems
}

// lookup finds a key under Namespace, else under the project's own name.
func (r *reader) lookup(key string) (string, bool) {
	value, ok := r.source.Lookup(Namespace + ":" + key)
	if !ok && r.source.Project != Namespace && r.source.Project != "" {
		value, ok = r.source.Lookup(r.source.Project + ":" + key)
	}
	return value, ok
}

func (r *reader) secret(key string) bool {
	return r.source.Secret != nil && (r.source.Secret(Namespace+":"+key) || r.source.Secret(r.source.Project+":"+key))
}

// text, flag and whole return a key of a scalar type.
func (r *reader) text(key string) node { return r.scalar(key) }

func (r *reader) flag(key string) node { return r.scalar(key) }

func (r *reader) whole(key string) node { return r.scalar(key) }

func (r *reader) scalar(key string) node {
	n := node{problems: r.problems, key: key}
	if value, ok := r.lookup(key); ok {
		n.value = value
	}
	return n
}

// json returns a key whose value is a list or an object; shape is an example for the message.
func (r *reader) json(key, shape string) node {
	n := node{problems: r.problems, key: key}
	if text, ok := r.lookup(key); ok {
		n.value, n.broken = decodeJSON(n, text, shape)
	}
	return n
}

func decodeJSON(n node, text, shape string) (value any, broken bool) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&value)
	if _, more := dec.Token(); err != nil || !errors.Is(more, io.EOF) {
		n.problems.refuse(n.key, text, "%s", shape)
		return nil, true
	}
	return value, false
}

// node is one value of the configuration with its place. The zero value of its kind stands in for a value that
// could not be read, which is then already recorded.
type node struct {
	problems *problems
	key      string
	value    any
	// broken: there was a value, but it could not be read at all.
	broken bool
}

// given says whether there is a value; null is none.
func (n node) given() bool { return n.value != nil }

func (n node) refuse(right string, args ...any) { n.problems.refuse(n.key, n.shown(), right, args...) }

func (n node) warn(what string, args ...any) { n.problems.warn(n.key, n.shown(), what, args...) }

func (n node) shown() any {
	if n.value == nil {
		return raw("not set")
	}
	return n.value
}

// object returns the members of an object and refuses those that are not known.
func (n node) object(known ...string) object {
	o := object{node: n}
	if !n.given() {
		return o
	}
	members, ok := n.value.(map[string]any)
	if !ok {
		n.refuse("an object with the keys %s", strings.Join(known, ", "))
		return o
	}
	o.members = members
	for _, key := range sortedKeys(members) {
		if !slices.Contains(known, key) {
			n.problems.wrong(n.key+"."+key, members[key], "%s", notAKey(key, known))
		}
	}
	return o
}

// at is a member of an object; the node of anything else has none.
func (n node) at(key string) node {
	members, _ := n.value.(map[string]any)
	return node{problems: n.problems, key: n.key + "." + key, value: members[key]}
}

// object is a node with members.
type object struct {
	node
	members map[string]any
}

func (o object) at(key string) node {
	return node{problems: o.problems, key: o.key + "." + key, value: o.members[key]}
}

// list returns the items of a list.
func (n node) list(of string) []node {
	if !n.given() {
		return nil
	}
	if _, ok := n.value.([]any); !ok {
		n.refuse("a list of %s", of)
		return nil
	}
	return n.items()
}

// items are the items of a list, and none of what is no list, which is not recorded.
func (n node) items() []node {
	items, _ := n.value.([]any)
	nodes := make([]node, len(items))
	for i, item := range items {
		nodes[i] = node{problems: n.problems, key: n.key + "[" + strconv.Itoa(i) + "]", value: item}
	}
	return nodes
}

// texts returns a list of strings; items of other types are refused and left out.
func (n node) texts(of string) []string {
	var texts []string
	for _, item := range n.list(of) {
		if text, ok := item.mustText(); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// mustText returns a string; absence and null are refused too.
func (n node) mustText() (string, bool) {
	text, ok := n.value.(string)
	if !ok {
		n.refuse("a string")
	}
	return text, ok
}

// or returns a string, or the default where none is given or it is empty.
func (n node) or(fallback string) string {
	if !n.given() {
		return fallback
	}
	text, ok := n.mustText()
	if !ok || text == "" {
		return fallback
	}
	return text
}

// oneOf returns one of the choices. The first is the default, also for an empty string.
func (n node) oneOf(choices ...string) string {
	text := n.or(choices[0])
	if slices.Contains(choices, text) {
		return text
	}
	named := slices.DeleteFunc(slices.Clone(choices), func(c string) bool { return c == "" })
	n.refuse("one of %s%s", strings.Join(named, ", "), didYouMean(text, named))
	return choices[0]
}

// strings returns the strings of a list and records nothing.
func (n node) strings() []string {
	var texts []string
	items, _ := n.value.([]any)
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// bool returns a truth value, also written as text.
func (n node) bool(fallback bool) bool {
	switch v := n.value.(type) {
	case nil:
		return fallback
	case bool:
		return v
	case string:
		if v == "true" || v == "false" {
			return v == "true"
		}
	}
	n.refuse("true or false")
	return fallback
}

// wholeBetween returns a whole number, also written as text.
func (n node) wholeBetween(fallback, low, high int) int {
	if !n.given() {
		return fallback
	}
	number, err := strconv.Atoi(n.digits())
	if err != nil || number < low || number > high {
		n.refuse("a whole number from %d to %d", low, high)
		return fallback
	}
	return number
}

// decimal returns a number, also written as text; ok is false where it was none or absent.
func (n node) decimal() (number float64, ok bool) {
	if !n.given() {
		return 0, false
	}
	number, err := strconv.ParseFloat(n.digits(), 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		n.refuse("a number")
		return 0, false
	}
	return number, true
}

func (n node) digits() string {
	switch v := n.value.(type) {
	case json.Number:
		return v.String()
	case string:
		return v
	}
	return ""
}

// duration returns whole seconds written with units, such as "5m" or "24h".
func (n node) duration(fallback, low, high time.Duration) time.Duration {
	if !n.given() {
		return fallback
	}
	text, isText := n.value.(string)
	d, err := time.ParseDuration(text)
	switch {
	case !isText || err != nil:
		n.refuse(`a duration with its unit, such as "30s", "5m" or "24h"`)
	case d%time.Second != 0:
		n.refuse("whole seconds")
	case d < low || d > high:
		n.refuse("from %s to %s", shortDuration(low), shortDuration(high))
	default:
		return d
	}
	return fallback
}

// shortDuration writes 24h instead of 24h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// distinct refuses values that stand twice in a list.
func distinct(p *problems, key string, values []string, of string) {
	for i, v := range values {
		if first := slices.Index(values, v); first < i {
			p.refuse(key+"["+strconv.Itoa(i)+"]", v, "%s that is not already at %s[%d]", of, key, first)
		}
	}
}
