package cloudwatch

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// values are the metrics of one period by their id; a metric without data in it is absent.
type values map[string]float64

// expression is compiled metric math. ok is false where a metric that it needs has no data.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type expression func(values) (value float64, ok bool)

// parseExpression reads what alarms of this program use: numbers, ids, + - * /, comparisons, IF and FILL. Everything
// else is refused by name.
func parseExpression(text string, known map[string]bool) (expression, error) {
	p := &parser{rest: text, text: text, known: known}
	e := p.comparison()
	if p.space(); p.err == nil && p.rest != "" {
		p.fail("end")
	}
	return e, p.err
}

type parser struct {
	text, rest string
	known      map[string]bool
	err        error
}

func (p *parser) space() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

func (p *parser) fail(want string) {
	if p.err == nil {
		p.err = fmt.Errorf("%q at %q: want %s", p.text, p.rest, want)
	}
}

// take consumes the first of the words that stands next.
func (p *parser) take(words ...string) string {
	p.space()
	for _, word := range words {
		if strings.HasPrefix(p.rest, word) {
			p.rest = p.rest[len(word):]
			return word
		}
	}
	return ""
}

func (p *parser) comparison() expression {
	left := p.sum()
	operator := p.take(">=", "<=", "==", "!=", ">", "<")
	if operator == "" || p.err != nil {
		return left
	}
	return binary(left, p.sum(), func(a, b float64) float64 {
		holds := map[string]bool{">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b, "<": a < b}[operator]
		if holds {
			return 1
		}
		return 0
	})
}

func (p *parser) sum() expression {
	e := p.product()
	for p.err == nil {
		switch p.take("+", "-") {
		case "+":
			e = binary(e, p.product(), func(a, b float64) float64 { return a + b })
		case "-":
			e = binary(e, p.product(), func(a, b float64) float64 { return a - b })
		default:
			return e
		}
	}
	return e
}

func (p *parser) product() expression {
	e := p.operand()
	for p.err == nil {
		switch p.take("*", "/") {
		case "*":
			e = binary(e, p.operand(), func(a, b float64) float64 { return a * b })
		case "/":
			e = quotient(e, p.operand())
		default:
			return e
		}
	}
	return e
}

func binary(a, b expression, f func(a, b float64) float64) expression {
	return func(v values) (float64, bool) {
		x, ok := a(v)
		y, both := b(v)
		if !ok || !both {
			return 0, false
		}
		return f(x, y), true
	}
}

// quotient: a division by zero has no datapoint.
func quotient(a, b expression) expression {
	return func(v values) (float64, bool) {
		x, ok := a(v)
		y, both := b(v)
		if !ok || !both || y == 0 {
			return 0, false
		}
		return x / y, true
	}
}

func (p *parser) operand() expression {
	if p.take("(") != "" {
		e := p.comparison()
		p.expect(")")
		return e
	}
	p.space()
	end := strings.IndexFunc(p.rest, func(r rune) bool { return r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	if number, err := strconv.ParseFloat(word, 64); err == nil {
		p.rest = p.rest[end:]
		return func(values) (float64, bool) { return number, true }
	}
	switch {
	case word == "IF":
		p.rest = p.rest[end:]
		return p.condition()
	case word == "FILL":
		p.rest = p.rest[end:]
		return p.fill()
	case p.known[word]:
		p.rest = p.rest[end:]
		return func(v values) (float64, bool) { x, ok := v[word]; return x, ok }
	}
	p.fail("a number, the id of a metric, IF or FILL")
	return func(values) (float64, bool) { return 0, false }
}

func (p *parser) expect(word string) {
	if p.take(word) == "" {
		p.fail(word)
	}
}

// condition is IF(condition, then, otherwise): of the branches only the chosen one needs data.
func (p *parser) condition() expression {
	p.expect("(")
	test := p.comparison()
	p.expect(",")
	then := p.comparison()
	p.expect(",")
	otherwise := p.comparison()
	p.expect(")")
	return func(v values) (float64, bool) {
		holds, ok := test(v)
		switch {
		case !ok:
			return 0, false
		case holds != 0:
			return then(v)
		default:
			return otherwise(v)
		}
	}
}

// fill is FILL(metric, number): the number where the metric has no data and another of the expression has.
func (p *parser) fill() expression {
	p.expect("(")
	metric := p.comparison()
	p.expect(",")
	number := p.comparison()
	p.expect(")")
	return func(v values) (float64, bool) {
		if x, ok := metric(v); ok {
			return x, true
		}
		return number(v)
	}
}
