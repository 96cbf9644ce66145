package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Report is what was measured. Latencies are from the moment a call was due to
// the moment its answer was verified.
type Report struct {
	Seconds    float64        `json:"seconds"`
	Calls      int64          `json:"calls"`
	Rate       float64        `json:"calls_per_second"`
	Outcomes   map[string]int `json:"outcomes"` // pg_status, or what went wrong
	Errors     int64          `json:"errors"`
	Callbacks  int64          `json:"callbacks"` // payments that a verified callback came for
	Unverified int64          `json:"unverified_callbacks"`
	Latency    Percentiles    `json:"latency"`
}

// Percentiles of a latency.
type Percentiles struct {
	P50  Millis `json:"p50_ms"`
	P95  Millis `json:"p95_ms"`
	P99  Millis `json:"p99_ms"`
	P999 Millis `json:"p99.9_ms"`
	Max  Millis `json:"max_ms"`
}

// Millis is a duration that prints as milliseconds.
type Millis time.Duration

// MarshalJSON writes milliseconds with three decimals.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(json.Number(fmt.Sprintf("%.3f", float64(m)/float64(time.Millisecond))))
}

func (m Millis) String() string { return time.Duration(m).Round(10 * time.Microsecond).String() }

// tally gathers what workers see.
type tally struct {
	mu        sync.Mutex
	latencies []time.Duration
	outcomes  map[string]int
	errors    int64
}

func (t *tally) note(latency time.Duration, outcome string, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latencies = append(t.latencies, latency)
	t.outcomes[outcome]++
	if failed {
		t.errors++
	}
}

func (t *tally) report(took time.Duration) Report {
	slices.Sort(t.latencies)
	at := func(share float64) Millis {
		if len(t.latencies) == 0 {
			return 0
		}
		return Millis(t.latencies[min(int(share*float64(len(t.latencies))), len(t.latencies)-1)])
	}
	return Report{
		Seconds: took.Seconds(), Calls: int64(len(t.latencies)), Rate: float64(len(t.latencies)) / took.Seconds(),
		Outcomes: t.outcomes, Errors: t.errors,
		Latency: Percentiles{at(0.5), at(0.95), at(0.99), at(0.999), at(1)},
	}
}

// Print writes the report for people.
func (r Report) Print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%d calls in %.1f s, %.1f a second, %d errors\nlatency    p50 %s  p95 %s  p99 %s  p99.9 %s  max %s\noutcomes   %v\ncallbacks  %d verified, %d not\n",
		r.Calls, r.Seconds, r.Rate, r.Errors, r.Latency.P50, r.Latency.P95, r.Latency.P99, r.Latency.P999, r.Latency.Max,
		r.Outcomes, r.Callbacks, r.Unverified)
	return err
}
