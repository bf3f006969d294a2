package infra

import (
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/infra/config"
)

// outsideInText is in the answer of a healthy region: the health function writes its members in this order.
const outsideInText = `"status":"ok"`

// outsideInRegions are where the checkers of the public name stand: one continent each (O-D3).
var outsideInRegions = []string{"us-east-1", "eu-west-1", "ap-southeast-1"}

// outsideIn asks for health under the public name, through DNS, CloudFront and whichever region is nearest to the
// checker, and rings when that fails (O-D2). It guards no record.
func (a *alarms) outsideIn(d *distributionComponent) error {
	p := a.platform
	host := d.resource.DomainName
	if name := mainAlias(p); name != "" && p.ExternalDNS != config.ExternalDNSPending {
		host = pulumi.String(name).ToStringOutput()
	}
	check, err := route53.NewHealthCheck(a.ctx, p.name("outside-in"), &route53.HealthCheckArgs{
		Type: pulumi.String("HTTPS_STR_MATCH"), Fqdn: host, Port: pulumi.Int(443), ResourcePath: pulumi.String(p.Config.Application.HealthPath()),
		SearchString: pulumi.String(outsideInText), Regions: pulumi.ToStringArray(outsideInRegions),
		RequestInterval: pulumi.Int(30), FailureThreshold: pulumi.Int(3), EnableSni: pulumi.Bool(true),
		Tags: pulumi.StringMap{"Name": pulumi.String("outside-in")},
	}, append(a.global(), pulumi.DependsOn([]pulumi.Resource{d.resource}))...)
	if err != nil {
		return err
	}
	a.outsideCheck = check.ID().ToStringOutput()
	_, err = a.add(Alarm{
		Name: "outside-in", Means: "Checkers on three continents get no healthy answer under the public name.",
		Do:      "Ask yourself: curl -i https://NAME" + p.Config.Application.HealthPath() + "; ops status -stack {stack}. Well inside, bad outside: DNS, the certificate or the distribution.",
		Metrics: []Metric{{Namespace: nsHealth, Name: "HealthCheckStatus", Statistic: "Minimum", Dimensions: pulumi.StringMap{"HealthCheckId": a.outsideCheck}}},
		Compare: Below, Threshold: 1, M: 3, N: 3, Missing: Breaching, Silence: noCheck,
	}, globalRegion, "", true, a.global()...)
	return err
}

// additionalMetrics turns the distribution's fixed-price metrics on and watches the origins' latency.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/viewing-cloudfront-metrics.html
func (a *alarms) additionalMetrics(d *distributionComponent, slowest time.Duration) error {
	if _, err := cloudfront.NewMonitoringSubscription(a.ctx, a.platform.name("distribution"), &cloudfront.MonitoringSubscriptionArgs{
		DistributionId: d.resource.ID(),
		MonitoringSubscription: cloudfront.MonitoringSubscriptionMonitoringSubscriptionArgs{
			RealtimeMetricsSubscriptionConfig: cloudfront.MonitoringSubscriptionMonitoringSubscriptionRealtimeMetricsSubscriptionConfigArgs{
				RealtimeMetricsSubscriptionStatus: pulumi.String("Enabled"),
			},
		},
	}, a.global()...); err != nil {
		return err
	}
	_, err := a.add(originLatencyAlarm(a.platform, d, slowest), globalRegion, "", true, a.global()...)
	return err
}
