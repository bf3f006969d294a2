package cloudwatch

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// resolution is the finest period that services publish in.
const resolution = time.Minute

// kept is how long datapoints are kept. The longest window of an alarm over periods below an hour is a day (O-C1);
// metrics that are published once a day are few.
const kept = 26 * time.Hour

// id names a metric: CloudWatch's region, namespace, name and dimensions.
type id struct{ region, namespace, name, dimensions string }

// dimension is a name with its value.
type dimension struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// dims are dimensions sorted by name, as pairs of name and value.
func dims(pairs ...string) []dimension {
	list := make([]dimension, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, dimension{pairs[i], pairs[i+1]})
	}
	slices.SortFunc(list, func(a, b dimension) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func keyOf(list []dimension) string {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(d.Name + "=" + d.Value + "\x00")
	}
	return b.String()
}

// series are the datapoints of one metric, by the start of their minute.
type series struct {
	id         id
	dimensions []dimension
	unit       string
	// distribution keeps every value, for percentiles.
	distribution bool
	minutes      []minute
}

// minute is one datapoint: CloudWatch's statistic set.
type minute struct {
	start         time.Time
	sum, low, top float64
	count         int
	values        []float64
}

func (m *minute) add(value float64, keep bool) {
	if m.count == 0 || value < m.low {
		m.low = value
	}
	if m.count == 0 || value > m.top {
		m.top = value
	}
	m.sum += value
	m.count++
	if keep {
		m.values = append(m.values, value)
	}
}

// at is the datapoint of a minute, made on first use.
func (s *series) at(start time.Time) *minute {
	if n := len(s.minutes); n > 0 && s.minutes[n-1].start.Equal(start) {
		return &s.minutes[n-1]
	}
	i, found := slices.BinarySearchFunc(s.minutes, start, func(m minute, t time.Time) int { return m.start.Compare(t) })
	if !found {
		s.minutes = slices.Insert(s.minutes, i, minute{start: start})
	}
	return &s.minutes[i]
}

// forget drops what is older than anybody asks for. Metrics that come once in hours are kept.
func (s *series) forget(now time.Time) {
	old := 0
	for old < len(s.minutes)-1 && now.Sub(s.minutes[old].start) > kept {
		old++
	}
	s.minutes = slices.Delete(s.minutes, 0, old)
}

// over joins the datapoints of a period.
func (s *series) over(from, to time.Time) (all minute) {
	i, _ := slices.BinarySearchFunc(s.minutes, from, func(m minute, t time.Time) int { return m.start.Compare(t) })
	for ; i < len(s.minutes) && s.minutes[i].start.Before(to); i++ {
		m := &s.minutes[i]
		if all.count == 0 || m.low < all.low {
			all.low = m.low
		}
		if all.count == 0 || m.top > all.top {
			all.top = m.top
		}
		all.sum += m.sum
		all.count += m.count
		all.values = append(all.values, m.values...)
	}
	return all
}

// statistic is a value of the datapoint; there is none without samples.
func (m *minute) statistic(name string) (float64, bool) {
	if m.count == 0 {
		return 0, false
	}
	switch name {
	case "Sum":
		return m.sum, true
	case "SampleCount":
		return float64(m.count), true
	case "Average":
		return m.sum / float64(m.count), true
	case "Minimum":
		return m.low, true
	case "Maximum":
		return m.top, true
	}
	p, ok := percentile(name)
	if !ok || len(m.values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(m.values))
	// guess: the nearest rank; CloudWatch says only that percentiles interpolate over a distribution.
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(0, rank-1)], true
}

// percentile reads "p99" or "p99.9".
func percentile(statistic string) (float64, bool) {
	text, found := strings.CutPrefix(statistic, "p")
	p, err := strconv.ParseFloat(text, 64)
	return p, found && err == nil && p >= 0 && p <= 100
}

// lowSamples says whether a percentile is over too few samples to mean anything.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
func lowSamples(statistic string, samples int) bool {
	p, ok := percentile(statistic)
	if !ok {
		return false
	}
	p /= 100
	if p < 0.5 {
		return float64(samples) < 10/p
	}
	return float64(samples) < math.Round(10/(1-p))
}
