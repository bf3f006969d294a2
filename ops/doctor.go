package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"

	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// level is how bad a finding is.
type level string

const (
	good    level = "ok"
	warning level = "warning" // worth a look; the deployment may succeed
	unknown level = "unknown" // could not be asked
	blocker level = "blocker" // the deployment will fail, or wait for ever
)

// finding is an answer to one question.
type finding struct {
	Question string `json:"question"`
	// Subject is what was asked about: a name, a region, a quota.
	Subject string `json:"subject"`
	Level   level  `json:"level"`
	Found   string `json:"found"`
	// Advice is what to do, "" where there is nothing to.
	Advice string `json:"advice,omitempty"`
}

// patient is a stack before its first deployment, or after one that failed.
type patient struct {
	*needs
	cloud *cloud
	dns   *resolver
	zones []zone // the account's public ones

	// What several questions need is asked once.
	who  func(context.Context) (*sts.GetCallerIdentityOutput, error)
	edge func(context.Context) ([]cftypes.DistributionSummary, error)
}

func newPatient(n *needs, c *cloud, r *resolver) *patient {
	p := &patient{needs: n, cloud: c, dns: r}
	p.who, p.edge = once(c.identity), once(p.distributions)
	return p
}

// once asks the first time and remembers the answer, an error too.
func once[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var answer T
	var err error
	var asked sync.Once
	return func(ctx context.Context) (T, error) {
		asked.Do(func() { answer, err = ask(ctx) })
		return answer, err
	}
}

// A check asks one thing and returns what it found; an error means that it could not be asked.
type check struct {
	question string
	ask      func(ctx context.Context, p *patient) ([]finding, error)
}

// checks are all questions, in the order in which a deployment meets them. The first reads what others use.
var checks = []check{
	{"credentials", askCredentials},
	{"regions enabled", askRegions},
	{"zone", askZones},
	{"delegation", askDelegation},
	{"CAA", askCAA},
	{"names taken", askRecords},
	{"aliases taken", askAliases},
	{"concurrency", askConcurrency},
	{"quotas", askQuotas},
	{"custom domains", askDomains},
	{"KeyValueStore", askStore},
}

// examine asks everything. A question that cannot be asked is a finding, too.
func (p *patient) examine(ctx context.Context) (all []finding) {
	for _, c := range checks {
		found, err := c.ask(ctx, p)
		for i := range found {
			found[i].Question = c.question
		}
		all = append(all, found...)
		if err != nil {
			all = append(all, finding{Question: c.question, Level: unknown, Found: "could not be asked: " + plain(err).Error()})
		}
	}
	return all
}

// report prints findings and fails if one of them stops a deployment.
func (c *command) report(all []finding) error {
	blockers := 0
	for _, f := range all {
		if f.Level == blocker {
			blockers++
		}
	}
	if c.flags.json {
		encoder := json.NewEncoder(c.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(all); err != nil {
			return err
		}
	} else {
		w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "LEVEL\tQUESTION\tSUBJECT\tFOUND")
		for _, f := range all {
			fmt.Fprintln(w, strings.Join([]string{string(f.Level), f.Question, f.Subject, f.Found}, "\t"))
		}
		_ = w.Flush()
		for _, f := range all {
			if f.Advice != "" && f.Level != good {
				c.print("%s, %s: %s", f.Question, f.Subject, f.Advice)
			}
		}
	}
	if blockers > 0 {
		return fmt.Errorf("what stops a deployment: %d of the findings", blockers)
	}
	return nil
}
