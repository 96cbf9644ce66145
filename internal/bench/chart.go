package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Places of the two panels, which share the axis of the offered load.
const (
	chartWidth, chartHeight = 900, 700
	left, right             = 80, 810
	upperTop, upperBottom   = 70, 330
	lowerTop, lowerBottom   = 390, 640
	between                 = 15 // pixels between the names of curves, at least
)

// curve is one row of values over the offered loads; a guide is there to compare with.
type curve struct {
	name, class string
	value       func(Report) float64
	guide       bool
}

var latencyCurves = []curve{
	{"p50", "p50", func(r Report) float64 { return r.Latency.P50.float() }, false},
	{"p95", "p95", func(r Report) float64 { return r.Latency.P95.float() }, false},
	{"p99", "p99", func(r Report) float64 { return r.Latency.P99.float() }, false},
}

// rateCurves are the offered and the achieved rate, and that of pgbench before the ramp.
func rateCurves(tpcb []Report) []curve {
	curves := []curve{{"offered", "guide", func(r Report) float64 { return r.Offered }, true}}
	for _, base := range tpcb {
		curves = append(curves, curve{"pgbench", "guide", func(Report) float64 { return base.Rate }, true})
	}
	return append(curves, curve{"achieved", "done", func(r Report) float64 { return r.Rate }, false})
}

// Chart draws what came of growing loads, of which there is at least one: the
// rate that was achieved, above, beside pgbench's, and the percentiles of the latency,
// below, over the rate that was offered. It is an SVG document that needs nothing else.
func Chart(title string, tpcb, steps []Report) []byte {
	rates := rateCurves(tpcb)
	_, offered := spread(steps, rates[:1])
	_, fastest := spread(steps, rates)
	quickest, slowest := spread(steps, latencyCurves)
	x := linear(offered, left, right)
	upper := panel{x, linear(fastest, upperBottom, upperTop)}
	lower := panel{x, logarithmic(quickest, slowest, lowerBottom, lowerTop)}

	s := newSVG(chartWidth, chartHeight, title, fmt.Sprintf("Throughput and latency over offered load, in %d steps up to %.0f calls a second.", len(steps), offered))
	s.text("title", point{left, 28}, title)
	s.text("", point{left, 48}, fmt.Sprintf("%d steps of %s s, %d calls under way at most", len(steps), label(math.Round(steps[0].Seconds*10)/10), steps[0].Clients))
	upper.frame(s, "calls a second")
	lower.frame(s, "latency, milliseconds")
	s.text("middle", point{(left + right) / 2, chartHeight - 18}, "offered load, calls a second")
	upper.draw(s, steps, rates)
	lower.draw(s, steps, latencyCurves)
	return s.end()
}

// spread is from the lowest to the highest of all values of curves.
func spread(steps []Report, curves []curve) (least, most float64) {
	var values []float64
	for _, c := range curves {
		for _, r := range steps {
			values = append(values, c.value(r))
		}
	}
	return slices.Min(values), slices.Max(values)
}

// panel is a pair of axes.
type panel struct{ x, y axis }

func (p panel) point(x, y float64) point { return point{p.x.at(x), p.y.at(y)} }

// frame draws the axes with their ticks, and says what goes up.
func (p panel) frame(s *svg, up string) {
	for _, v := range p.y.ticks() {
		s.line("grid", point{p.x.from, p.y.at(v)}, point{p.x.to, p.y.at(v)})
		s.text("end", point{p.x.from - 8, p.y.at(v) + 4}, label(v))
	}
	for _, v := range p.x.ticks() {
		s.line("grid", point{p.x.at(v), p.y.from}, point{p.x.at(v), p.y.to})
		s.text("middle", point{p.x.at(v), p.y.from + 18}, label(v))
	}
	s.line("axis", point{p.x.from, p.y.to}, point{p.x.from, p.y.from}, point{p.x.to, p.y.from})
	s.upright("middle", point{22, (p.y.from + p.y.to) / 2}, up)
}

// draw draws curves, each with its name at its end, the names apart.
func (p panel) draw(s *svg, steps []Report, curves []curve) {
	for _, c := range curves {
		points := make([]point, len(steps))
		for i, r := range steps {
			points[i] = p.point(r.Offered, c.value(r))
		}
		s.line("curve "+c.class, points...)
		for i, r := range steps {
			if !c.guide {
				s.dot(c.class, points[i], fmt.Sprintf("%s %.2f at %.0f offered", c.name, c.value(r), r.Offered))
			}
		}
	}
	last := steps[len(steps)-1]
	upwards := slices.SortedStableFunc(slices.Values(curves), func(a, b curve) int { return cmp.Compare(a.value(last), b.value(last)) })
	y := math.Inf(1)
	for _, c := range upwards {
		end := p.point(last.Offered, c.value(last))
		y = min(y-between, end.y+4)
		s.text(c.class, point{end.x + 8, y}, c.name)
	}
}
