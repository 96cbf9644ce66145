package bench

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

func TestPercentilesAreLatenciesThatOccurred(t *testing.T) {
	// 1 to 1000 ms, shuffled.
	var latencies []time.Duration
	for _, n := range rand.New(rand.NewPCG(1, 2)).Perm(1000) {
		latencies = append(latencies, time.Duration(n+1)*time.Millisecond)
	}
	ms := func(n int) Millis { return Millis(time.Duration(n) * time.Millisecond) }
	for name, c := range map[string]struct {
		of   []time.Duration
		want Percentiles
	}{
		"many": {latencies, Percentiles{ms(500), ms(950), ms(990), ms(999), ms(1000)}},
		"one":  {[]time.Duration{7 * time.Millisecond}, Percentiles{ms(7), ms(7), ms(7), ms(7), ms(7)}},
		"two":  {[]time.Duration{9 * time.Millisecond, 7 * time.Millisecond}, Percentiles{ms(7), ms(9), ms(9), ms(9), ms(9)}},
		"none": {nil, Percentiles{}},
	} {
		if got := percentiles(c.of); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTheReportIsTheSumOfAllWorkers(t *testing.T) {
	tallies := make([]tally, 3) // the third worker never got a call
	tallies[0].note(time.Millisecond, done{outcome: "ok", legs: []leg{{"there", time.Millisecond}, {"back", 4 * time.Millisecond}}})
	tallies[0].note(3*time.Millisecond, done{outcome: "no answer", failed: true})
	tallies[1].note(2*time.Millisecond, done{outcome: "ok", legs: []leg{{"there", 3 * time.Millisecond}}})
	r := sum(tallies, 1500*time.Millisecond)
	if r.Calls != 3 || r.Rate != 2 || r.Errors != 1 || r.Outcomes["ok"] != 2 || r.Outcomes["no answer"] != 1 || r.Latency.P50 != Millis(2*time.Millisecond) {
		t.Errorf("%+v", r)
	}
	if l := r.Legs; len(l) != 2 || l[0].Name != "there" || l[0].Latency.Max != Millis(3*time.Millisecond) || l[1].Name != "back" || l[1].Latency.P50 != Millis(4*time.Millisecond) {
		t.Errorf("legs %+v", l)
	}
}

func TestMillisecondsAreWrittenAndRead(t *testing.T) {
	text, err := json.Marshal(Percentiles{P50: Millis(1234567 * time.Nanosecond), P99: Millis(2 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"p50_ms":1.235,"p95_ms":0.000,"p99_ms":2000.000,"p99.9_ms":0.000,"max_ms":0.000}`; string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	var back Percentiles
	if err := json.Unmarshal(text, &back); err != nil || back.P50 != Millis(1235*time.Microsecond) || back.P99 != Millis(2*time.Second) {
		t.Errorf("%+v, %v", back, err)
	}
}
