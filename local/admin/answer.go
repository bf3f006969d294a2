package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds request bodies; the largest sensible one is a list of paths to invalidate.
const maxBody = 1 << 20

func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handler, ok := m[method]
	if !ok {
		allow := slices.Sorted(maps.Keys(m))
		if m[http.MethodGet] != nil {
			allow = slices.Insert(allow, slices.Index(allow, http.MethodGet)+1, http.MethodHead)
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		fail(w, http.StatusMethodNotAllowed, "method: %q: want %s for %s", r.Method, strings.Join(allow, " or "), r.URL.Path)
		return
	}
	handler(w, r)
}

// answer writes a value as JSON with status 200.
func answer(w http.ResponseWriter, value any) { write(w, http.StatusOK, value) }

// fail writes {"error": "..."}.
func fail(w http.ResponseWriter, status int, format string, args ...any) {
	write(w, status, map[string]string{"error": fmt.Sprintf(format, args...)})
}

func write(w http.ResponseWriter, status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		status = http.StatusInternalServerError
		body.Reset()
		fmt.Fprintf(&body, "{\"error\":%q}\n", "encoding the answer: "+err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the client may have left
}

// read decodes a JSON object strictly: one object, no unknown or doubled meaning, at most maxBody bytes. It answers
// the request itself when that fails.
func read(w http.ResponseWriter, r *http.Request, into any, example string) bool {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			fail(w, http.StatusRequestEntityTooLarge, "body: over %d bytes: want %s", maxBody, example)
		} else {
			fail(w, http.StatusBadRequest, "body: %v: want %s", err, example)
		}
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err = checkNames(raw, into); err == nil {
		err = decoder.Decode(into)
	}
	if err == nil && !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		err = errors.New("not an object")
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "body: %s: %s: want %s", shorten(string(raw)), plain(err), example)
		return false
	}
	return true
}

// checkNames refuses what encoding/json takes for the same member: a name that stands twice, of which the last would
// win, and one in another case. What is no object is left to the decoder.
func checkNames(raw []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	known := names(into)
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil
		}
		switch {
		case seen[name]:
			return fmt.Errorf("%q stands twice", name)
		case !slices.Contains(known, name):
			return fmt.Errorf("unknown field %s", strconv.Quote(shorten(name)))
		}
		seen[name] = true
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil
		}
	}
	return nil
}

// names are the members that a pointer to a struct takes.
func names(into any) (list []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeOf(into).Elem()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// plain says in words what encoding/json found.
func plain(err error) string {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return "empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut short"
	case errors.As(err, &wrongType) && strings.HasPrefix(wrongType.Value, "number "): // the number itself may be long
		return wrongType.Field + " is a number too large"
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return fmt.Sprintf("%s is a %s", wrongType.Field, wrongType.Value)
	case errors.As(err, &wrongType):
		return "a " + wrongType.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func shorten(text string) string {
	const limit = 100
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "..."
	}
	return text
}
