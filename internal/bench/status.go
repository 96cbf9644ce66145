package bench

import (
	"context"
	"fmt"
	"sync/atomic"

	"tolem/internal/protocol/pg"
)

// Statuses asks again and again what became of payouts, as shops do that take no
// callbacks. It begins the payouts itself.
type Statuses struct {
	URL       string
	Shops     []Shop
	Load      Load
	Orders    int // payouts to ask for
	Processes Processes
}

// Run begins the payouts and offers the load.
func (s Statuses) Run(ctx context.Context) (Report, error) {
	p := Payouts{Trial: Trial{URL: s.URL, Shops: s.Shops, Load: s.Load}, AcceptOnly: true}
	if err := p.open(); err != nil {
		return Report{}, err
	}
	defer p.close()
	if err := s.begin(ctx, &p); err != nil {
		return Report{}, err
	}
	if warm := s.Load; warm.Warmup > 0 {
		warm.Duration = warm.Warmup
		s.offer(ctx, &p, warm)
	}
	costs := s.Processes.watch()
	report := s.offer(ctx, &p, s.Load)
	report.Usage = costs.end(report.Calls)
	return report, ctx.Err()
}

// begin makes the payouts, all workers at once.
func (s Statuses) begin(ctx context.Context, p *Payouts) error {
	var next atomic.Int64
	failed := make(chan error, s.Load.Concurrency)
	for range s.Load.Concurrency {
		go func() {
			for n := next.Add(1) - 1; n < int64(s.Orders) && ctx.Err() == nil; n = next.Add(1) - 1 {
				answer, err := p.pay(n)
				if err != nil || answer.Get("pg_payment_date") == "" {
					failed <- fmt.Errorf("no payout to ask for: %s", outcome(answer, err))
					return
				}
			}
			failed <- ctx.Err()
		}()
	}
	var first error
	for range s.Load.Concurrency {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

func (s Statuses) offer(ctx context.Context, p *Payouts, l Load) Report {
	return l.offer(ctx, func(n int64) done {
		answer, err := p.ask(n % int64(s.Orders))
		word := outcome(answer, err)
		if err == nil && answer.Get("pg_payment_status") != "" {
			word = answer.Get("pg_payment_status")
		}
		return done{outcome: word, failed: err != nil || answer.Get("pg_payment_status") == ""}
	})
}

// ask asks for payout n under its order id, as most shops do.
func (p *Payouts) ask(n int64) (pg.Message, error) {
	of := &p.orders[n%int64(len(p.orders))]
	return p.calls.call(&p.calls.shops[of.as], "/api/payment_status2", append(make(pg.Message, 0, 4), of.id(n)))
}
