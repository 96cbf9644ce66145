package main

import (
	"context"
	"errors"
	"time"

	"tolem/internal/bench"
)

func benchWriter(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench writer", t).withJSON()
	var r recording
	r.flags(o)
	var w bench.Writer
	o.DurationVar(&w.Duration, "duration", 10*time.Second, "how long")
	bare := o.Bool("bare", false, "append to a file and sync it, without SQLite")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if w.Duration <= 0 {
		return errors.New("bench writer: the duration must be above zero")
	}
	w.Dir = o.config.Data
	measure := w.Commits
	if *bare {
		measure = w.Syncs
	}
	report, err := measure(ctx)
	if err != nil {
		return err
	}
	return (&measuring{options: o, recording: r}).show(t, report)
}
