package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Report is what was measured under one load. Latencies are from the moment a
// call was due to the moment its answer was verified. Rates are per second.
type Report struct {
	Offered   float64        `json:"offered_per_second,omitempty"` // of an open loop
	Clients   int            `json:"clients"`
	Seconds   float64        `json:"seconds"`
	Calls     int64          `json:"calls"`
	Rate      float64        `json:"calls_per_second"`
	Outcomes  map[string]int `json:"outcomes"` // pg_status, or what went wrong
	Errors    int64          `json:"errors"`
	Latency   Percentiles    `json:"latency"`
	Callbacks *Callbacks     `json:"callbacks,omitempty"`
	Usage     *Usage         `json:"usage,omitempty"`
}

// Callbacks is what came back on its own. The backlog is how many payouts were
// answered and not called back, half way through the load and at its end.
type Callbacks struct {
	Payments    int64        `json:"payments"`            // that a verified callback came for, the wait afterwards included
	Rate        float64      `json:"payments_per_second"` // while the load lasted
	BacklogHalf int64        `json:"backlog_half_way"`
	BacklogEnd  int64        `json:"backlog_at_end"`
	Unverified  int64        `json:"unverified"`
	AfterCommit *Percentiles `json:"after_commit,omitempty"` // from the decision that ended the payout to the callback's arrival
}

// Usage is what the load cost the machine: seconds of processor time, bytes.
type Usage struct {
	Client        float64 `json:"client_cpu_seconds"`
	ClientPerCall float64 `json:"client_cpu_microseconds_per_call"`
	Server        float64 `json:"server_cpu_seconds,omitempty"`  // of all processes named, and their children
	Memory        int64   `json:"server_memory_bytes,omitempty"` // resident, of the first process named, the most that was seen
}

// Percentiles of a latency.
type Percentiles struct {
	P50  Millis `json:"p50_ms"`
	P95  Millis `json:"p95_ms"`
	P99  Millis `json:"p99_ms"`
	P999 Millis `json:"p99.9_ms"`
	Max  Millis `json:"max_ms"`
}

func (p Percentiles) String() string {
	return fmt.Sprintf("p50 %s  p95 %s  p99 %s  p99.9 %s  max %s", p.P50, p.P95, p.P99, p.P999, p.Max)
}

// Millis is a duration that is milliseconds in JSON.
type Millis time.Duration

// MarshalJSON writes milliseconds with three decimals.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(json.Number(fmt.Sprintf("%.3f", m.float())))
}

// UnmarshalJSON reads milliseconds.
func (m *Millis) UnmarshalJSON(text []byte) error {
	var milliseconds float64
	err := json.Unmarshal(text, &milliseconds)
	*m = Millis(milliseconds * float64(time.Millisecond))
	return err
}

func (m Millis) float() float64 { return float64(m) / float64(time.Millisecond) }

func (m Millis) String() string { return time.Duration(m).Round(10 * time.Microsecond).String() }

// Print writes the report for people.
func (r Report) Print(out io.Writer) error {
	offered := ""
	if r.Offered > 0 {
		offered = fmt.Sprintf(" of %.1f offered", r.Offered)
	}
	_, err := fmt.Fprintf(out, "%d calls in %.1f s, %.1f a second%s, %d errors\nlatency    %v\noutcomes   %v\n",
		r.Calls, r.Seconds, r.Rate, offered, r.Errors, r.Latency, r.Outcomes)
	if c := r.Callbacks; c != nil && err == nil {
		_, err = fmt.Fprintf(out, "callbacks  %d verified, %.1f a second, %d not; backlog %d half way, %d at the end\n",
			c.Payments, c.Rate, c.Unverified, c.BacklogHalf, c.BacklogEnd)
		if c.AfterCommit != nil && err == nil {
			_, err = fmt.Fprintf(out, "           %v after the commit\n", c.AfterCommit)
		}
	}
	if u := r.Usage; u != nil && err == nil {
		_, err = fmt.Fprintf(out, "processor  %.2f s client (%.1f µs a call)", u.Client, u.ClientPerCall)
		if u.Server > 0 && err == nil {
			_, err = fmt.Fprintf(out, ", %.2f s server (%.1f calls a second of it), %.1f MB of memory at most",
				u.Server, float64(r.Calls)/u.Server, float64(u.Memory)/1e6)
		}
		fmt.Fprintln(out)
	}
	return err
}
