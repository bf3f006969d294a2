// Package template fills a JSON document with the fields of a feedback, by value: placeholders
// stand inside the document's strings, are found once in the parsed document, and what a
// visitor sent can neither add a member nor a placeholder.
//
//	{"title": "Feedback {{id}}", "stars": "{{rating}}", "tags": ["web", "{{locale}}"]}
//
// A string that is one placeholder alone becomes the field's JSON value (a number for rating,
// an object for context, null when the visitor left it out); inside a longer string the field's
// text is put in, or nothing. Names of members are not filled. There is no escape: a document
// that needs the literal text {{x}} cannot be written.
package template
