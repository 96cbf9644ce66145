package bench

import (
	"context"
	"sync"
	"time"
)

// Load is how work is offered.
type Load struct {
	// Rate is calls a second, offered whether earlier ones are answered or not;
	// 0 offers the next call as soon as a worker is free.
	Rate        float64
	Concurrency int
	Duration    time.Duration
}

// run calls do until the duration is over. n counts the calls, due is when a
// call should have begun: waiting for a free worker counts as latency, or a slow
// server would look fast by slowing down its clients.
func (l Load) run(ctx context.Context, do func(ctx context.Context, n int64, due time.Time)) {
	ctx, cancel := context.WithTimeout(ctx, l.Duration)
	defer cancel()
	calls := make(chan call)
	var workers sync.WaitGroup
	for range l.Concurrency {
		workers.Go(func() {
			for c := range calls {
				// A call that was begun is finished after the end.
				do(context.WithoutCancel(ctx), c.n, c.due)
			}
		})
	}
	l.offer(ctx, calls)
	close(calls)
	workers.Wait()
}

type call struct {
	n   int64
	due time.Time
}

func (l Load) offer(ctx context.Context, calls chan<- call) {
	began := time.Now()
	for n := int64(0); ; n++ {
		due := time.Now()
		if l.Rate > 0 {
			due = began.Add(time.Duration(float64(n) / l.Rate * float64(time.Second)))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return
			}
		}
		select {
		case calls <- call{n, due}:
		case <-ctx.Done():
			return
		}
	}
}
