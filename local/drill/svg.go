package drill

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Colours of regions, in order, that people with any colour vision tell apart (Okabe and Ito), and of bands.
var (
	regionColours = []string{"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#6A3D9A", "#8C564B", "#1B9E77", "#E7298A", "#666666"}
	bandColours   = map[string]string{"fault": "#D55E00", "drain": "#0072B2", "deploy": "#CC79A7", "alarm": "#B00020"}
)

const (
	cacheColour = "#999999"
	// noneColour is the text's, so that it differs from the ground in the dark, too.
	noneColour = "currentColor"
	lostColour = "#B00020"
)

// style has the picture follow the reader's choice of light and dark.
const style = `<style>
svg { color: #1B1B1B; background: #FFFFFF }
text { fill: currentColor }
@media (prefers-color-scheme: dark) { svg { color: #EDEDED; background: #1B1B1B } }
</style>`

// Measures of the picture in pixels.
const (
	svgWidth, svgLeft, svgRight = 1000, 70, 30
	plotGap                     = 30
	allTop, allHeight           = 78, 70
	plotTop, plotHeight         = allTop + allHeight + plotGap, 180
	plotBottom                  = plotTop + plotHeight
	rowHeight                   = 22
	// glyph is about what a character takes.
	glyph = 6.6
)

// panel is one plot with the layers it stacks.
type panel struct {
	title          string
	top, height    int
	names, colours []string
}

// SVG draws the timeline: all requests, those that went to regions, the lost ones, and as bands what lasted.
func (t *Timeline) SVG() []byte {
	var b strings.Builder
	height := plotBottom + 110 + rowHeight*len(t.Bands)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" role="img">`, svgWidth, height)
	fmt.Fprintf(&b, "<title>%s</title>%s", html.EscapeString(t.Name), style)
	fmt.Fprintf(&b, `<text x="%d" y="24" font-size="16" font-weight="bold">%s</text>`, svgLeft, html.EscapeString(t.Name))
	n := t.Totals
	fmt.Fprintf(&b, `<text x="%d" y="44">stack %s, routing %s: %d requests, lost %d of %d reads and %d of %d writes, %d of %d feedback lost</text>`,
		svgLeft, html.EscapeString(t.Stack), t.Routing, n.Requests, n.LostReads, n.Reads, n.LostWrites, n.Writes, n.LostFeedback, n.Accepted)
	names, colours := t.layers()
	last := len(names) - 1 // what nobody answered
	t.drawPanel(&b, &panel{title: "all requests, by who answered", top: allTop, height: allHeight, names: names, colours: colours})
	t.drawPanel(&b, &panel{
		title: "those that no cache answered", top: plotTop, height: plotHeight,
		names: append(names[:last-1:last-1], names[last]), colours: append(colours[:last-1:last-1], colours[last]),
	})
	t.drawLost(&b, plotBottom+8)
	t.drawAxis(&b)
	t.drawLegend(&b, plotBottom+60, names, colours)
	t.drawBands(&b, plotBottom+90)
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

// drawPanel stacks the requests per second of the panel's layers.
func (t *Timeline) drawPanel(b *strings.Builder, p *panel) {
	most := 1 / t.StepSeconds
	for i := range t.Steps {
		all := 0
		for _, name := range p.names {
			all += t.Steps[i].Requests[name]
		}
		most = max(most, float64(all)/t.StepSeconds)
	}
	bottom := float64(p.top + p.height)
	base := make([]float64, len(t.Steps))
	for layer, name := range p.names {
		var top, under []string
		for i := range t.Steps {
			from, to := t.x(t.Steps[i].At), t.x(min(t.Steps[i].At+t.StepSeconds, t.DurationSeconds))
			low := base[i]
			base[i] += float64(t.Steps[i].Requests[name]) / t.StepSeconds / most * float64(p.height)
			top = append(top, fmt.Sprintf("%.1f,%.1f %.1f,%.1f", from, bottom-base[i], to, bottom-base[i]))
			under = append(under, fmt.Sprintf("%.1f,%.1f %.1f,%.1f", to, bottom-low, from, bottom-low))
		}
		slices.Reverse(under)
		fmt.Fprintf(b, `<polygon fill="%s" points="%s %s"><title>%s</title></polygon>`, p.colours[layer], strings.Join(top, " "), strings.Join(under, " "), html.EscapeString(name))
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" font-style="italic">%s</text>`, svgLeft, p.top-8, p.title)
	fmt.Fprintf(b, `<path d="M%d %dV%.0fH%d" fill="none" stroke="currentColor"/>`, svgLeft, p.top, bottom, svgWidth-svgRight)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%.3g/s</text><text x="%d" y="%.0f" text-anchor="end">0</text>`, svgLeft-6, p.top+10, most, svgLeft-6, bottom)
}

// drawLost marks the steps with lost requests below the plot.
func (t *Timeline) drawLost(b *strings.Builder, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">lost</text>`, svgLeft-6, y+10)
	for i := range t.Steps {
		s := &t.Steps[i]
		if lost := s.LostReads + s.LostWrites; lost > 0 {
			fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="12" fill="%s"><title>%d reads, %d writes</title></rect>`,
				t.x(s.At), y, t.x(s.At+t.StepSeconds)-t.x(s.At), lostColour, s.LostReads, s.LostWrites)
		}
	}
}

func (t *Timeline) drawAxis(b *strings.Builder) {
	every := 60.0
	for t.DurationSeconds/every > 15 {
		every *= 5
	}
	for at := 0.0; at <= t.DurationSeconds; at += every {
		fmt.Fprintf(b, `<path d="M%.1f %dv6" stroke="currentColor"/><text x="%.1f" y="%d" text-anchor="middle">%.0f min</text>`, t.x(at), plotBottom+24, t.x(at), plotBottom+42, at/60)
	}
}

// drawLegend has the layers, and what a row of bands below is about.
func (t *Timeline) drawLegend(b *strings.Builder, y int, names, colours []string) {
	x := svgLeft
	entry := func(name, colour, opacity string) {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="12" height="12" fill="%s" fill-opacity="%s"/><text x="%d" y="%d">%s</text>`, x, y, colour, opacity, x+16, y+10, html.EscapeString(name))
		x += 34 + int(glyph*float64(len(name)))
	}
	for i, name := range names {
		entry(name, colours[i], "1")
	}
	seen := map[string]bool{}
	for _, band := range t.Bands {
		if !seen[band.Kind] {
			entry(band.Kind, bandColours[band.Kind], bandOpacity)
		}
		seen[band.Kind] = true
	}
}

// bandOpacity lets a band's name be read on it.
const bandOpacity = "0.4"

// drawBands has a row for each band with its name on it, or beside it on the side that has room.
func (t *Timeline) drawBands(b *strings.Builder, y int) {
	for i, band := range t.Bands {
		top := y + i*rowHeight
		from, to := t.x(band.From), max(t.x(band.To), t.x(band.From)+2)
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="%s"/>`, from, top, to-from, rowHeight-4, bandColours[band.Kind], bandOpacity)
		label := band.Kind + ": " + band.Name
		width, x, anchor := glyph*float64(len(label))+12, from+6, "start"
		switch {
		case width <= to-from:
		case to+width <= svgWidth:
			x = to + 6
		default:
			x, anchor = from-6, "end"
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="%s">%s</text>`, x, top+13, anchor, html.EscapeString(label))
	}
}
