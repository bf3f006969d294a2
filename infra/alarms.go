package infra

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// alarmsType is part of every child's URN; changing it needs an alias.
const alarmsType = "onefront:infra:Alarms"

// alarms owns the topics of all regions and the alarms of us-east-1. The alarms of a region belong to the region.
type alarms struct {
	pulumi.ResourceState

	ctx       *pulumi.Context
	platform  *platform
	providers *providers
	topics    map[string]*alarmTopic

	// taken are the names of alarms, of both kinds, by region: CloudWatch overwrites one with another.
	taken map[[2]string]bool

	// What the summary tells, and what the dashboard shows.
	metrics, composites int
	made                []*madeAlarm
	outsideCheck        pulumi.StringInput
}

// madeAlarm is an alarm with what a dashboard shows of it.
type madeAlarm struct {
	Alarm
	// region is where it is.
	region string
	arn    pulumi.StringOutput
	name   pulumi.StringOutput
}

// newAlarms makes the topics, before the regions whose alarms tell them. nil where the stack has no alarms.
func newAlarms(ctx *pulumi.Context, p *platform, providers *providers) (*alarms, error) {
	if !p.Alarms.Enabled {
		return nil, nil
	}
	a := &alarms{ctx: ctx, platform: p, providers: providers, topics: map[string]*alarmTopic{}, taken: map[[2]string]bool{}}
	if err := ctx.RegisterComponentResourceV2(alarmsType, p.name("alarms"), pulumi.Map{}, a, p.child()...); err != nil {
		return nil, err
	}
	for _, region := range p.AlarmRegions() {
		topic, err := newAlarmTopic(ctx, p, region, pulumi.Parent(a), pulumi.Provider(providers.in[region]))
		if err != nil {
			return nil, fmt.Errorf("alarm topic of %s: %w", region, err)
		}
		a.topics[region] = topic
	}
	return a, nil
}

// claim keeps an alarm's name, of role and place, from another in its region.
func (a *alarms) claim(role, place, region string) error {
	name := role
	if place != "" {
		name += "-" + place
	}
	at := [2]string{region, name}
	if a.taken[at] {
		return fmt.Errorf("alarm %q: want a name that no other alarm in %s has", role, region)
	}
	a.taken[at] = true
	return nil
}

// add makes one alarm. place is "" for one of the whole stack, which is in us-east-1.
func (a *alarms) add(alarm Alarm, region, place string, tells bool, opts ...pulumi.ResourceOption) (*madeAlarm, error) {
	if err := a.claim(alarm.Name, place, region); err != nil {
		return nil, err
	}
	do := alarm.Do
	if place != "" {
		do = strings.ReplaceAll(do, "{region}", place)
		alarm.Means = strings.ReplaceAll(alarm.Means, "{region}", place)
	}
	do = strings.ReplaceAll(do, "{stack}", a.platform.Stack)
	var actions pulumi.ArrayInput
	if tells {
		actions = a.topics[region].actions
	}
	resource, err := alarm.make(a.ctx, a.platform, place, do, actions, opts...)
	if err != nil {
		return nil, err
	}
	made := &madeAlarm{Alarm: alarm, region: region, arn: resource.Arn, name: resource.Name}
	a.made = append(a.made, made)
	a.metrics += len(alarm.Metrics)
	return made, nil
}

// inRegion makes the alarms of a region and the composite that tells people of them: one message, not six.
func (a *alarms) inRegion(region string, list []Alarm, opts []pulumi.ResourceOption) error {
	var children []*madeAlarm
	drained := a.platform.Drained(region)
	for _, alarm := range list {
		made, err := a.add(alarm, region, region, alarm.Direct, opts...)
		if err != nil {
			return err
		}
		if !alarm.Direct {
			children = append(children, made)
		}
	}
	return a.composite(compositeArgs{
		role: "region-" + region, region: region, operator: " OR ", children: children, muted: drained,
		description: fmt.Sprintf("Something is wrong in %s: the alarms in it say what. To take the region out of traffic: %s. Runbook: %s, section region.",
			region, drainCommand(a.platform.Stack, region), runbook),
	}, opts...)
}

// drainCommand takes a region out of traffic, without a deployment.
func drainCommand(stack, region string) string { return "ops drain " + region + " -stack " + stack }

type compositeArgs struct {
	role, region, description string
	// operator joins the children: " OR " or " AND ".
	operator string
	children []*madeAlarm
	muted    bool
}

