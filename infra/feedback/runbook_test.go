package feedback_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every alarm's text names a section of the runbook that is there.
func TestRunbook_hasASectionForEveryAlarm(t *testing.T) {
	g := record(t, "prod", map[string]string{"onefront:alarms": `{"emails": ["a@example.com"], "additionalMetrics": true}`})
	runbook, err := os.ReadFile("docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("`(go run ./ops|aws|curl|pulumi) [^`]+`")
	named := 0
	for _, r := range append(g.ByType("aws:cloudwatch/metricAlarm:MetricAlarm"), g.ByType("aws:cloudwatch/compositeAlarm:CompositeAlarm")...) {
		m := regexp.MustCompile(`Runbook: docs/operations\.md, section ([a-z0-9-]+)\.`).FindStringSubmatch(fmt.Sprint(r.Inputs["alarmDescription"]))
		if m == nil {
			t.Errorf("%s names no section", r.Name)
			continue
		}
		named++
		_, section, found := strings.Cut(string(runbook), "\n### "+m[1]+"\n")
		section, _, _ = strings.Cut(section, "\n##")
		if !found || !command.MatchString(section) {
			t.Errorf("%s: the runbook has no section %s with a command", r.Name, m[1])
		}
	}
	if named < 50 {
		t.Errorf("only %d alarms", named)
	}
}
