package bench

import (
	"slices"
	"testing"
	"time"
)

// climb lets a ramp offer its loads to a server that does at most capacity calls
// a second, and takes 1 ms until it is full.
func climb(r Ramp, capacity float64) (rates []float64, steps []Report) {
	for {
		rate, more := r.Next(steps)
		if !more {
			return rates, steps
		}
		step := Report{Offered: rate, Rate: min(rate, capacity), Latency: Percentiles{P99: Millis(time.Millisecond)}}
		if rate > capacity {
			step.Latency.P99 = Millis(time.Second)
		}
		rates, steps = append(rates, rate), append(steps, step)
	}
}

func TestARampInStepsOffersAllOfThem(t *testing.T) {
	r, err := ParseRamp("100:500:5")
	if err != nil {
		t.Fatal(err)
	}
	for _, capacity := range []float64{50, 1000} {
		if rates, _ := climb(r, capacity); !slices.Equal(rates, []float64{100, 200, 300, 400, 500}) {
			t.Errorf("capacity %.0f: offered %v", capacity, rates)
		}
	}
}

func TestAnAutomaticRampGrowsUntilTheServerIsSaturated(t *testing.T) {
	r, err := ParseRamp("auto")
	if err != nil {
		t.Fatal(err)
	}
	rates, steps := climb(r, 300)
	if want := []float64{100, 150, 225, 337.5}; !slices.Equal(rates, want) {
		t.Errorf("offered %v, want %v", rates, want)
	}
	if !Saturated(steps) || Saturated(steps[:3]) {
		t.Error("the last step saturates the server, and only that")
	}
	if rates, _ := climb(r, 1e300); len(rates) != autoSteps {
		t.Errorf("a server that is never full was offered %d loads", len(rates))
	}
}

func TestAServerIsSaturatedWhenItFallsBehindOrItsSlowestCallsExplode(t *testing.T) {
	step := func(offered, rate float64, p99 time.Duration) Report {
		return Report{Offered: offered, Rate: rate, Latency: Percentiles{P99: Millis(p99)}}
	}
	calm := step(100, 100, 10*time.Millisecond)
	for name, c := range map[string]struct {
		steps []Report
		want  bool
	}{
		"nothing measured": {nil, false},
		"keeps up":         {[]Report{calm, step(200, 195, 90*time.Millisecond)}, false},
		"falls behind":     {[]Report{calm, step(200, 179, 20*time.Millisecond)}, true},
		"explodes":         {[]Report{calm, step(200, 200, 201*time.Millisecond)}, true},
		"a slow start":     {[]Report{step(100, 100, 300*time.Millisecond), step(150, 150, 100*time.Millisecond)}, false},
		"still below 100":  {[]Report{step(100, 100, time.Millisecond), step(150, 150, 99*time.Millisecond)}, false},
	} {
		if got := Saturated(c.steps); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestARampThatDoesNotGrowIsRefused(t *testing.T) {
	for _, text := range []string{"", "100", "100:200", "0:100:5", "-5:100:5", "200:100:5", "100:200:1", "100:200:1001", "a:b:c", "100:200:5:6", "NaN:100:3", "1:NaN:3", "AUTO"} {
		if r, err := ParseRamp(text); err == nil {
			t.Errorf("%q is read as %+v", text, r)
		}
	}
}
