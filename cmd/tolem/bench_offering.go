package main

import (
	"context"
	"errors"
	"fmt"
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
	rounds        int
	tpcb          bench.TPCB
}

func newOffering(name string, t terminal, trial *bench.Trial) *offering {
	o := &offering{measuring: newMeasuring(name, t), trial: trial}
	o.Float64Var(&o.load.Rate, "rate", 0, "how many a second, offered whether earlier ones are answered or not; 0 is as many as the workers manage")
	o.StringVar(&o.ramp, "ramp", "", "growing rates, each for --duration: FROM:TO:STEPS, or auto until the server is saturated")
	o.StringVar(&o.picture, "svg", "", "file for a picture of the ramp")
	o.IntVar(&o.rounds, "rounds", 1, "how often to measure")
	pgbenchFlags(o.options, &o.tpcb)
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
	o.tpcb.Duration = o.load.Duration
	if o.rounds < 1 || o.rounds > 1 && o.ramp != "" {
		return errors.New("--rounds must be above zero, and a ramp is one round")
	}
	o.loads, err = planOf(o.ramp, o.picture, o.load)
	return err
}

// measure runs the trial in rounds and shows what was measured. If a database was
// named, callbacks are timed from when a payment ended, as ended reads it; nil does not.
func (o *offering) measure(ctx context.Context, t terminal, subject string, run trial, ended func(*store.DB) bench.Ended) error {
	if o.config.Database != "" && ended != nil {
		db, err := store.Open(ctx, o.config.Database, store.Options{Connections: 2})
		if err != nil {
			return err
		}
		defer db.Close()
		o.trial.Ended = ended(db)
	}
	return o.inRounds(ctx, t, subject, run)
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
