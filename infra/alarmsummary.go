package infra

import (
	"fmt"
	"strings"

	"github.com/onefront/onefront/infra/config"
)

// Monthly prices in US dollars that do not depend on traffic (O-C11, O-D2, F7.17), without free tiers.
const (
	priceAlarmMetric = 0.10
	priceComposite   = 0.50
	priceDashboard   = 3.00
	priceMetric      = 0.30
	priceHealthCheck = 0.50
	// priceOption is each of a check's HTTPS, string match and fast interval.
	priceOption = 1.00
	// additionalCount are CloudFront's additional metrics.
	additionalCount = 8
)

// tell says how many alarms there are, who is told, what they must confirm, and what the stack costs without a request.
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
	return append(lines, fmt.Sprintf("  without a request the stack costs about %.2f USD a month: %s", a.fixedCost(), a.costParts()))
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

// costs are the parts of the fixed price.
func (a *alarms) costs() []struct {
	what string
	usd  float64
} {
	p := a.platform
	checks, outside, additional := 0.0, 0.0, 0.0
	if p.OriginDomain != "" {
		check := priceHealthCheck + priceOption
		if p.HealthInterval.Seconds() == 10 {
			check += priceOption
		}
		checks = check * float64(len(p.Regions))
	}
	if p.Alarms.OutsideIn {
		outside = priceHealthCheck + 2*priceOption
	}
	if p.Alarms.AdditionalMetrics {
		additional = additionalCount * priceMetric
	}
	return []struct {
		what string
		usd  float64
	}{
		{fmt.Sprintf("%d alarm metrics", a.metrics), float64(a.metrics) * priceAlarmMetric},
		{fmt.Sprintf("%d composite alarms", a.composites), float64(a.composites) * priceComposite},
		{"dashboard", priceDashboard},
		{"health checks", checks},
		{"check from outside", outside},
		{"additional metrics", additional},
	}
}

func (a *alarms) fixedCost() (usd float64) {
	for _, c := range a.costs() {
		usd += c.usd
	}
	return usd
}

func (a *alarms) costParts() string {
	var parts []string
	for _, c := range a.costs() {
		if c.usd > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f", c.what, c.usd))
		}
	}
	return strings.Join(parts, ", ")
}
