package bench

import (
	"context"
	"sync/atomic"
	"time"
)

// Trial is what all trials have in common that offer work to a server and take
// the callbacks that come of it.
type Trial struct {
	URL       string
	Shops     []Shop
	Load      Load
	Drain     time.Duration // how long to wait for the last callbacks
	Processes Processes
	Ended     Ended // nil when nobody can tell

	calls  *caller
	sink   *sink        // nil when no callbacks come
	begun  int64        // pieces of work of earlier loads
	called atomic.Int64 // pieces that a callback comes of
}

// Ended tells when the payments that began since a moment ended, by payment.
type Ended func(ctx context.Context, since time.Time) (map[int64]time.Time, error)

// work does the n-th piece of the work.
type work func(ctx context.Context, n int64) done

func (t *Trial) open(callbacks bool) (err error) {
	if t.calls, err = newCaller(t.URL, t.Shops, t.Load.Concurrency); err != nil || !callbacks {
		return err
	}
	t.called.Store(0)
	t.sink, err = newSink(t.calls.shops)
	return err
}

func (t *Trial) close() {
	t.calls.close()
	if t.sink != nil {
		t.sink.close()
	}
}

// run offers the loads, one after the other.
func (t *Trial) run(ctx context.Context, do work, loads Loads) ([]Report, error) {
	var reports []Report
	for {
		load, more := loads(reports)
		if !more || ctx.Err() != nil {
			return reports, ctx.Err()
		}
		report, err := t.measure(ctx, do, load)
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
}

// measure offers one load: first the warm-up, whose callbacks are awaited.
func (t *Trial) measure(ctx context.Context, do work, l Load) (Report, error) {
	if warm := l; l.Warmup > 0 {
		warm.Duration = l.Warmup
		t.offer(ctx, do, warm)
		t.await(ctx)
	}
	costs, callbacks := t.Processes.watch(), t.follow(l.Duration)
	report := t.offer(ctx, do, l)
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

func (t *Trial) offer(ctx context.Context, do work, l Load) Report {
	r := l.offer(ctx, func(n int64) done { return do(ctx, t.begun+n) })
	t.begun += r.Calls + int64(l.Concurrency) // workers count one call more than they make
	return r
}
