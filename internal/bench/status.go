package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

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
	p := Payouts{URL: s.URL, Shops: s.Shops, Load: s.Load, AcceptOnly: true}
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
	tallies := make([]tally, l.Concurrency)
	took := l.run(ctx, func(worker int, n int64, due time.Time) {
		answer, err := p.ask(n % int64(s.Orders))
		word := outcome(answer, err)
		if err == nil && answer.Get("pg_payment_status") != "" {
			word = answer.Get("pg_payment_status")
		}
		tallies[worker].note(time.Since(due), word, err != nil || answer.Get("pg_payment_status") == "")
	})
	r := sum(tallies, took)
	r.Offered, r.Clients = l.Rate, l.Concurrency
	return r
}

// ask asks for payout n under its order id, as most shops do.
func (p *Payouts) ask(n int64) (pg.Message, error) {
	by := &p.shops[n%int64(len(p.shops))]
	fields := append(make(pg.Message, 0, 4), pg.Field{Name: "pg_order_id", Value: by.order + fmt.Sprint(n)})
	return p.calls.call(&p.calls.shops[by.shop], "/api/payment_status2", fields)
}
