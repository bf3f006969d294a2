package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
	"github.com/onefront/onefront/infra/cost"
)

// additionalCount are CloudFront's additional metrics (F5.21).
const additionalCount = 8

// tell says how many alarms there are, who is told, what they must confirm, and what the stack costs
// without a viewer's request.
func (a *alarms) tell() error {
	p := a.platform
	if err := info(a.ctx, a.summary()...); err != nil {
		return err
	}
	if p.Alarms.Told() {
		return a.warnDeaf()
	}
	if p.Protect {
		return a.ctx.Log.Warn("onefront:alarms: nobody is told, and onefront:protect says that this stack matters: set emails, urls or topicArns", nil)
	}
	return nil
}

func (a *alarms) summary() []string {
	p := a.platform
	lines := []string{fmt.Sprintf("%d alarms, %d of them over others, in %s", len(a.made), a.composites, strings.Join(p.AlarmRegions(), ", "))}
	if told := receivers(p); len(told) > 0 {
		lines = append(lines, "  told: "+strings.Join(told, ", "))
	} else {
		lines = append(lines, "  told: nobody; set onefront:alarms to {\"emails\": [\"ops@example.com\"]}")
	}
	if owed := len(p.Alarms.Emails) * len(a.topics); owed > 0 {
		lines = append(lines, fmt.Sprintf("  confirmations by e-mail once after the first update: %d, one per address and region", owed))
	}
	idle := a.bill().Idle()
	return append(lines, fmt.Sprintf("  without a viewer's request the stack costs about %.2f USD a month: %s", cost.Sum(idle), billParts(idle)))
}

// receivers are who is told. A URL's path may be a key.
func receivers(p *platform) []string {
	told := append([]string(nil), p.Alarms.Emails...)
	for _, url := range p.Alarms.URLs {
		host, _, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
		told = append(told, "https://"+host+"/...")
	}
	return append(told, p.Alarms.TopicARNs...)
}

// warnDeaf names the regions whose alarms reach none of the receivers.
func (a *alarms) warnDeaf() error {
	p := a.platform
	if len(p.Alarms.Emails)+len(p.Alarms.URLs) > 0 {
		return nil
	}
	var deaf []string
	for _, region := range p.AlarmRegions() {
		if len(arnsIn(p.Alarms.TopicARNs, region, config.TopicRegion)) == 0 {
			deaf = append(deaf, region)
		}
	}
	if len(deaf) == 0 {
		return nil
	}
	return a.ctx.Log.Warn("onefront:alarms.topicArns: no topic in "+strings.Join(deaf, ", ")+": the alarms there tell nobody", nil)
}

// bill is what of the stack costs something without a viewer's request.
func (a *alarms) bill() *cost.Stack {
	p := a.platform
	s := &cost.Stack{AlarmMetrics: a.metrics, Composites: a.composites, Interval: p.HealthInterval, OutsideIn: p.Alarms.OutsideIn}
	if p.OriginDomain != "" {
		s.Checks = len(p.Regions)
	}
	if p.Alarms.AdditionalMetrics {
		s.AdditionalMetrics = additionalCount
	}
	if p.WebACL != nil {
		s.WebACLRules = len(webACLProperties(p.WebACL)["rules"].(pulumi.Array))
	}
	return s
}

func billParts(lines []cost.Line) string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = fmt.Sprintf("%s %.2f", l.What, l.USD)
	}
	return strings.Join(texts, ", ")
}
