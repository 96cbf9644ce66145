package bench

import (
	"context"
	"sync/atomic"
	"time"
)

// following counts what the sink takes during one load.
type following struct {
	t      *Trial
	began  time.Time
	before int64 // payments that callbacks had come for
	half   atomic.Int64
	timer  *time.Timer
	counts Callbacks
}

// follow begins to count; nil when no callbacks come.
func (t *Trial) follow(lasts time.Duration) *following {
	if t.sink == nil {
		return nil
	}
	f := &following{t: t, began: time.Now(), before: t.sink.count()}
	f.timer = time.AfterFunc(lasts/2, func() { f.half.Store(t.backlog()) })
	return f
}

// end notes how things stand when the load is over, and waits for the rest.
func (f *following) end(ctx context.Context, took time.Duration) {
	f.timer.Stop()
	f.counts.BacklogHalf, f.counts.BacklogEnd = f.half.Load(), f.t.backlog()
	f.counts.Rate = float64(f.t.sink.count()-f.before) / took.Seconds()
	f.t.await(ctx)
	f.counts.Payments = f.t.sink.count() - f.before
}

// report compares the arrivals with the ends of the payments.
func (f *following) report(ctx context.Context) (*Callbacks, error) {
	arrived, bad := f.t.sink.all()
	f.counts.Unverified = bad
	if f.t.Ended == nil {
		return &f.counts, nil
	}
	ended, err := f.t.Ended(ctx, f.began)
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

// backlog is how many callbacks have not come yet.
func (t *Trial) backlog() int64 { return max(t.called.Load()-t.sink.count(), 0) }

// await waits for the callbacks that are still to come.
func (t *Trial) await(ctx context.Context) {
	if t.sink == nil {
		return
	}
	for deadline := time.Now().Add(t.Drain); t.backlog() > 0 && time.Now().Before(deadline) && ctx.Err() == nil; {
		time.Sleep(20 * time.Millisecond)
	}
}
