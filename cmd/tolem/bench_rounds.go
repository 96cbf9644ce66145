package main

import (
	"context"
	"fmt"
	"os"

	"tolem/internal/bench"
)

// trial offers the loads, one after the other.
type trial func(context.Context, bench.Loads) ([]bench.Report, error)

// inRounds measures what is offered, in each round after pgbench if that was asked for.
func (o *offering) inRounds(ctx context.Context, t terminal, subject string, run trial) error {
	var tpcb, ours []bench.Report
	for range o.rounds {
		if o.tpcb.URL != "" {
			report, err := o.tpcb.Run(ctx)
			if err != nil {
				return err
			}
			tpcb = append(tpcb, report)
			if err := o.note(t, o.tpcb.What(), report); err != nil {
				return err
			}
		}
		reports, err := run(ctx, o.loads)
		if err != nil {
			return err
		}
		ours = append(ours, reports...)
		for _, report := range reports {
			if err := o.note(t, o.what, report); err != nil {
				return err
			}
		}
		o.round++
	}
	if o.ramp != "" {
		return o.showRamp(t, subject, tpcb, ours)
	}
	return o.showRounds(t, subject, tpcb, ours)
}

// note records a report under its name, and prints it for people.
func (o *offering) note(t terminal, what string, report bench.Report) error {
	r := o.recording
	r.what = what
	if err := r.record(report); err != nil || o.json {
		return err
	}
	return report.Print(t.out)
}

// showRamp draws the steps. The subject is what the load is called.
func (o *offering) showRamp(t terminal, subject string, tpcb, steps []bench.Report) error {
	if o.picture != "" {
		if err := os.WriteFile(o.picture, bench.Chart("Tolem: "+subject, tpcb, steps), 0o644); err != nil {
			return err
		}
	}
	if !o.json {
		return nil
	}
	return printJSON(t.out, struct {
		TPCB      []bench.Report `json:"tpcb,omitempty"`
		Steps     []bench.Report `json:"steps"`
		Saturated bool           `json:"saturated"` // by the last step
	}{tpcb, steps, bench.Saturated(steps)})
}

// showRounds compares them with pgbench's.
func (o *offering) showRounds(t terminal, subject string, tpcb, rounds []bench.Report) (err error) {
	var ratio *bench.Values
	if len(tpcb) > 0 {
		against := bench.Against(tpcb, rounds)
		ratio = &against
	}
	switch {
	case o.json && o.rounds == 1 && ratio == nil:
		err = printJSON(t.out, rounds[0])
	case o.json:
		err = printJSON(t.out, struct {
			TPCB   []bench.Report `json:"tpcb,omitempty"`
			Rounds []bench.Report `json:"rounds"`
			Ratio  *bench.Values  `json:"ratio,omitempty"` // of each round to its tpcb
		}{tpcb, rounds, ratio})
	case ratio != nil:
		_, err = fmt.Fprintf(t.out, "%s / TPC-B: median %.2f, worst %.2f of %d rounds\n", subject, ratio.Median, ratio.Worst, len(rounds))
	}
	return err
}
