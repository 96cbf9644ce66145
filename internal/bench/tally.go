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
	legs      []leg
}

// done is what became of a call, or of a piece of work of several.
type done struct {
	outcome string // the word under which it is counted
	failed  bool
	legs    []leg // of a piece of several, as far as it came
}

// leg is a part of a piece of work.
type leg struct {
	name string
	took time.Duration
}

func (t *tally) note(latency time.Duration, d done) {
	if t.outcomes == nil {
		t.outcomes = map[string]int{}
	}
	t.latencies = append(t.latencies, latency)
	t.outcomes[d.outcome]++
	if d.failed {
		t.errors++
	}
	t.legs = append(t.legs, d.legs...)
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
	r.Legs = legs(tallies)
	return r
}

// legs are in the order in which they were gone: the first of a piece of work is
// noted before its second.
func legs(tallies []tally) (all []Leg) {
	of := map[string][]time.Duration{}
	for _, t := range tallies {
		for _, l := range t.legs {
			if of[l.name] == nil {
				all = append(all, Leg{Name: l.name})
			}
			of[l.name] = append(of[l.name], l.took)
		}
	}
	for i := range all {
		all[i].Latency = percentiles(of[all[i].Name])
	}
	return all
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