// maxChildren is how many alarms a composite knows (O-C5).
const maxChildren = 100

// composite makes an alarm over others of its own region (O-C5).
func (a *alarms) composite(args compositeArgs, opts ...pulumi.ResourceOption) error {
	names := make([]any, len(args.children))
	for i, child := range args.children {
		names[i] = child.name
	}
	if len(names) == 0 {
		return nil
	}
	if err := a.claim(args.role, "", args.region); err != nil {
		return err
	}
	if len(names) > maxChildren {
		return fmt.Errorf("alarm %q: %d alarms under one: CloudWatch takes %d (O-C5): want fewer functions, or onefront:alarms {\"enabled\": false}", args.role, len(names), maxChildren)
	}
	rule := pulumi.All(names...).ApplyT(func(known []any) string {
		terms := make([]string, len(known))
		for i, name := range known {
			terms[i] = fmt.Sprintf("ALARM(%q)", name)
		}
		return strings.Join(terms, args.operator)
	}).(pulumi.StringOutput)
	resource, err := cloudwatch.NewCompositeAlarm(a.ctx, a.platform.name(args.role), &cloudwatch.CompositeAlarmArgs{
		AlarmName: pulumi.String(accountName(a.platform, a.platform.name(args.role))), AlarmDescription: pulumi.String(args.description),
		AlarmRule: rule, AlarmActions: a.topics[args.region].arns, ActionsEnabled: pulumi.Bool(!args.muted),
	}, opts...)
	if err != nil {
		return err
	}
	a.composites++
	a.made = append(a.made, &madeAlarm{Alarm: Alarm{Name: args.role}, region: args.region, arn: resource.Arn, name: resource.AlarmName})
	return nil
}

// global are the options of what this component makes in us-east-1.
func (a *alarms) global() []pulumi.ResourceOption {
	return []pulumi.ResourceOption{pulumi.Parent(a), pulumi.Provider(a.providers.global)}
}

// atEdge makes the alarms of the distribution and of health, all of which are in us-east-1 (F5.20, F7.14), and tells
// the plan.
func (a *alarms) atEdge(regions []*regionComponent, d *distributionComponent, certificate *edgeCertificate) error {
	p := a.platform
	for _, alarm := range edgeAlarms(p, d) {
		if _, err := a.add(alarm, globalRegion, "", true, a.global()...); err != nil {
			return err
		}
	}
	if p.Alarms.AdditionalMetrics {
		if err := a.additionalMetrics(d, longestOf(regions)); err != nil {
			return err
		}
	}
	if err := a.health(regions); err != nil {
		return err
	}
	if p.Alarms.OutsideIn {
		if err := a.outsideIn(d); err != nil {
			return err
		}
	}
	if certificate != nil && certificate.attachedARN != nil {
		if _, err := a.add(certificateAlarm(p, "certificate-edge", certificate.arn), globalRegion, "", true, a.global()...); err != nil {
			return err
		}
	}
	if err := a.newDashboard(regions, d, p.app.SiteURL); err != nil {
		return err
	}
	if err := a.tell(); err != nil {
		return err
	}
	return a.ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// health makes an alarm per health check and one for all of them. A drained region's check is disabled and inverted;
// what its metric says is not known (O-C9), so it tells nobody and counts for nothing.
func (a *alarms) health(regions []*regionComponent) error {
	var serving []*madeAlarm
	for _, r := range regions {
		if r.HealthCheckID == nil {
			continue
		}
		drained := a.platform.Drained(r.Name)
		alarm := healthAlarm(r.HealthCheckID.ToStringPtrOutput().Elem())
		alarm.muted = drained
		made, err := a.add(alarm, globalRegion, r.Name, true, a.global()...)
		if err != nil {
			return err
		}
		if !drained {
			serving = append(serving, made)
		}
	}
	return a.composite(compositeArgs{
		role: "all-regions-down", region: globalRegion, operator: " AND ", children: serving,
		description: "No region answers its health check, so Route 53 treats all as healthy and requests fail. Look at `ops status -stack " + a.platform.Stack +
			"` and at what the last deployment changed. Runbook: " + runbook + ", section all-regions-down.",
	}, a.global()...)
}

// arnsIn are the receivers' topics that are in a region.
func arnsIn(arns []string, region string, regionOf func(string) string) []string {
	return slices.DeleteFunc(slices.Clone(arns), func(arn string) bool { return regionOf(arn) != region })
}
