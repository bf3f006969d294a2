package accesslog

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Line holds a line's values by field. A field that the line lacks, and one that CloudFront wrote as "-", is empty.
// The values are as logged, percent-encoded, and point into the line they were read from.
type Line [fieldCount][]byte

// A Parser reads lines. It remembers the order of the last line's fields, which is that of the next one in any file
// that CloudFront wrote. The zero Parser is ready; it is not safe for concurrent use.
type Parser struct {
	order []key
}

type key struct {
	quoted string // `"cs-method":"`
	field  Field  // fieldCount if the name is none of ours
}

// Parse reads one line, a JSON object with strings for values, into l. What is not of that form but is a JSON object
// (white space, escapes, numbers) is read by encoding/json. An error says what is wrong and never holds the line,
// which may be somebody's address.
func (p *Parser) Parse(line []byte, l *Line) error {
	*l = Line{}
	if p.scan(line, l) {
		return nil
	}
	*l = Line{}
	return parseAny(line, l)
}

// scan reads {"name":"value",...} without escapes and white space. It reports whether the whole line was of that form.
func (p *Parser) scan(line []byte, l *Line) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	if len(line) < 2 || line[0] != '{' || line[len(line)-1] != '}' {
		return false
	}
	if !plain(line) {
		return false
	}
	rest := line[1 : len(line)-1]
	for at := 0; len(rest) > 0; at++ {
		if at > 0 {
			if rest[0] != ',' {
				return false
			}
			rest = rest[1:]
		}
		field, after, ok := p.key(at, rest)
		if !ok {
			return false
		}
		end := bytes.IndexByte(after, '"')
		if end < 0 {
			return false
		}
		if field < fieldCount {
			l.set(field, after[:end])
		}
		rest = after[end+1:]
	}
	return true
}

// key reads `"name":"` and returns what follows it.
func (p *Parser) key(at int, rest []byte) (Field, []byte, bool) {
	if at < len(p.order) {
		if k := p.order[at]; len(rest) >= len(k.quoted) && string(rest[:len(k.quoted)]) == k.quoted {
			return k.field, rest[len(k.quoted):], true
		}
	}
	if len(rest) == 0 || rest[0] != '"' {
		return 0, nil, false
	}
	end := bytes.Index(rest, []byte(`":"`))
	if end < 1 || bytes.IndexByte(rest[1:end], '"') >= 0 {
		return 0, nil, false
	}
	field, known := byName[string(rest[1:end])]
	if !known {
		field = fieldCount
	}
	if at < 2*int(fieldCount) { // a line of endless names shall not be remembered
		p.order = append(p.order[:min(at, len(p.order))], key{quoted: string(rest[:end+3]), field: field})
	}
	return field, rest[end+3:], true
}

// plain says whether JSON text stands for itself: no escape, no control character, and ASCII, as CloudFront encodes
// everything else (O-A16). It looks at eight bytes at a time: the high bit of a byte is set in `low` if the byte is
// below a space. A borrow can only set it falsely after a byte that is one truly.
func plain(text []byte) bool {
	const spaces, highs = 0x2020202020202020, 0x8080808080808080
	rest := text
	for ; len(rest) >= 8; rest = rest[8:] {
		word := binary.LittleEndian.Uint64(rest)
		low := (word - spaces) &^ word & highs
		if low|word&highs != 0 {
			return false
		}
	}
	for _, c := range rest {
		if c < ' ' || c >= 0x80 {
			return false
		}
	}
	return bytes.IndexByte(text, '\\') < 0
}

func (l *Line) set(field Field, value []byte) {
	if len(value) == 1 && value[0] == '-' {
		value = nil
	}
	l[field] = value
}

// Set gives a field, by CloudFront's name for it, a value as it would be logged; "-" and "" are absent. A name that is
// none of the log's changes nothing.
func (l *Line) Set(name, value string) {
	if field, known := byName[name]; known {
		l[field] = nil
		if value != "" {
			l.set(field, []byte(value))
		}
	}
}

