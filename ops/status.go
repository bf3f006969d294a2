package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/onefront/onefront/handler/contract"
)

// regionStatus is what status knows of a region. What could not be read is null and stands in Unread with the reason.
type regionStatus struct {
	Region string `json:"region"`
	// Edge says that this is us-east-1 and no region of the stack: alarms of health and of the distribution are there.
	Edge bool `json:"edge,omitempty"`
	// Healthy is Route 53's opinion; null with edge routing too, where nobody checks.
	Healthy *bool `json:"healthy"`
	Drained *bool `json:"drained"`
	// Planned says that the stack's configuration drains it, so that Drained is true whatever ops wrote.
	Planned bool `json:"planned,omitempty"`
	// Version is what the region's health function says: 12 hex digits over all its zips.
	Version *string `json:"version"`
	// OriginSecrets are the generations that the region's function accepts: previous, current, next.
	OriginSecrets []string     `json:"originSecrets"`
	Queue         *queueStatus `json:"queue"` // null without a queue, too
	// Alarms are the names of those in ALARM.
	Alarms []string          `json:"alarms"`
	Unread map[string]string `json:"unread,omitempty"`

	failed int // of the unread, without what local mode has no API for
}

type queueStatus struct {
	Waiting       int      `json:"waiting"`
	InFlight      int      `json:"inFlight"`
	OldestSeconds *float64 `json:"oldestSeconds"`
	DeadLetters   *int     `json:"deadLetters"`
}

// A question fills one field of a region's status.
type question struct {
	name string
	ask  func(ctx context.Context, s *stack, r region, into *regionStatus) error
}

func (c *command) questions(s *stack) []question {
	questions := []question{
		{"drained", c.askDrained},
		{"version", c.askVersion},
		{"originSecrets", c.askSecrets},
		{"alarms", c.askAlarms},
	}
	if !s.edgeRouting() {
		questions = append(questions, question{"healthy", c.askHealth})
	}
	if slices.ContainsFunc(s.Regions, func(r region) bool { return r.QueueURL != "" }) {
		questions = append(questions, question{"queue", c.askQueue}, question{"oldest message", c.askOldest})
	}
	return questions
}

// status asks everything of all regions at once and prints a table, or JSON. What cannot be read is named, and the
// status is 1 then.
func (c *command) status(ctx context.Context, s *stack) error {
	var report []regionStatus
	for _, r := range s.Regions {
		report = append(report, regionStatus{Region: r.Name})
	}
	if _, err := s.region(globalRegion); err != nil {
		report = append(report, regionStatus{Region: globalRegion, Edge: true})
	}
	var group sync.WaitGroup
	for i := range report {
		r, questions := region{Name: globalRegion}, []question{{"alarms", c.askAlarms}}
		if !report[i].Edge {
			r, questions = s.Regions[i], c.questions(s)
		}
		group.Go(func() { c.askAll(ctx, s, questions, r, &report[i]) })
	}
	group.Wait()
	if c.flags.json {
		encoder := json.NewEncoder(c.stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return err
		}
	} else {
		c.table(s, report)
	}
	unread := 0
	for _, r := range report {
		unread += r.failed
	}
	if unread > 0 {
		return fmt.Errorf("%d of the answers could not be read", unread)
	}
	return nil
}

// askAll asks one region's questions in order, since later ones add to earlier ones' fields. Each has its own deadline.
func (c *command) askAll(ctx context.Context, s *stack, questions []question, r region, into *regionStatus) {
	for _, q := range questions {
		err := q.ask(ctx, s, r, into)
		if err == nil {
			continue
		}
		if into.Unread == nil {
			into.Unread = map[string]string{}
		}
		into.Unread[q.name] = plain(err).Error()
		if !errors.Is(err, errNotLocal) {
			into.failed++
		}
	}
}

