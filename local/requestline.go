package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/onefront/onefront/local/cloudfront"
)

// checkerAgent begins the User-Agent of Route 53's health checkers, who ask the public name like viewers.
const checkerAgent = "Amazon-Route53-Health-Check-Service "

// tellRequest writes one short line for a viewer's request, for people. Health checks are told of when they change,
// unless everything is wanted.
func (t *topology) tellRequest(r cloudfront.Request) {
	if t.flags.logFormat != formatText || t.flags.quiet || strings.HasPrefix(r.UserAgent, checkerAgent) && !t.flags.verbose {
		return
	}
	t.log.Info(requestLine(r))
}

// requestLine is what became of a request:
//
//	GET /api/topics?locale=de 200 Miss from us-east-1 in 2003 ms, edge FRA (eu-west-1: connect failed)
//	POST /api/feedback 403 Error in 0 ms, edge FRA: refused: ...
func requestLine(r cloudfront.Request) string {
	var line strings.Builder
	target := r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	fmt.Fprintf(&line, "%s %s %03d %s", printable(r.Method), printable(target), r.Status, r.Cache)
	if r.Region != "" {
		line.WriteString(" from " + r.Region)
	}
	line.WriteString(" in " + milliseconds(float64(r.Duration)/float64(time.Millisecond)))
	if r.Edge != "" {
		line.WriteString(", edge " + r.Edge)
	}
	var before []string
	for i, a := range r.Origins {
		if i < len(r.Origins)-1 {
			before = append(before, cmp.Or(a.Region, a.ID)+": "+a.Outcome)
		}
	}
	if len(before) > 0 {
		line.WriteString(" (" + strings.Join(before, ", ") + ")")
	}
	if reason := r.Reason(); reason != "" && r.Status >= 400 {
		line.WriteString(": " + printable(reason))
	}
	return line.String()
}
