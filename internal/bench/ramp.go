package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Ramp is a row of growing loads. With Steps they go from From to To calls a
// second in equal steps. Without, they grow by half from From on until the
// server is saturated.
type Ramp struct {
	From, To float64
	Steps    int
}

// ParseRamp reads "FROM:TO:STEPS", or "auto".
func ParseRamp(text string) (r Ramp, err error) {
	if text == "auto" {
		return Ramp{From: 100}, nil
	}
	parts := strings.Split(text, ":")
	if len(parts) == 3 {
		if r.From, err = strconv.ParseFloat(parts[0], 64); err == nil {
			r.To, err = strconv.ParseFloat(parts[1], 64)
		}
		if err == nil {
			r.Steps, err = strconv.Atoi(parts[2])
		}
		if err == nil && r.From > 0 && r.To > r.From && r.Steps >= 2 && r.Steps <= 1000 {
			return r, nil
		}
	}
	return Ramp{}, fmt.Errorf(`%q: want "auto", or "FROM:TO:STEPS" with rates above zero that grow and at least two steps`, text)
}

// Next is the rate of the step after those that were measured, and false when
// the ramp is over.
func (r Ramp) Next(steps []Report) (rate float64, more bool) {
	n := len(steps)
	switch {
	case r.Steps > 0:
		return r.From + (r.To-r.From)*float64(n)/float64(r.Steps-1), n < r.Steps
	case n == 0:
		return r.From, true
	}
	return steps[n-1].Offered * 1.5, !Saturated(steps) && n < autoSteps
}

// autoSteps bounds an automatic ramp: five million times the first rate.
const autoSteps = 40

// Saturated tells whether the last of several growing loads was more than the
// server could do: it fell clearly behind, or the slowest calls took far longer
// than under the loads before.
func Saturated(steps []Report) bool {
	if len(steps) == 0 {
		return false
	}
	last, best := steps[len(steps)-1], steps[0].Latency.P99
	for _, s := range steps {
		best = min(best, s.Latency.P99)
	}
	return last.Rate < 0.9*last.Offered || last.Latency.P99 > max(20*best, Millis(100*time.Millisecond))
}