func (c *command) table(s *stack, report []regionStatus) {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "REGION\tHEALTHY\tDRAINED\tVERSION\tSECRETS\tWAITING\tOLDEST\tDEAD LETTERS\tALARMS")
	for _, r := range report {
		fmt.Fprintln(w, strings.Join(r.cells(s), "\t"))
	}
	_ = w.Flush()
	for _, r := range report {
		names := make([]string, 0, len(r.Unread))
		for name := range r.Unread {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			c.print("%s: %s could not be read: %s", r.Region, name, r.Unread[name])
		}
	}
}

// cells are a region's line of the table.
func (r *regionStatus) cells(s *stack) []string {
	alarms := strings.Join(r.Alarms, ", ")
	if r.Alarms == nil {
		alarms = "?"
	} else if alarms == "" {
		alarms = "none"
	}
	if r.Edge {
		return []string{r.Region, "-", "-", "-", "-", "-", "-", "-", alarms}
	}
	healthy, drained, version, secrets := yesNo(r.Healthy), yesNo(r.Drained), "?", strings.Join(r.OriginSecrets, ", ")
	if s.edgeRouting() {
		healthy = "not checked"
	}
	if r.Planned {
		drained = "planned"
	}
	if r.Version != nil {
		version = *r.Version
	}
	if secrets == "" {
		secrets = "?"
	}
	waiting, oldest, dead := "-", "-", "-"
	if q := r.Queue; q != nil {
		waiting = fmt.Sprintf("%d+%d", q.Waiting, q.InFlight)
		if q.OldestSeconds != nil {
			oldest = (time.Duration(*q.OldestSeconds) * time.Second).String()
		}
		if q.DeadLetters != nil {
			dead = fmt.Sprint(*q.DeadLetters)
		}
	}
	return []string{r.Region, healthy, drained, version, secrets, waiting, oldest, dead, alarms}
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return "?"
	case *b:
		return "yes"
	}
	return "no"
}

func (c *command) askDrained(ctx context.Context, s *stack, r region, into *regionStatus) error {
	if r.Planned {
		into.Drained, into.Planned = &r.Planned, true
		return nil
	}
	d, err := c.drainsOf(s)
	if err != nil {
		return err
	}
	out, err := d.read(ctx, r)
	if err == nil {
		into.Drained = &out
	}
	return err
}

// askHealth is Route 53's opinion: healthy if more than 18 % of its checkers say so.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
func (c *command) askHealth(ctx context.Context, _ *stack, r region, into *regionStatus) error {
	if c.cloud.admin != "" {
		return c.askLocalHealth(ctx, r, into)
	}
	client, err := c.cloud.route53()
	if err != nil {
		return err
	}
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	out, err := client.GetHealthCheckStatus(ctx, &route53.GetHealthCheckStatusInput{HealthCheckId: &r.HealthCheckID})
	if err != nil {
		return err
	}
	if len(out.HealthCheckObservations) == 0 {
		return fmt.Errorf("no checker has asked yet")
	}
	good := 0
	for _, o := range out.HealthCheckObservations {
		if o.StatusReport != nil && o.StatusReport.Status != nil && strings.HasPrefix(*o.StatusReport.Status, "Success") {
			good++
		}
	}
	healthy := good*100 > 18*len(out.HealthCheckObservations)
	into.Healthy = &healthy
	return nil
}

type localRegion struct {
	Region  string `json:"region"`
	Healthy *bool  `json:"healthy"`
	URL     string `json:"url"`
}

func (c *command) localRegion(ctx context.Context, name string) (localRegion, error) {
	var all []localRegion
	if err := getJSON(ctx, c.cloud.admin+"/regions", &all); err != nil {
		return localRegion{}, err
	}
	for _, r := range all {
		if r.Region == name {
			return r, nil
		}
	}
	return localRegion{}, fmt.Errorf("local mode has no region %s", name)
}

