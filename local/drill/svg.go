package drill

import (
	"fmt"
	"html"
	"strings"
)

// Colours of regions, in order, that people with any colour vision tell apart (Okabe and Ito), and of all else.
var (
	regionColours = []string{"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#6A3D9A", "#8C564B", "#1B9E77", "#E7298A", "#666666"}
	bandColours   = map[string]string{"fault": "#D55E00", "drain": "#0072B2", "deploy": "#CC79A7", "alarm": "#B00020"}
)

const (
	cacheColour = "#BBBBBB"
	noneColour  = "#000000"
)

// Measures of the picture in pixels.
const (
	svgWidth, svgLeft, svgRight = 1000, 60, 20
	plotTop, plotHeight         = 60, 220
	rowHeight                   = 20
)

// SVG draws the timeline: requests by region, lost ones below them, and as bands what lasted.
func (t *Timeline) SVG() []byte {
	var b strings.Builder
	height := plotTop + plotHeight + 60 + 50 + rowHeight*len(t.Bands) + 40
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" role="img">`, svgWidth, height)
	fmt.Fprintf(&b, "<title>%s</title>", html.EscapeString(t.Name))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#FFFFFF"/>`, svgWidth, height)
	fmt.Fprintf(&b, `<text x="%d" y="22" font-size="16" font-weight="bold">%s</text>`, svgLeft, html.EscapeString(t.Name))
	n := t.Totals
	fmt.Fprintf(&b, `<text x="%d" y="40" fill="#444444">stack %s, routing %s: %d requests, lost %d of %d reads and %d of %d writes, %d of %d feedback lost</text>`,
		svgLeft, html.EscapeString(t.Stack), t.Routing, n.Requests, n.LostReads, n.Reads, n.LostWrites, n.Writes, n.LostFeedback, n.Accepted)
	most := t.drawRequests(&b)
	t.drawLost(&b, plotTop+plotHeight+8)
	t.drawAxis(&b, most)
	t.drawLegend(&b, plotTop+plotHeight+62)
	t.drawBands(&b, plotTop+plotHeight+100)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (t *Timeline) x(seconds float64) float64 {
	return svgLeft + seconds/t.DurationSeconds*(svgWidth-svgLeft-svgRight)
}

// layers are who answered, from the bottom up, with their colours.
func (t *Timeline) layers() (names, colours []string) {
	for i, region := range t.Regions {
		names, colours = append(names, region), append(colours, regionColours[i%len(regionColours)])
	}
	return append(names, "cache", "none"), append(colours, cacheColour, noneColour)
}

// drawRequests stacks the requests per second, and returns the most there are.
func (t *Timeline) drawRequests(b *strings.Builder) (most float64) {
	for i := range t.Steps {
		all := 0
		for _, n := range t.Steps[i].Requests {
			all += n
		}
		most = max(most, float64(all)/t.StepSeconds)
	}
	most = max(most, 1)
	names, colours := t.layers()
	base := make([]float64, len(t.Steps))
	for layer, name := range names {
		var top, bottom []string
		for i := range t.Steps {
			from, to := t.x(t.Steps[i].At), t.x(min(t.Steps[i].At+t.StepSeconds, t.DurationSeconds))
			low := base[i]
			base[i] += float64(t.Steps[i].Requests[name]) / t.StepSeconds / most * plotHeight
			top = append(top, fmt.Sprintf("%.1f,%.1f %.1f,%.1f", from, plotTop+plotHeight-base[i], to, plotTop+plotHeight-base[i]))
			bottom = append([]string{fmt.Sprintf("%.1f,%.1f %.1f,%.1f", to, plotTop+plotHeight-low, from, plotTop+plotHeight-low)}, bottom...)
		}
		fmt.Fprintf(b, `<polygon fill="%s" points="%s %s"><title>%s</title></polygon>`, colours[layer], strings.Join(top, " "), strings.Join(bottom, " "), html.EscapeString(name))
	}
	return most
}

// drawLost marks the steps with lost requests below the plot.
func (t *Timeline) drawLost(b *strings.Builder, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">lost</text>`, svgLeft-6, y+10)
	for i := range t.Steps {
		s := &t.Steps[i]
		if lost := s.LostReads + s.LostWrites; lost > 0 {
			fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="12" fill="%s"><title>%d reads, %d writes</title></rect>`,
				t.x(s.At), y, t.x(s.At+t.StepSeconds)-t.x(s.At), bandColours["alarm"], s.LostReads, s.LostWrites)
		}
	}
}

func (t *Timeline) drawAxis(b *strings.Builder, most float64) {
	bottom := plotTop + plotHeight
	fmt.Fprintf(b, `<path d="M%d %dV%dH%d" fill="none" stroke="#444444"/>`, svgLeft, plotTop, bottom, svgWidth-svgRight)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%.3g/s</text>`, svgLeft-6, plotTop+10, most)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">0</text>`, svgLeft-6, bottom)
	every := 60.0
	for t.DurationSeconds/every > 15 {
		every *= 5
	}
	for at := 0.0; at <= t.DurationSeconds; at += every {
		fmt.Fprintf(b, `<path d="M%.1f %dv6" stroke="#444444"/><text x="%.1f" y="%d" text-anchor="middle">%.0f min</text>`, t.x(at), bottom+22, t.x(at), bottom+40, at/60)
	}
}

func (t *Timeline) drawLegend(b *strings.Builder, y int) {
	names, colours := t.layers()
	x := svgLeft
	for i, name := range names {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d">%s</text>`, x, y, colours[i], x+16, y+10, html.EscapeString(name))
		x += 30 + 8*len(name)
	}
}

// drawBands has a row for each band, its name on it or beside it where it has room.
func (t *Timeline) drawBands(b *strings.Builder, y int) {
	for i, band := range t.Bands {
		top := y + i*rowHeight
		from, to := t.x(band.From), max(t.x(band.To), t.x(band.From)+2)
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="0.75"/>`, from, top, to-from, rowHeight-5, bandColours[band.Kind])
		label := html.EscapeString(band.Kind + ": " + band.Name)
		if from > svgWidth/2 {
			fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="end">%s</text>`, from-6, top+12, label)
		} else {
			fmt.Fprintf(b, `<text x="%.1f" y="%d" stroke="#FFFFFF" stroke-width="3" paint-order="stroke">%s</text>`, from+4, top+12, label)
		}
	}
}
