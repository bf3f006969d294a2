package feedback_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/feedback"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want feedback.Feedback
	}{
		"the least": {`{"message":"hi"}`, feedback.Feedback{Message: "hi"}},
		"everything": {
			` {"message":"Guten Tag","rating":5,"topic":"billing","email":"ada@example.com","pageUrl":"https://example.com/a?b=c#d",
			  "locale":"de-CH","context":{"theme":"dark","build":"42"},"website":""} `,
			feedback.Feedback{
				Message: "Guten Tag", Rating: 5, Topic: "billing", Email: "ada@example.com", PageURL: "https://example.com/a?b=c#d",
				Locale: "de-CH", Context: map[string]string{"theme": "dark", "build": "42"},
			},
		},
		"null is left out": {
			`{"message":"hi","rating":null,"topic":null,"email":null,"pageUrl":null,"locale":null,"context":null,"website":null}`,
			feedback.Feedback{Message: "hi"},
		},
		"empty is left out":          {`{"message":"hi","topic":"","email":"","context":{}}`, feedback.Feedback{Message: "hi"}},
		"control characters leave":   {`{"message":"\u0000 a\u0007b\tc\r\nd\u0085\u007f \n","topic":"x\r\nEvil: 1"}`, feedback.Feedback{Message: "ab\tc\nd", Topic: "xEvil: 1"}},
		"5000 characters, not bytes": {`{"message":"` + strings.Repeat("漢", 5000) + `"}`, feedback.Feedback{Message: strings.Repeat("漢", 5000)}},
		"white space does not count": {`{"message":"` + strings.Repeat(" ", 6000) + `x"}`, feedback.Feedback{Message: "x"}},
		"emoji with joiners stay":    {`{"message":"👩‍💻"}`, feedback.Feedback{Message: "👩‍💻"}},
		"a lone surrogate":           {`{"message":"\ud800"}`, feedback.Feedback{Message: "\ufffd"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, honeypot, err := feedback.Decode([]byte(tt.body))
			if err != nil || honeypot {
				t.Fatalf("error %v, honeypot %v", err, honeypot)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("feedback (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecode_refuses(t *testing.T) {
	t.Parallel()
	context21 := `{"message":"hi","context":{`
	for i := range 21 {
		context21 += fmt.Sprintf(`"k%d":"v",`, i)
	}
	context21 = strings.TrimSuffix(context21, ",") + "}}"
	tests := map[string]struct{ body, field, detail string }{
		"nothing":                {``, "", "must be a JSON object, not empty"},
		"no JSON":                {`{"message":`, "", "must be well-formed JSON"},
		"a missing comma":        {`{"message":"a" "rating":1}`, "", "must be well-formed JSON"},
		"null":                   {`null`, "", "must be a JSON object"},
		"a list":                 {`["message"]`, "", "must be a JSON object"},
		"a string":               {`"message"`, "", "must be a JSON object"},
		"trailing data":          {`{"message":"hi"} {}`, "", "must be one JSON object with nothing after it"},
		"trailing bracket":       {`{"message":"hi"}]`, "", "must be one JSON object with nothing after it"},
		"not UTF-8":              {"{\"message\":\"\xff\"}", "", "must be UTF-8"},
		"too deep":               {`{"message":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, "message", "nests too deeply"},
		"very deep":              {strings.Repeat("[", 60000), "", "nests too deeply"},
		"duplicate":              {`{"message":"a","rating":1,"message":"b"}`, "message", "must be given only once"},
		"duplicate, escaped":     {`{"message":"a","mess\u0061ge":"b"}`, "message", "must be given only once"},
		"duplicate in context":   {`{"message":"a","context":{"k":"1","k":"2"}}`, "context.k", "must be given only once"},
		"unknown field":          {`{"message":"hi","Rating":5}`, "Rating", "is not a known field"},
		"message missing":        {`{}`, "message", "is required"},
		"message blank":          {`{"message":" \u0000 \n"}`, "message", "is required"},
		"message a number":       {`{"message":1}`, "message", "must be a string"},
		"message too long":       {`{"message":"` + strings.Repeat("é", 5001) + `"}`, "message", "must have at most 5000 characters"},
		"rating zero":            {`{"message":"hi","rating":0}`, "rating", "must be a whole number from 1 to 5"},
		"rating six":             {`{"message":"hi","rating":6}`, "rating", "must be a whole number from 1 to 5"},
		"rating a fraction":      {`{"message":"hi","rating":4.5}`, "rating", "must be a whole number from 1 to 5"},
		"rating a string":        {`{"message":"hi","rating":"5"}`, "rating", "must be a whole number from 1 to 5"},
		"rating huge":            {`{"message":"hi","rating":1e999}`, "rating", "must be a whole number from 1 to 5"},
		"topic too long":         {`{"message":"hi","topic":"` + strings.Repeat("x", 65) + `"}`, "topic", "must have at most 64 characters"},
		"email without at":       {`{"message":"hi","email":"ada"}`, "email", "must be an e-mail address"},
		"email with a name":      {`{"message":"hi","email":"Ada <ada@example.com>"}`, "email", "must be an e-mail address"},
		"two emails":             {`{"message":"hi","email":"a@example.com, b@example.com"}`, "email", "must be an e-mail address"},
		"page relative":          {`{"message":"hi","pageUrl":"/about"}`, "pageUrl", "must be an absolute http or https address"},
		"page javascript":        {`{"message":"hi","pageUrl":"javascript:alert(1)"}`, "pageUrl", "must be an absolute http or https address"},
		"page with password":     {`{"message":"hi","pageUrl":"https://a:b@example.com/"}`, "pageUrl", "must not hold a user name or password"},
		"locale malformed":       {`{"message":"hi","locale":"de_DE"}`, "locale", "must be a well-formed language tag (BCP 47) of at most 35 characters"},
		"context a list":         {`{"message":"hi","context":["a"]}`, "context", "must be an object of strings"},
		"context of 21":          {context21, "context", "must have at most 20 entries"},
		"context with a number":  {`{"message":"hi","context":{"a":1}}`, "context.a", "must be a string"},
		"context with null":      {`{"message":"hi","context":{"a":null}}`, "context.a", "must be a string"},
		"context without a name": {`{"message":"hi","context":{"":"a"}}`, "context.", "must have a name of 1 to 64 characters"},
		"context too long":       {`{"message":"hi","context":{"a":"` + strings.Repeat("x", 1001) + `"}}`, "context.a", "must have at most 1000 characters"},
		"website a number":       {`{"message":"hi","website":1}`, "website", "must be a string"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := feedback.Decode([]byte(tt.body))
			invalid, ok := errors.AsType[*feedback.Invalid](err)
			if !ok {
				t.Fatalf("error = %v", err)
			}
			want := []feedback.FieldProblem{{Field: tt.field, Detail: tt.detail}}
			if diff := cmp.Diff(want, invalid.Fields); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDecode_allProblems: one answer names every field at fault, in a stable order.
func TestDecode_allProblems(t *testing.T) {
	t.Parallel()
	_, _, err := feedback.Decode([]byte(`{"rating":9,"email":"x","zzz":1,"context":{"a":2}}`))
	want := "invalid feedback: context.a must be a string, email must be an e-mail address, message is required, " +
		"rating must be a whole number from 1 to 5, zzz is not a known field"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// A body full of unknown fields is not answered with a longer one.
func TestDecode_problemsStop(t *testing.T) {
	var body strings.Builder
	body.WriteString("{")
	for i := range 5000 {
		fmt.Fprintf(&body, `"f%04d":1,`, i)
	}
	body.WriteString(`"message":""}`)
	_, _, err := feedback.Decode([]byte(body.String()))
	invalid, ok := errors.AsType[*feedback.Invalid](err)
	if !ok || len(invalid.Fields) != feedback.MaxProblems || invalid.Fields[0].Field != "f0000" {
		t.Errorf("got %d problems, %v, want the first %d", len(invalid.Fields), err, feedback.MaxProblems)
	}
}

func TestDecode_honeypot(t *testing.T) {
	t.Parallel()
	_, honeypot, err := feedback.Decode([]byte(`{"message":"buy","rating":99,"website":"http://spam.example"}`))
	if !honeypot || err != nil {
		t.Errorf("honeypot %v, error %v", honeypot, err)
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	derived, err := feedback.NewID("8e03978e")
	if err != nil {
		t.Fatal(err)
	}
	again, err := feedback.NewID("8e03978e")
	if err != nil {
		t.Fatal(err)
	}
	if derived != again || derived[14] != '8' {
		t.Errorf("ids of one key: %s, %s: want one UUIDv8", derived, again)
	}
	// The namespace is part of the contract: another one would make retries across a release new feedback.
	if want := "43161af1-3ac9-8511-b68d-0b700a87989b"; derived != want {
		t.Errorf("id = %s, want %s", derived, want)
	}
	one, err := feedback.NewID("")
	if err != nil {
		t.Fatal(err)
	}
	two, err := feedback.NewID("")
	if err != nil {
		t.Fatal(err)
	}
	if one == two || one[14] != '7' || one > two {
		t.Errorf("ids without a key: %s, %s: want two UUIDv7 in order", one, two)
	}
}

func TestCheckIdempotencyKey(t *testing.T) {
	t.Parallel()
	for key, ok := range map[string]bool{
		"": true, "abc": true, `"quoted"`: true, strings.Repeat("k", 255): true,
		strings.Repeat("k", 256): false, "a\r\nb": false, "ключ": false, "a\x7f": false,
	} {
		if err := feedback.CheckIdempotencyKey(key); (err == nil) != ok {
			t.Errorf("CheckIdempotencyKey(%q) = %v, want ok %v", key, err, ok)
		}
	}
}
