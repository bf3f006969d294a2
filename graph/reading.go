package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Reading is how the services of local mode read a graph between them, once per start. Each takes the resources of
// the types it serves and reads their properties strictly; in the end [Reading.Rest] refuses what nobody took.
//
//	for _, r := range reading.Take(queueType) {
//		in := queueProperties{VisibilityTimeoutSeconds: 30}
//		if r.Read(&in); in.VisibilityTimeoutSeconds > 43200 {
//			r.Refuse("visibilityTimeoutSeconds", in.VisibilityTimeoutSeconds, "want 0 to 43200")
//		}
//	}
//	return reading.Err()
//
// It is not safe for concurrent use.
type Reading struct {
	graph    *Graph
	taken    map[string]bool
	problems []error
}

// Read begins a reading.
func (g *Graph) Read() *Reading { return &Reading{graph: g, taken: map[string]bool{}} }

// Take returns the resources of a type, sorted by URN, for the service that serves it: every property must be read
// or named as [NoLocalMeaning].
func (g *Reading) Take(token string) []*Taken {
	g.taken[token] = true
	all := make([]*Taken, 0, len(g.graph.byType[token]))
	for _, r := range g.graph.byType[token] {
		all = append(all, &Taken{Resource: r, reading: g})
	}
	return all
}

// See returns the resources of a type that another service takes, such as the queue an event source mapping names.
func (g *Reading) See(token string) []*Resource { return g.graph.ByType(token) }

// Err is everything refused so far, by whomever, or nil.
func (g *Reading) Err() error { return errors.Join(g.problems...) }

// Unserved is a type whose effect ends before a request or beside it: a resource of it is no error, though nobody
// takes it.
type Unserved struct {
	Type string
	// Reason is why the type has no meaning here, for people.
	Reason string
	// Properties are the names of the inputs of which that is known. Any other is refused, unless AnyProperty.
	Properties  []string
	AnyProperty bool
}

// Rest refuses every resource of a type that nobody has taken, unless the type is listed, and of those that are, the
// properties that are not. Components only group others, and providers have done their part when the graph is
// recorded: they place each resource in its region. Types in without are left out, whatever their properties; one that
// somebody takes cannot be.
func (g *Reading) Rest(listed []Unserved, without ...string) error {
	before := len(g.problems)
	for _, token := range without {
		if g.taken[token] {
			g.problems = append(g.problems, fmt.Errorf("-without %s: local mode imitates this type: leave the flag away", token))
		}
	}
	for _, r := range g.graph.Resources {
		if !r.Custom || isProvider(r) || g.taken[r.Type] || slices.Contains(without, r.Type) {
			continue
		}
		t := &Taken{Resource: r, reading: g}
		i := slices.IndexFunc(listed, func(u Unserved) bool { return u.Type == r.Type })
		if i < 0 {
			g.problems = append(g.problems, fmt.Errorf("%s: local mode does not imitate resources of type %s", r.URN, r.Type))
			continue
		}
		t.readNames(listed[i])
	}
	return errors.Join(g.problems[before:]...)
}

// Taken is a resource in the hands of the service that serves its type.
type Taken struct {
	*Resource
	reading *Reading
	refused bool
}

// Read reads the inputs into a pointer to a struct as [Resource.Decode] does, refuses what the struct has no field
// for, and says whether nothing was.
func (t *Taken) Read(into any) bool {
	if err := t.Decode(into); err != nil {
		t.add(err)
		return false
	}
	return true
}

// Refuse reports a value that is not imitated, or that AWS would not accept. right says what would be. The value is
// shown as JSON, and not at all where the path is a secret's; texts that are secret are cut from right too.
func (t *Taken) Refuse(path string, value any, right string) {
	d := decoder{resource: t.Resource}
	d.refuse(path, value, t.withoutSecrets(right))
	t.add(d.problems...)
}

// Require refuses unless ok.
func (t *Taken) Require(ok bool, path string, value any, right string) {
	if !ok {
		t.Refuse(path, value, right)
	}
}

// Fail reports an error that says itself which value it is about. path may be "" where it is about several properties.
func (t *Taken) Fail(path string, err error) {
	if path != "" {
		path += ": "
	}
	t.add(fmt.Errorf("%s: %s%s", t.URN, path, t.withoutSecrets(err.Error())))
}

// OK says whether nothing of the resource has been refused.
func (t *Taken) OK() bool { return !t.refused }

func (t *Taken) add(problems ...error) {
	t.refused = true
	t.reading.problems = append(t.reading.problems, problems...)
}

// readNames refuses the properties that a type without local meaning is not known to have.
func (t *Taken) readNames(u Unserved) {
	for _, name := range sortedKeys(t.Inputs) {
		if !u.AnyProperty && t.Inputs[name] != nil && !slices.Contains(u.Properties, name) {
			t.Refuse(joinKey("", name), t.Inputs[name], unknownProperty(t.Type))
		}
	}
}

// withoutSecrets replaces the secret texts of the resource in a message. One of a single character is left, for it
// would be everywhere.
func (t *Taken) withoutSecrets(text string) string {
	for _, path := range t.Secrets {
		eachText("", t.Inputs, func(at, value string) {
			if len(value) > 1 && (at == path || within(at, path)) {
				text = strings.ReplaceAll(text, value, "[secret]")
			}
		})
	}
	return text
}

// eachText calls f with every text within a value and with its path.
func eachText(path string, value any, f func(path, text string)) {
	switch v := value.(type) {
	case string:
		f(path, v)
	case map[string]any:
		for _, key := range sortedKeys(v) {
			eachText(joinKey(path, key), v[key], f)
		}
	case []any:
		for i, item := range v {
			eachText(joinIndex(path, i), item, f)
		}
	}
}
