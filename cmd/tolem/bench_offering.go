package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"tolem/internal/bench"
	"tolem/internal/store"
)

// offering are the flags of commands that offer work whose callbacks they take.
type offering struct {
	*measuring
	trial         *bench.Trial
	ramp, picture string
	pids          []int
	loads         bench.Loads
}

func newOffering(name string, t terminal, trial *bench.Trial) *offering {
	o := &offering{measuring: newMeasuring(name, t), trial: trial}
	o.Float64Var(&o.load.Rate, "rate", 0, "how many a second, offered whether earlier ones are answered or not; 0 is as many as the workers manage")
	o.StringVar(&o.ramp, "ramp", "", "growing rates, each for --duration: FROM:TO:STEPS, or auto until the server is saturated")
	o.StringVar(&o.picture, "svg", "", "file for a picture of the ramp")
	o.DurationVar(&trial.Drain, "drain", 30*time.Second, "how long to wait for the last callbacks")
	o.IntSliceVar(&o.pids, "pids", nil, "processes whose cost is reported, the server first; their children count too")
	return o
}

// read reads the flags into the trial.
func (o *offering) read(args []string, t terminal) (err error) {
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	o.trial.URL, o.trial.Load, o.trial.Processes = strings.TrimSuffix(o.url, "/"), o.load, o.pids
	o.loads, err = planOf(o.ramp, o.picture, o.load)
	return err
}

// measure runs the trial and shows what was measured. If a database was named,
// callbacks are timed from when a payment ended, as ended reads it; nil does not.
func (o *offering) measure(ctx context.Context, t terminal, subject string,
	run func(context.Context, bench.Loads) ([]bench.Report, error), ended func(*store.DB) bench.Ended) error {
	if o.config.Database != "" && ended != nil {
		db, err := store.Open(ctx, o.config.Database, store.Options{Connections: 2})
		if err != nil {
			return err
		}
		defer db.Close()
		o.trial.Ended = ended(db)
	}
	reports, err := run(ctx, o.loads)
	if err != nil {
		return err
	}
	return o.showAll(t, subject, reports)
}

// planOf is one load, or those of a ramp.
func planOf(ramp, picture string, load bench.Load) (bench.Loads, error) {
	if ramp == "" {
		if picture != "" {
			return nil, errors.New("--svg shows a ramp: give --ramp as well")
		}
		return func(done []bench.Report) (bench.Load, bool) { return load, len(done) == 0 }, nil
	}
	r, err := bench.ParseRamp(ramp)
	if err != nil {
		return nil, fmt.Errorf("--ramp: %w", err)
	}
	if load.Rate != 0 {
		return nil, errors.New("--ramp and --rate exclude each other")
	}
	return func(done []bench.Report) (_ bench.Load, more bool) {
		step := load
		if step.Rate, more = r.Next(done); len(done) > 0 {
			step.Warmup = 0
		}
		return step, more
	}, nil
}

// showAll prints what was measured, records it and draws a ramp, whose subject is
// the picture's title.
func (o *offering) showAll(t terminal, subject string, reports []bench.Report) error {
	if o.ramp == "" {
		return o.show(t, reports[0])
	}
	if o.picture != "" {
		if err := os.WriteFile(o.picture, bench.Chart("Tolem: "+subject, reports), 0o644); err != nil {
			return err
		}
	}
	for _, step := range reports {
		if err := o.record(step); err != nil {
			return err
		}
	}
	if o.json {
		return printJSON(t.out, struct {
			Steps     []bench.Report `json:"steps"`
			Saturated bool           `json:"saturated"` // by the last step
		}{reports, bench.Saturated(reports)})
	}
	for _, step := range reports {
		if err := step.Print(t.out); err != nil {
			return err
		}
	}
	return nil
}
