package bench

import (
	"context"
	"sync/atomic"
	"time"
)

// following counts what the sink takes during one load.
type following struct {
	p      *Payouts
	began  time.Time
	before int64 // payments that callbacks had come for
	half   atomic.Int64
	timer  *time.Timer
	counts Callbacks
}

// follow begins to count; nil when no callbacks come.
func (p *Payouts) follow(lasts time.Duration) *following {
	if p.sink == nil {
		return nil
	}
	f := &following{p: p, began: time.Now(), before: p.sink.count()}
	f.timer = time.AfterFunc(lasts/2, func() { f.half.Store(p.backlog()) })
	return f
}

// end notes how things stand when the load is over, and waits for the rest.
func (f *following) end(ctx context.Context, took time.Duration) {
	f.timer.Stop()
	f.counts.BacklogHalf, f.counts.BacklogEnd = f.half.Load(), f.p.backlog()
	f.counts.Rate = float64(f.p.sink.count()-f.before) / took.Seconds()
	f.p.await(ctx)
	f.counts.Payments = f.p.sink.count() - f.before
}

// report compares the arrivals with the ends of the payouts.
func (f *following) report(ctx context.Context) (*Callbacks, error) {
	arrived, bad := f.p.sink.all()
	f.counts.Unverified = bad
	if f.p.Ended == nil {
		return &f.counts, nil
	}
	ended, err := f.p.Ended(ctx, f.began)
	if err != nil {
		return nil, err
	}
	var latencies []time.Duration
	for payment, at := range ended {
		if came, ok := arrived[payment]; ok {
			latencies = append(latencies, came.Sub(at))
		}
	}
	after := percentiles(latencies)
	f.counts.AfterCommit = &after
	return &f.counts, nil
}

// backlog is how many payouts were answered that no callback has come for.
func (p *Payouts) backlog() int64 { return max(p.answered.Load()-p.sink.count(), 0) }

// await waits for the callbacks that are still to come.
func (p *Payouts) await(ctx context.Context) {
	if p.sink == nil {
		return
	}
	for deadline := time.Now().Add(p.Drain); p.backlog() > 0 && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(20 * time.Millisecond)
	}
}
