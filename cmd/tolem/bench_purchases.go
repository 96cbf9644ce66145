package main

import (
	"context"

	"tolem/internal/bench"
	"tolem/internal/bench/stage"
)

func benchPurchases(ctx context.Context, t terminal, args []string) error {
	var run bench.Purchases
	o := newOffering("bench purchases", t, &run.Trial)
	o.BoolVar(&run.TwoStep, "two-step", false, "hold the money only: pg_auto_clearing=0")
	o.BoolVar(&run.Follow, "follow", false, "load the page that shows the outcome, too")
	o.StringVar(&run.Card, "card", "4716047261941981", "card to pay with; one that takes no part in 3-D Secure")
	err := o.read(args, t)
	if err != nil {
		return err
	}
	if run.Shops, err = o.sellers(); err != nil {
		return err
	}
	return o.measure(ctx, t, "purchases", run.Run, stage.Paid)
}
