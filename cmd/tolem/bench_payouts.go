package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"tolem/internal/bench"
	"tolem/internal/bench/stage"
	"tolem/internal/store"
)

func benchPayouts(ctx context.Context, t terminal, args []string) error {
	m := newMeasuring("bench payouts", t)
	var run bench.Payouts
	var ramp, picture, card string
	var pids []int
	m.Float64Var(&m.load.Rate, "rate", 0, "calls a second, offered whether earlier ones are answered or not; 0 is as many as the workers manage")
	m.StringVar(&ramp, "ramp", "", "growing rates, each for --duration: FROM:TO:STEPS, or auto until the server is saturated")
	m.StringVar(&picture, "svg", "", "file for a picture of the ramp")
	m.BoolVar(&run.AcceptOnly, "accept-only", false, "the server has --effects=false: no callbacks will come")
	m.StringVar(&card, "card", "4671593866478252", "card that the demo merchant pays out to, when there are no --shops")
	m.DurationVar(&run.Drain, "drain", 30*time.Second, "how long to wait for the last callbacks")
	m.IntSliceVar(&pids, "pids", nil, "processes whose cost is reported, the server first; their children count too")
	if _, err := m.parse(args, t); err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	plan, err := planOf(ramp, picture, m.load)
	if err != nil {
		return err
	}
	run.URL, run.Load, run.Processes = strings.TrimSuffix(m.url, "/"), m.load, pids
	if run.Shops, err = m.payers(ctx, &run, card); err != nil {
		return err
	}
	if m.config.Database != "" && !run.AcceptOnly {
		db, err := store.Open(ctx, m.config.Database, store.Options{Connections: 2})
		if err != nil {
			return err
		}
		defer db.Close()
		run.Ended = stage.Ended(db)
	}
	reports, err := run.Run(ctx, plan)
	if err != nil {
		return err
	}
	if ramp == "" {
		return m.show(t, reports[0])
	}
	return m.showRamp(t, reports, picture)
}

// payers are the merchants to pay out as.
func (m *measuring) payers(ctx context.Context, run *bench.Payouts, card string) ([]bench.Shop, error) {
	if m.shops != "" {
		return m.chosen()
	}
	if run.AcceptOnly {
		return nil, errors.New("--accept-only needs --shops: a server without effects brings no token of a card")
	}
	if m.merchants > 1 {
		return nil, errors.New("--merchants needs --shops: without them the demo merchant is the only one")
	}
	shop, err := bench.SaveCard(ctx, run.URL, demoShop(), card)
	return []bench.Shop{shop}, err
}

// planOf is one load, or those of a ramp.
func planOf(ramp, picture string, load bench.Load) (func([]bench.Report) (bench.Load, bool), error) {
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

// showRamp prints the steps of a ramp, records the last one and draws them all.
func (m *measuring) showRamp(t terminal, steps []bench.Report, picture string) error {
	if picture != "" {
		if err := os.WriteFile(picture, bench.Chart("Tolem: payouts", steps), 0o644); err != nil {
			return err
		}
	}
	for _, step := range steps {
		if err := m.record(step); err != nil {
			return err
		}
	}
	if m.json {
		return printJSON(t.out, struct {
			Steps     []bench.Report `json:"steps"`
			Saturated bool           `json:"saturated"` // by the last step
		}{steps, bench.Saturated(steps)})
	}
	for _, step := range steps {
		if err := step.Print(t.out); err != nil {
			return err
		}
	}
	return nil
}
