package cloudwatch

import (
	"fmt"
	"strings"

	"github.com/onefront/onefront/graph"
)

const compositeType = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

type compositeInputs struct {
	Name           string   `json:"alarmName"`
	Description    string   `json:"alarmDescription"`
	Rule           string   `json:"alarmRule"`
	Actions        []string `json:"alarmActions"`
	ActionsEnabled *bool    `json:"actionsEnabled"`
}

// rule is a composite's compiled rule over the states of others.
type rule func(stateOf func(name string) State) bool

func newComposite(r *graph.Taken) *alarm {
	var in compositeInputs
	r.Read(&in)
	a := &alarm{name: in.Name, region: r.Region, description: in.Description, actions: in.Actions, actionsEnabled: in.ActionsEnabled == nil || *in.ActionsEnabled}
	var err error
	if a.rule, a.children, err = parseRule(in.Rule); err != nil {
		r.Fail("alarmRule", err)
	}
	return a
}

// parseRule reads a rule: ALARM, OK and INSUFFICIENT_DATA of a name in quotes, AND, OR, NOT, TRUE, FALSE and brackets.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func parseRule(text string) (rule, []string, error) {
	p := &ruleParser{parser: parser{text: text, rest: text}}
	r := p.either()
	if p.space(); p.err == nil && p.rest != "" {
		p.fail("AND, OR or the end")
	}
	return r, p.names, p.err
}

type ruleParser struct {
	parser
	names []string
}

func (p *ruleParser) either() rule {
	r := p.both()
	for p.err == nil && p.take("OR") != "" {
		left, right := r, p.both()
		r = func(of func(string) State) bool { return left(of) || right(of) }
	}
	return r
}

func (p *ruleParser) both() rule {
	r := p.term()
	for p.err == nil && p.take("AND") != "" {
		left, right := r, p.term()
		r = func(of func(string) State) bool { return left(of) && right(of) }
	}
	return r
}

func (p *ruleParser) term() rule {
	switch word := p.take("NOT", "(", "TRUE", "FALSE", "ALARM", "OK", "INSUFFICIENT_DATA"); word {
	case "NOT":
		r := p.term()
		return func(of func(string) State) bool { return !r(of) }
	case "(":
		r := p.either()
		p.expect(")")
		return r
	case "TRUE", "FALSE":
		return func(func(string) State) bool { return word == "TRUE" }
	case "":
		p.fail("ALARM, OK, INSUFFICIENT_DATA, NOT, TRUE, FALSE or a bracket")
	default:
		name := p.name()
		p.names = append(p.names, name)
		return func(of func(string) State) bool { return of(name) == State(word) }
	}
	return func(func(string) State) bool { return false }
}

// name is an alarm's name, or its ARN, in brackets.
func (p *ruleParser) name() string {
	p.expect("(")
	p.space()
	quoted := strings.HasPrefix(p.rest, `"`)
	end := strings.IndexAny(p.rest[min(1, len(p.rest)):], `")`)
	if end < 0 {
		p.fail("a name and )")
		return ""
	}
	name := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if quoted {
		name = name[1:]
		p.expect(`"`)
	}
	p.expect(")")
	if i := strings.Index(name, ":alarm:"); i >= 0 {
		name = name[i+len(":alarm:"):]
	}
	return strings.TrimSpace(name)
}

// checkChildren refuses a composite over what is not in its region (O-C5).
func (s *Service) checkChildren() error {
	for _, a := range s.alarms {
		for _, child := range a.children {
			if s.find(a.region, child) == nil {
				return fmt.Errorf("composite alarm %q: no alarm %q in %s", a.name, child, a.region)
			}
		}
	}
	return nil
}
