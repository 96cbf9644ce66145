package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"tolem/internal/bench"
	"tolem/internal/platform"
	"tolem/internal/shop"
)

func benchPayouts(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench payouts", t).withJSON()
	base := o.String("url", "http://127.0.0.1:8080", "address of the server")
	client := &shop.Client{}
	o.Int64Var(&client.Merchant, "merchant", platform.DemoMerchant, "merchant to pay out as")
	o.StringVar(&client.Purchase, "purchase-secret", platform.DemoPurchaseSecret, "its purchase secret")
	o.StringVar(&client.Payout, "payout-secret", platform.DemoPayoutSecret, "its payout secret")
	run := bench.Payouts{Client: client}
	o.Float64Var(&run.Load.Rate, "rate", 0, "calls a second, offered whether earlier ones are answered or not; 0 is as many as the workers manage")
	o.IntVar(&run.Load.Concurrency, "concurrency", 32, "calls under way at most")
	o.DurationVar(&run.Load.Duration, "duration", 10*time.Second, "how long")
	o.StringVar(&run.Card, "card", "4671593866478252", "card to pay out to")
	o.DurationVar(&run.Drain, "drain", 30*time.Second, "how long to wait for the last callbacks")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if run.Load.Concurrency < 1 || run.Load.Rate < 0 || run.Load.Duration <= 0 {
		return errors.New("bench: concurrency and duration must be above zero, rate not below")
	}
	client.Base = strings.TrimSuffix(*base, "/")
	report, err := run.Run(ctx)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(t.out, report)
	}
	return report.Print(t.out)
}
