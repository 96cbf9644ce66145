package platform

import (
	"context"
	"net/http"
	"slices"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/metrics"
	"tolem/internal/store"
	"tolem/internal/traces"
)

// observers are told what happens on a node. Without --admin and --otlp-endpoint
// there are none, and the systems are not slowed by any.
type observers struct {
	metrics *metrics.Metrics
	traces  *traces.Traces
	calls   callObservers
	engine  engineObservers
	banks   []bank.Observer
	letters []callback.Observer
}

func (o *observers) open(ctx context.Context, c Config) (err error) {
	if c.Admin != "" {
		o.metrics = metrics.New()
		o.calls = append(o.calls, o.metrics.Calls)
		o.engine = append(o.engine, o.metrics.Engine)
		o.banks = append(o.banks, o.metrics.Banks.Observe)
		o.letters = append(o.letters, o.metrics.Callbacks.Observe)
	}
	if c.OTLP == "" {
		return nil
	}
	if o.traces, err = traces.New(ctx, traces.Options{Endpoint: c.OTLP, Share: c.TraceShare, Log: c.Log}); err != nil {
		return err
	}
	o.calls = append(o.calls, o.traces.Calls)
	o.engine = append(o.engine, o.traces.Engine)
	o.banks = append(o.banks, o.traces.Bank)
	o.letters = append(o.letters, o.traces.Callback)
	return nil
}

// close sends the traces that are left. Those that nobody takes keep no stop waiting
// for long, and are no failure of it.
func (o *observers) close(ctx context.Context) {
	if o.traces != nil {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		_ = o.traces.Close(ctx)
	}
}

// watch shows what is only looked at now and then.
func (o *observers) watch(s *Server) {
	if o.metrics != nil {
		o.metrics.Calls.Watch(s.places)
		o.metrics.Engine.Watch(s.engine.Load)
		o.metrics.WatchDatabases(map[string]*store.DB{"platform": s.DB, "bank": s.bankDB})
	}
}

func (o *observers) ofCalls() inbound.Observer {
	if len(o.calls) == 0 {
		return nil
	}
	return o.calls
}

func (o *observers) ofEngine() engine.Observer {
	if len(o.engine) == 0 {
		return nil
	}
	return o.engine
}

func (o *observers) ofBank(b bank.Bank) bank.Bank {
	for _, observe := range o.banks {
		b = bank.Observed(b, observe)
	}
	return b
}

func (o *observers) ofCallbacks() callback.Observer {
	if len(o.letters) == 0 {
		return nil
	}
	return func(ctx context.Context, seen callback.Observation) {
		for _, observe := range o.letters {
			observe(ctx, seen)
		}
	}
}

// callObservers tell each other's context on.
type callObservers []inbound.Observer

// Begin is inbound.Observer.
func (all callObservers) Begin(ctx context.Context, c *inbound.Call, r *http.Request) context.Context {
	for _, o := range all {
		ctx = o.Begin(ctx, c, r)
	}
	return ctx
}

// End is inbound.Observer.
func (all callObservers) End(ctx context.Context, c *inbound.Call) {
	for _, o := range slices.Backward(all) {
		o.End(ctx, c)
	}
}

// engineObservers do so too.
type engineObservers []engine.Observer

// Waited is engine.Observer.
func (all engineObservers) Waited(ctx context.Context, began time.Time, took time.Duration, err error) {
	for _, o := range all {
		o.Waited(ctx, began, took, err)
	}
}

// Committed is engine.Observer.
func (all engineObservers) Committed(operations int, began time.Time, took time.Duration, err error) {
	for _, o := range all {
		o.Committed(operations, began, took, err)
	}
}

// Began is engine.Observer.
func (all engineObservers) Began(ctx context.Context, e engine.Effect, late time.Duration) context.Context {
	for _, o := range all {
		ctx = o.Began(ctx, e, late)
	}
	return ctx
}

// Ended is engine.Observer.
func (all engineObservers) Ended(ctx context.Context, e engine.Effect, took time.Duration, err error) {
	for _, o := range slices.Backward(all) {
		o.Ended(ctx, e, took, err)
	}
}
