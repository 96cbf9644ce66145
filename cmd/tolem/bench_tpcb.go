package main

import (
	"context"
	"errors"
	"time"

	"tolem/internal/bench"
)

// pgbenchFlags say how pgbench is run, for comparison.
func pgbenchFlags(o *options, b *bench.TPCB) {
	o.StringVar(&b.URL, "pgbench", "", "run pgbench (TPC-B) before each round on this database, postgres://USER@HOST/NAME; makes its tables there if there are none")
	o.IntVar(&b.Scale, "pgbench-scale", 50, "scale of its tables")
	o.IntVar(&b.Clients, "pgbench-clients", 32, "its clients")
}

func benchTPCB(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench tpcb", t).withJSON()
	var r recording
	r.flags(o)
	var b bench.TPCB
	pgbenchFlags(o, &b)
	o.DurationVar(&b.Duration, "duration", 10*time.Second, "how long, in whole seconds")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if b.Duration <= 0 {
		return errors.New("bench tpcb: the duration must be above zero")
	}
	report, err := b.Run(ctx)
	if err != nil {
		return err
	}
	return (&measuring{options: o, recording: r}).show(t, report)
}
