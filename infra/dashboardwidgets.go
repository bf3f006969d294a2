package infra

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The body of a CloudWatch dashboard, as far as it is used here (O-C10).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

// gridWidth is how many columns a dashboard has.
const gridWidth = 24

// maxAlarmsShown is how many alarms one widget may show.
const maxAlarmsShown = 100

type dashboardBody struct {
	Start          string   `json:"start"`
	PeriodOverride string   `json:"periodOverride"`
	Widgets        []widget `json:"widgets"`
}

// widget is a rectangle of the grid. Properties is one of the *Properties below.
type widget struct {
	Type       string `json:"type"`
	X          int    `json:"x"`
	Y          int    `json:"y"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	Properties any    `json:"properties"`
}

type textProperties struct {
	Markdown string `json:"markdown"`
}

type alarmProperties struct {
	Title  string   `json:"title"`
	Alarms []string `json:"alarms"`
}

type metricProperties struct {
	Title  string `json:"title"`
	Region string `json:"region"`
	View   string `json:"view"`
	Period int    `json:"period"`
	// Metrics are rows of namespace, name, dimensions and values, and options.
	Metrics [][]any    `json:"metrics"`
	YAxis   metricAxes `json:"yAxis"`
}

type metricAxes struct {
	Left axis `json:"left"`
}

type axis struct {
	Min float64 `json:"min"`
}

type metricOptions struct {
	Stat   string `json:"stat"`
	Label  string `json:"label"`
	Region string `json:"region"`
}

// Chart is a graph of the stack's dashboard. Charts of several regions with one title are one widget, with a line per
// metric and region.
type Chart struct {
	Title string
	// Metrics are drawn by their ID as label.
	Metrics []Metric
}

// placedChart is a chart of a region.
type placedChart struct {
	Chart
	region string
}

// grid fills rows from left to right. What is not known yet while the program runs stands in texts as a reference,
// and is put in when all of it is known.
type grid struct {
	widgets []widget
	x, y    int
	height  int
	inputs  []any
}

// ref is a text that stands for a value.
func (g *grid) ref(value pulumi.StringInput) string {
	g.inputs = append(g.inputs, value)
	return reference(len(g.inputs) - 1)
}

func reference(i int) string { return fmt.Sprintf("${%d}", i) }

// add puts a widget to the right of the last, or into a row of its own.
func (g *grid) add(kind string, width, height int, properties any) {
	if g.x+width > gridWidth {
		g.row()
	}
	g.widgets = append(g.widgets, widget{Type: kind, X: g.x, Y: g.y, Width: width, Height: height, Properties: properties})
	g.x, g.height = g.x+width, max(g.height, height)
}

// row begins a row.
func (g *grid) row() { g.x, g.y, g.height = 0, g.y+g.height, 0 }

func (g *grid) text(height int, markdown string) {
	g.row()
	g.add("text", gridWidth, height, textProperties{Markdown: markdown})
	g.row()
}

// chart draws charts with one title.
func (g *grid) chart(width int, charts ...placedChart) {
	p := metricProperties{Title: charts[0].Title, Region: charts[0].region, View: "timeSeries", Period: 60}
	for _, c := range charts {
		for i := range c.Metrics {
			m := &c.Metrics[i]
			row := []any{m.Namespace, m.Name}
			for _, name := range sortedNames(m.Dimensions) {
				row = append(row, name, g.ref(m.Dimensions[name]))
			}
			label := m.ID
			if len(charts) > 1 {
				label += " " + c.region
			}
			p.Metrics = append(p.Metrics, append(row, metricOptions{Stat: m.Statistic, Label: strings.TrimSpace(label), Region: c.region}))
		}
	}
	g.add("metric", width, 6, p)
}

// body is the dashboard once everything in it is known.
func (g *grid) body() pulumi.StringOutput {
	text, err := json.Marshal(dashboardBody{Start: "-PT3H", PeriodOverride: "inherit", Widgets: g.widgets})
	return pulumi.All(g.inputs...).ApplyT(func(known []any) (string, error) {
		var pairs []string
		for i, value := range known {
			escaped, err := json.Marshal(fmt.Sprint(value))
			if err != nil {
				return "", err
			}
			pairs = append(pairs, reference(i), strings.Trim(string(escaped), `"`))
		}
		return strings.NewReplacer(pairs...).Replace(string(text)), err
	}).(pulumi.StringOutput)
}