func (c *command) askLocalHealth(ctx context.Context, r region, into *regionStatus) error {
	found, err := c.localRegion(ctx, r.Name)
	into.Healthy = found.Healthy
	return err
}

// askVersion asks the region's own health function, round the edge.
func (c *command) askVersion(ctx context.Context, s *stack, r region, into *regionStatus) error {
	endpoint := r.Endpoint
	if c.cloud.admin != "" {
		found, err := c.localRegion(ctx, r.Name)
		if err != nil {
			return err
		}
		endpoint = found.URL
	}
	api, err := url.Parse(s.APIURL)
	if err != nil {
		return err
	}
	var health struct {
		Version string `json:"version"`
	}
	if err := getJSON(ctx, strings.TrimSuffix(endpoint, "/")+contract.HealthPath(strings.TrimSuffix(api.Path, "/")), &health); err != nil {
		return err
	}
	if health.Version == "" {
		return errors.New("the answer has no version")
	}
	into.Version = &health.Version
	return nil
}

// askSecrets looks which secrets the function has, by the names of its variables.
func (c *command) askSecrets(ctx context.Context, _ *stack, r region, into *regionStatus) error {
	client, err := c.cloud.lambda(r.Name)
	if err != nil {
		return err
	}
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	out, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &r.FunctionName})
	if err != nil {
		return err
	}
	if out.Environment == nil {
		return fmt.Errorf("function %s has no environment", r.FunctionName)
	}
	into.OriginSecrets = []string{}
	for _, generation := range []struct{ name, variable string }{
		{"previous", contract.PreviousOriginSecretVariable}, {"current", contract.OriginSecretVariable}, {"next", contract.NextOriginSecretVariable},
	} {
		if out.Environment.Variables[generation.variable] != "" {
			into.OriginSecrets = append(into.OriginSecrets, generation.name)
		}
	}
	return nil
}

// askAlarms lists the stack's alarms of the region that are in ALARM, by the beginning of their names.
func (c *command) askAlarms(ctx context.Context, s *stack, r region, into *regionStatus) error {
	if c.cloud.admin != "" {
		return c.askLocalAlarms(ctx, r, into)
	}
	client, err := c.cloud.cloudwatch(r.Name)
	if err != nil {
		return err
	}
	prefix, err := s.prefix()
	if err != nil {
		return err
	}
	ctx, cancel := c.cloud.within(ctx)
	defer cancel()
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: &prefix, StateValue: cwtypes.StateValueAlarm,
		AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm},
	})
	names := []string{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.MetricAlarms {
			names = append(names, *a.AlarmName)
		}
		for _, a := range page.CompositeAlarms {
			names = append(names, *a.AlarmName)
		}
	}
	into.Alarms = names
	return nil
}

func (c *command) askLocalAlarms(ctx context.Context, r region, into *regionStatus) error {
	var all []struct {
		Name   string `json:"name"`
		Region string `json:"region"`
		State  string `json:"state"`
	}
	if err := getJSON(ctx, c.cloud.admin+"/alarms", &all); err != nil {
		return err
	}
	into.Alarms = []string{}
	for _, a := range all {
		if a.Region == r.Name && a.State == "ALARM" {
			into.Alarms = append(into.Alarms, a.Name)
		}
	}
	return nil
}

// prefix begins the explicit names of the stack: <project>-<stack>-, as its dashboard is called, or out of a drain
// parameter's name, which has characters that the others have not.
func (s *stack) prefix() (string, error) {
	if prefix, ok := strings.CutSuffix(s.DashboardURL[strings.LastIndex(s.DashboardURL, "/")+1:], "overview"); ok {
		return prefix, nil
	}
	for _, r := range s.Regions {
		if parts := strings.Split(r.DrainParameter, "/"); len(parts) == 4 {
			return parts[1] + "-" + parts[2] + "-", nil
		}
	}
	return "", fmt.Errorf("the outputs have no drainParameter to take project and stack from")
}
