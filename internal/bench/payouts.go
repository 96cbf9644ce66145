package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"tolem/internal/protocol/pg"
)

// Payouts offers payouts to saved cards, to each shop in its turn.
type Payouts struct {
	URL        string
	Shops      []Shop
	Load       Load
	AcceptOnly bool          // the server takes calls only: no callbacks will come
	Drain      time.Duration // how long to wait for the last callbacks
	Processes  Processes
	Ended      Ended // nil when nobody can tell

	calls    *caller
	sink     *sink // nil when no callbacks come
	shops    []payer
	begun    int64        // orders of earlier loads
	answered atomic.Int64 // payouts that began
}

// Ended tells when the payouts that began since a moment ended, by payment.
type Ended func(ctx context.Context, since time.Time) (map[int64]time.Time, error)

// payer is what stays the same in all payouts of a shop.
type payer struct {
	shop   int
	fields pg.Message // all but the order id
	order  string     // how its order ids begin
}

// nowhere is the link of callbacks that nobody makes.
const nowhere = "http://127.0.0.1:9/notify"

// Run offers loads until next has no more. next sees the reports so far.
func (p *Payouts) Run(ctx context.Context, next func([]Report) (Load, bool)) ([]Report, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	defer p.close()
	var reports []Report
	for {
		load, more := next(reports)
		if !more || ctx.Err() != nil {
			return reports, ctx.Err()
		}
		report, err := p.measure(ctx, load)
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
}

func (p *Payouts) open() (err error) {
	if p.calls, err = newCaller(p.URL, p.Shops, p.Load.Concurrency); err != nil {
		return err
	}
	if !p.AcceptOnly {
		if p.sink, err = newSink(p.calls.shops); err != nil {
			return err
		}
	}
	began := time.Now()
	for i, s := range p.Shops {
		link := nowhere
		if p.sink != nil {
			link = p.sink.link(s.Merchant)
		}
		p.shops = append(p.shops, payer{
			shop: i, order: fmt.Sprintf("%d-%d-", s.Merchant, began.UnixMilli()),
			fields: pg.Message{
				{Name: "pg_amount", Value: "100"}, {Name: "pg_description", Value: "Benchmark"},
				{Name: "pg_order_time_limit", Value: began.Add(24 * time.Hour).UTC().Format(time.DateTime)},
				{Name: "pg_user_id", Value: s.User}, {Name: "pg_post_link", Value: link}, {Name: "pg_card_token_to", Value: s.Token},
			},
		})
	}
	return nil
}

func (p *Payouts) close() {
	p.calls.close()
	if p.sink != nil {
		p.sink.close()
	}
}

// measure offers one load: first the warm-up, whose callbacks are awaited.
func (p *Payouts) measure(ctx context.Context, l Load) (Report, error) {
	if warm := l; l.Warmup > 0 {
		warm.Duration = l.Warmup
		p.offer(ctx, warm)
		p.await(ctx)
	}
	costs, callbacks := p.Processes.watch(), p.follow(l.Duration)
	report := p.offer(ctx, l)
	if callbacks != nil {
		callbacks.end(ctx, time.Duration(report.Seconds*float64(time.Second)))
	}
	report.Usage = costs.end(report.Calls)
	if callbacks == nil {
		return report, nil
	}
	var err error
	report.Callbacks, err = callbacks.report(ctx)
	return report, err
}

// offer makes the payouts.
func (p *Payouts) offer(ctx context.Context, l Load) Report {
	tallies := make([]tally, l.Concurrency)
	took := l.run(ctx, func(worker int, n int64, due time.Time) {
		answer, err := p.pay(p.begun + n)
		failed := err != nil || answer.Get("pg_payment_date") == ""
		tallies[worker].note(time.Since(due), outcome(answer, err), failed)
		if !failed {
			p.answered.Add(1)
		}
	})
	r := sum(tallies, took)
	r.Offered, r.Clients = l.Rate, l.Concurrency
	p.begun += r.Calls + int64(l.Concurrency) // workers count one call more than they make
	return r
}

func (p *Payouts) pay(n int64) (pg.Message, error) {
	by := &p.shops[n%int64(len(p.shops))]
	fields := make(pg.Message, len(by.fields), len(by.fields)+2)
	copy(fields, by.fields)
	fields = append(fields, pg.Field{Name: "pg_order_id", Value: by.order + fmt.Sprint(n)})
	return p.calls.call(&p.calls.shops[by.shop], "/api/reg2reg", fields)
}
