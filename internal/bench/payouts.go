package bench

import (
	"context"
	"time"

	"tolem/internal/protocol/pg"
)

// Payouts offers payouts to saved cards, to each shop in its turn.
type Payouts struct {
	Trial
	AcceptOnly bool // the server takes calls only: no callbacks will come

	orders []orders
}

// nowhere is the link of callbacks that nobody makes.
const nowhere = "http://127.0.0.1:9/notify"

// Run offers the loads, one after the other.
func (p *Payouts) Run(ctx context.Context, loads Loads) ([]Report, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	defer p.close()
	return p.run(ctx, p.work, loads)
}

func (p *Payouts) open() error {
	if err := p.Trial.open(!p.AcceptOnly); err != nil {
		return err
	}
	began := time.Now()
	p.orders = nil
	for i, s := range p.Shops {
		link := nowhere
		if p.sink != nil {
			link = p.sink.link(s.Merchant)
		}
		p.orders = append(p.orders, newOrders(i, s, began, pg.Message{
			{Name: "pg_amount", Value: "100"}, {Name: "pg_description", Value: "Benchmark"},
			{Name: "pg_order_time_limit", Value: began.Add(24 * time.Hour).UTC().Format(time.DateTime)},
			{Name: "pg_user_id", Value: s.User}, {Name: "pg_post_link", Value: link}, {Name: "pg_card_token_to", Value: s.Token},
		}))
	}
	return nil
}

// work makes a payout.
func (p *Payouts) work(_ context.Context, n int64) done {
	answer, err := p.pay(n)
	failed := err != nil || answer.Get("pg_payment_date") == ""
	if !failed {
		p.called.Add(1)
	}
	return done{outcome: outcome(answer, err), failed: failed}
}

func (p *Payouts) pay(n int64) (pg.Message, error) {
	of := &p.orders[n%int64(len(p.orders))]
	return p.calls.call(&p.calls.shops[of.as], "/api/reg2reg", of.message(n))
}
