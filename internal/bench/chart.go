package bench

import (
	"fmt"
	"slices"
)

// Places of the two panels, which share the axis of the offered load.
const (
	chartWidth, chartHeight = 900, 700
	left, right             = 80, 810
	upperTop, upperBottom   = 60, 330
	lowerTop, lowerBottom   = 390, 640
	between                 = 15 // pixels between the names of curves, at least
)

// curve is one row of values over the offered loads.
type curve struct {
	name, class string
	value       func(Report) float64
}

var latencyCurves = []curve{
	{"p50", "p50", func(r Report) float64 { return r.Latency.P50.float() }},
	{"p95", "p95", func(r Report) float64 { return r.Latency.P95.float() }},
	{"p99", "p99", func(r Report) float64 { return r.Latency.P99.float() }},
}

// Chart draws what came of growing loads, of which there is at least one: the
// rate that was achieved, above, and the percentiles of the latency, below, over
// the rate that was offered. It is an SVG document that needs nothing else.
func Chart(title string, steps []Report) []byte {
	achieved := curve{"achieved", "done", func(r Report) float64 { return r.Rate }}
	offered := slices.MaxFunc(steps, func(a, b Report) int { return int(a.Offered - b.Offered) }).Offered
	slowest, fastest := 0.0, offered
	least := Millis(0).float()
	for _, s := range steps {
		fastest = max(fastest, s.Rate)
		slowest = max(slowest, s.Latency.P99.float())
		if p50 := s.Latency.P50.float(); least == 0 || p50 < least {
			least = p50
		}
	}
	x := linear(offered, left, right)
	upper := panel{x, linear(fastest, upperBottom, upperTop)}
	lower := panel{x, logarithmic(least, slowest, lowerBottom, lowerTop)}

	s := newSVG(chartWidth, chartHeight, title, fmt.Sprintf("Throughput and latency over offered load, in %d steps up to %.0f calls a second.", len(steps), offered))
	s.text("title", point{left, 32}, title)
	upper.frame(s, "achieved, calls a second")
	lower.frame(s, "latency, milliseconds")
	s.text("middle", point{(left + right) / 2, chartHeight - 18}, "offered load, calls a second")
	s.line("ideal", upper.point(0, 0), upper.point(offered, offered))
	upper.draw(s, steps, achieved)
	lower.draw(s, steps, latencyCurves...)
	return s.end()
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
func (p panel) draw(s *svg, steps []Report, curves ...curve) {
	names := make([]point, len(curves))
	for i, c := range curves {
		points := make([]point, len(steps))
		for j, r := range steps {
			points[j] = p.point(r.Offered, c.value(r))
			s.dot(c.class, points[j], fmt.Sprintf("%s %.2f at %.0f offered", c.name, c.value(r), r.Offered))
		}
		s.line("curve "+c.class, points...)
		names[i] = point{points[len(points)-1].x + 8, points[len(points)-1].y + 4}
		if i > 0 {
			names[i].y = min(names[i].y, names[i-1].y-between) // curves come from the lowest up
		}
	}
	for i, c := range curves {
		s.text(c.class, names[i], c.name)
	}
}
