package main

import (
	"context"
	"errors"

	"tolem/internal/bench"
	"tolem/internal/bench/stage"
)

func benchPayouts(ctx context.Context, t terminal, args []string) error {
	var run bench.Payouts
	var card string
	o := newOffering("bench payouts", t, &run.Trial)
	o.BoolVar(&run.AcceptOnly, "accept-only", false, "the server has --effects=false: no callbacks will come")
	o.StringVar(&card, "card", "4671593866478252", "card that the demo merchant pays out to, when there are no --shops")
	err := o.read(args, t)
	if err != nil {
		return err
	}
	if run.Shops, err = o.payers(ctx, &run, card); err != nil {
		return err
	}
	ended := stage.Ended
	if run.AcceptOnly {
		ended = nil
	}
	return o.measure(ctx, t, "payouts", run.Run, ended)
}

// payers are the merchants to pay out as.
func (o *offering) payers(ctx context.Context, run *bench.Payouts, card string) ([]bench.Shop, error) {
	if o.shops == "" && run.AcceptOnly {
		return nil, errors.New("--accept-only needs --shops: a server without effects brings no token of a card")
	}
	shops, err := o.sellers()
	if err != nil || o.shops != "" {
		return shops, err
	}
	shops[0], err = bench.SaveCard(ctx, run.URL, shops[0], card)
	return shops, err
}
