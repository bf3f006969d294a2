package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

const (
	// quietFor is how long no viewer's request has come when a region counts as out of the traffic.
	quietFor = 2 * time.Minute
	// metricDelay is how long a minute's datapoints take to appear.
	// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html
	metricDelay = time.Minute
	watchEvery  = 15 * time.Second
)

// traffic counts the viewers' requests that a region's function had between two instants. The platform's health checks
// ask a function of their own, so that they are not among them.
type traffic interface {
	// now is the clock that requests are stamped with.
	now(ctx context.Context) (time.Time, error)
	count(ctx context.Context, r region, from, to time.Time) (int, error)
	// delay is how long a request takes to be counted.
	delay() time.Duration
}

// watch returns when a region has been quiet for two minutes. Breaking it off changes nothing.
func (c *command) watch(ctx context.Context, r region) error {
	var t traffic = &metrics{c}
	if c.cloud.admin != "" {
		t = &requestLog{c.cloud.admin}
	}
	c.note("waiting until %s has had no viewer's request for %v; Ctrl-C ends the waiting, not the drain", r.Name, quietFor)
	started, err := t.now(ctx)
	if err != nil {
		return err
	}
	last := -1
	for {
		now, err := t.now(ctx)
		if err != nil {
			return err
		}
		from := now.Add(-quietFor - t.delay())
		n, err := t.count(ctx, r, from, now)
		switch {
		case err != nil:
			c.note("%s: could not count its requests: %v", r.Name, plain(err))
		case n == 0 && !from.Before(started):
			c.note("%s: no request in the last %v", r.Name, quietFor)
			return nil
		case n != last:
			c.note("%s: %d requests in the last %v", r.Name, n, quietFor+t.delay())
			last = n
		}
		if err := c.wait(ctx, watchEvery); err != nil {
			return err
		}
	}
}

// metrics are CloudWatch's: the invocations of the region's functions that answer routes.
type metrics struct{ c *command }

func (m *metrics) delay() time.Duration { return metricDelay }

func (m *metrics) now(context.Context) (time.Time, error) { return m.c.now(), nil }

func (m *metrics) count(ctx context.Context, r region, from, to time.Time) (int, error) {
	client, err := m.c.cloud.cloudwatch(r.Name)
	if err != nil {
		return 0, err
	}
	ctx, cancel := m.c.cloud.within(ctx)
	defer cancel()
	var all []*types.MetricStat
	for _, name := range r.functions() {
		all = append(all, metric("AWS/Lambda", "Invocations", "Sum", "FunctionName", name))
	}
	values, err := datapoints(ctx, client, from, to, all...)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return int(sum), err
}

// metric is one metric in periods of a minute.
func metric(namespace, name, stat, dimension, value string) *types.MetricStat {
	return &types.MetricStat{
		Metric: &types.Metric{
			Namespace: &namespace, MetricName: &name,
			Dimensions: []types.Dimension{{Name: &dimension, Value: &value}},
		},
		Period: aws.Int32(60), Stat: &stat,
	}
}

// datapoints are the values of metrics between two instants, each metric's newest first.
func datapoints(ctx context.Context, client *cloudwatch.Client, from, to time.Time, stats ...*types.MetricStat) ([]float64, error) {
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampDescending}
	for i, stat := range stats {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprint("m", i)), MetricStat: stat})
	}
	out, err := client.GetMetricData(ctx, in)
	if err != nil {
		return nil, err
	}
	var values []float64
	for _, result := range out.MetricDataResults {
		// without this, what CloudWatch could not read would count as no requests
		if code := result.StatusCode; code != "" && code != types.StatusCodeComplete {
			return nil, fmt.Errorf("CloudWatch has only a part of the metric: %s", code)
		}
		values = append(values, result.Values...)
	}
	return values, nil
}

// requestLog is local mode's, on simulated time.
type requestLog struct{ admin string }

func (l *requestLog) delay() time.Duration { return 0 }

func (l *requestLog) now(ctx context.Context) (time.Time, error) {
	var clock struct {
		Now time.Time `json:"now"`
	}
	return clock.Now, getJSON(ctx, l.admin+"/clock", &clock)
}

func (l *requestLog) count(ctx context.Context, r region, from, _ time.Time) (n int, err error) {
	var all []struct {
		Region string    `json:"region"`
		Time   time.Time `json:"time"`
	}
	err = getJSON(ctx, l.admin+"/requests?"+url.Values{"limit": {"1000"}}.Encode(), &all)
	for _, request := range all {
		if request.Region == r.Name && request.Time.After(from) {
			n++
		}
	}
	return n, err
}

func getJSON(ctx context.Context, url string, into any) error {
	raw, err := get(ctx, url)
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}
