package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Load is how work is offered.
type Load struct {
	// Rate is calls a second, offered whether earlier ones are answered or not;
	// 0 offers the next call as soon as a worker is free.
	Rate        float64
	Concurrency int
	Duration    time.Duration
	Warmup      time.Duration // the same load before, not measured
}

// Loads is what is offered after what was reported on so far, and false when that was
// all.
type Loads func(done []Report) (next Load, more bool)

// run calls do until the duration is over. n counts the calls, due is when a
// call should have begun: waiting for a free worker counts as latency, or a slow
// server would look fast by slowing down its clients. A call that was begun is
// finished after the end; run returns how long all of it took.
func (l Load) run(ctx context.Context, do func(worker int, n int64, due time.Time)) time.Duration {
	began := time.Now()
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range l.Concurrency {
		workers.Go(func() {
			for {
				n := next.Add(1) - 1
				due, ok := l.await(ctx, began, n)
				if !ok {
					return
				}
				do(worker, n, due)
			}
		})
	}
	workers.Wait()
	return time.Since(began)
}

// offer makes the calls and reports on them.
func (l Load) offer(ctx context.Context, do func(n int64) done) Report {
	tallies := make([]tally, l.Concurrency)
	took := l.run(ctx, func(worker int, n int64, due time.Time) {
		d := do(n)
		tallies[worker].note(time.Since(due), d)
	})
	r := sum(tallies, took)
	r.Offered, r.Clients = l.Rate, l.Concurrency
	return r
}

// await waits until call n is due. It reports false when that is after the end.
func (l Load) await(ctx context.Context, began time.Time, n int64) (due time.Time, ok bool) {
	end := began.Add(l.Duration)
	due = time.Now()
	if l.Rate > 0 {
		due = began.Add(time.Duration(float64(n) / l.Rate * float64(time.Second)))
		if pause := time.Until(due); pause > 0 && due.Before(end) {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
	return due, ctx.Err() == nil && due.Before(end) && time.Now().Before(end)
}
