package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what was measured under one load. Latencies are from the moment a
// call was due to the moment its answer was verified. Rates are per second.
type Report struct {
	Offered   float64        `json:"offered_per_second,omitempty"` // of an open loop
	Clients   int            `json:"clients"`
	Seconds   float64        `json:"seconds"`
	Unit      string         `json:"unit,omitempty"` // what calls are, when each is made of several
	Calls     int64          `json:"calls"`
	Rate      float64        `json:"calls_per_second"`
	Outcomes  map[string]int `json:"outcomes"` // pg_status, or what went wrong
	Errors    int64          `json:"errors"`
	Latency   Percentiles    `json:"latency,omitzero"` // of pgbench there is none
	Legs      []Leg          `json:"legs,omitempty"`   // what a call of several was made of
	Callbacks *Callbacks     `json:"callbacks,omitempty"`
	Usage     *Usage         `json:"usage,omitempty"`
}

// Leg is how long a part of the work took, of every piece that came so far.
type Leg struct {
	Name    string      `json:"leg"`
	Latency Percentiles `json:"latency"`
}

// Callbacks is what came back on its own. The backlog is how many payments were
// answered and not called back, half way through the load and at its end.
type Callbacks struct {
	Payments    int64        `json:"payments"`            // that a verified callback came for, the wait afterwards included
	Rate        float64      `json:"payments_per_second"` // while the load lasted
	BacklogHalf int64        `json:"backlog_half_way"`
	BacklogEnd  int64        `json:"backlog_at_end"`
	Unverified  int64        `json:"unverified"`
	AfterCommit *Percentiles `json:"after_commit,omitempty"` // from the decision that ended the payment to the callback's arrival
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
	var b strings.Builder
	say := func(format string, of ...any) { fmt.Fprintf(&b, format, of...) }
	unit := cmp.Or(r.Unit, "calls")
	say("%d %s in %.1f s, %.1f a second", r.Calls, unit, r.Seconds, r.Rate)
	if r.Offered > 0 {
		say(" of %.1f offered", r.Offered)
	}
	say(", %d errors\n", r.Errors)
	if r.Latency != (Percentiles{}) {
		say("latency    %v\n", r.Latency)
	}
	for _, l := range r.Legs {
		say("  %-8s %v\n", l.Name, l.Latency)
	}
	say("outcomes   %v\n", r.Outcomes)
	if c := r.Callbacks; c != nil {
		say("callbacks  %d verified, %.1f a second, %d not; backlog %d half way, %d at the end\n",
			c.Payments, c.Rate, c.Unverified, c.BacklogHalf, c.BacklogEnd)
		if c.AfterCommit != nil {
			say("           %v after the commit\n", c.AfterCommit)
		}
	}
	if u := r.Usage; u != nil {
		say("processor  %.2f s client (%.1f µs each)", u.Client, u.ClientPerCall)
		if u.Server > 0 {
			say(", %.2f s server (%.1f %s a second of it), %.1f MB of memory at most", u.Server, float64(r.Calls)/u.Server, unit, float64(u.Memory)/1e6)
		}
		say("\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
