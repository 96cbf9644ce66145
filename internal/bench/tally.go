package bench

import (
	"maps"
	"slices"
	"time"
)

// tally is what one worker saw.
type tally struct {
	latencies []time.Duration
	outcomes  map[string]int
	errors    int64
}

func (t *tally) note(latency time.Duration, outcome string, failed bool) {
	if t.outcomes == nil {
		t.outcomes = map[string]int{}
	}
	t.latencies = append(t.latencies, latency)
	t.outcomes[outcome]++
	if failed {
		t.errors++
	}
}

// sum is the report of all workers together.
func sum(tallies []tally, took time.Duration) Report {
	r := Report{Seconds: took.Seconds(), Outcomes: map[string]int{}}
	var latencies []time.Duration
	for _, t := range tallies {
		latencies = append(latencies, t.latencies...)
		for outcome := range maps.Keys(t.outcomes) {
			r.Outcomes[outcome] += t.outcomes[outcome]
		}
		r.Errors += t.errors
	}
	r.Calls, r.Rate, r.Latency = int64(len(latencies)), float64(len(latencies))/took.Seconds(), percentiles(latencies)
	return r
}

// percentiles sorts what it is given. Each is a latency that occurred: the
// smallest one that is not exceeded by the share.
func percentiles(latencies []time.Duration) Percentiles {
	slices.Sort(latencies)
	at := func(thousandths int) Millis {
		if len(latencies) == 0 {
			return 0
		}
		rank := (len(latencies)*thousandths + 999) / 1000
		return Millis(latencies[max(rank, 1)-1])
	}
	return Percentiles{P50: at(500), P95: at(950), P99: at(990), P999: at(999), Max: at(1000)}
}