func parseAny(line []byte, l *Line) error {
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil {
		return errors.New("no JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something behind the JSON object")
	}
	if values == nil {
		return errors.New("null: want a JSON object")
	}
	for name, value := range values {
		field, known := byName[name]
		if !known {
			continue
		}
		switch v := value.(type) {
		case string:
			l.set(field, []byte(v))
		case json.Number:
			l.set(field, []byte(v.String()))
		case nil: // absent, as other programs write it
		default:
			return fmt.Errorf("%s: a %T: want a string", name, value)
		}
	}
	return nil
}

// Int returns a field that counts; ok is false where it is absent or no whole number.
func (l *Line) Int(field Field) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(l[field]), 10, 64)
	return n, err == nil
}

// Seconds returns a field that is a duration; ok is false where it is absent, negative or no number.
func (l *Line) Seconds(field Field) (s float64, ok bool) {
	if s, ok := decimal(l[field]); ok {
		return s, true
	}
	s, err := strconv.ParseFloat(string(l[field]), 64)
	return s, err == nil && s >= 0 && s < 1e9
}

// decimal reads "12.345", as CloudFront writes durations, without making a string of it.
func decimal(text []byte) (float64, bool) {
	n, digits, after, point := int64(0), 0, 0, false
	for _, c := range text {
		switch {
		case c == '.' && !point:
			point = true
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			digits++
			if point {
				after++
			}
		default:
			return 0, false
		}
	}
	powers := [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}
	if digits == 0 || len(text) > 14 || after >= len(powers) {
		return 0, false
	}
	s := float64(n) / powers[after]
	return s, s < 1e9
}

// Text returns a field with CloudFront's own percent-encoding taken off, once.
func (l *Line) Text(field Field) string { return decode(string(l[field])) }

// Path returns the path as a reader would write it: CloudFront's encoding and the address's own are taken off (O-A16).
func (l *Line) Path() string { return decode(l.Text(URIStem)) }

// whole is Int without the error; it is called for each line.
func (l *Line) whole(field Field) int64 {
	var n int64
	for _, c := range l[field] {
		if c < '0' || c > '9' || n > 1e17 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// secondsOr is Seconds, and none where that is not ok.
func (l *Line) secondsOr(field Field, none float64) float64 {
	if len(l[field]) == 0 {
		return none // what most requests lack is no error, which takes memory
	}
	if s, ok := l.Seconds(field); ok {
		return s
	}
	return none
}

// lastMS is the last millisecond of the year 9999, beyond which JSON has no times.
const lastMS = 253402300799999

// milliseconds is the time of the request since 1970: timestamp(ms) if it is one, else date and time.
func (l *Line) milliseconds() (int64, bool) {
	if ms := l.whole(TimestampMS); ms > 0 && ms <= lastMS {
		return ms, true
	}
	at, err := time.Parse("2006-01-02 15:04:05", string(l[Date])+" "+string(l[Time]))
	return at.UnixMilli(), err == nil
}

// known says whether the line has any field of a log's.
func (l *Line) known() bool {
	for _, value := range l {
		if value != nil {
			return true
		}
	}
	return false
}

// decode takes %XX off; what is no such triple stays as it is.
func decode(s string) string { return string(appendDecoded(make([]byte, 0, len(s)), []byte(s))) }

func appendDecoded(to, text []byte) []byte {
	for len(text) > 0 {
		at := bytes.IndexByte(text, '%')
		if at < 0 {
			return append(to, text...)
		}
		to, text = append(to, text[:at]...), text[at:]
		if len(text) > 2 && hex(text[1]) >= 0 && hex(text[2]) >= 0 {
			to, text = append(to, byte(hex(text[1])<<4|hex(text[2]))), text[3:]
		} else {
			to, text = append(to, '%'), text[1:]
		}
	}
	return to
}

// hex is a digit's value, -1 for what is none.
func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
