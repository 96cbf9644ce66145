package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tolem/internal/engine"
)

// Engine observes the committer and the effects.
type Engine struct {
	registry   prometheus.Registerer
	operations prometheus.Observer
	took       prometheus.Observer
	failed     prometheus.Counter
	effects    *cache[string, effects]
}

// effects are the metrics of one kind.
type effects struct {
	late, took prometheus.Observer
	failed     prometheus.Counter
}

func newEngine(r prometheus.Registerer) *Engine {
	size := durations(r, "tolem_commit_operations", "Operations in a transaction.", operations)
	took := durations(r, "tolem_commit_seconds", "A transaction, from its first read to its commit.", seconds)
	failed := counts(r, "tolem_commit_failures_total", "Transactions that failed for good; their operations were answered with an error.")
	late := durations(r, "tolem_effect_lag_seconds", "From when an effect was due to when it began.", seconds, "kind")
	acted := durations(r, "tolem_effect_seconds", "An effect, with the commit that follows it.", seconds, "kind")
	broken := counts(r, "tolem_effect_failures_total", "Effects that failed on our side and are tried again.", "kind")
	return &Engine{r, size.WithLabelValues(), took.WithLabelValues(), failed.WithLabelValues(), newCache(func(kind string) effects {
		return effects{late.WithLabelValues(kind), acted.WithLabelValues(kind), broken.WithLabelValues(kind)}
	})}
}

// Watch shows what an engine has before it.
func (e *Engine) Watch(load func() engine.Load) {
	waiting := describe("tolem_commit_queue", "Operations that wait for a transaction.")
	room := describe("tolem_commit_queue_limit", "How many may wait.")
	memory := describe("tolem_effects_in_memory", "Effects that this node has taken up.", "kind")
	running := describe("tolem_effects_running", "Effects that act just now.", "kind")
	e.registry.MustRegister(live{[]*prometheus.Desc{waiting, room, memory, running}, func(out chan<- prometheus.Metric) {
		l := load()
		out <- gauge(waiting, l.Waiting)
		out <- gauge(room, l.Room)
		for _, k := range l.Kinds {
			out <- gauge(memory, k.InMemory, k.Kind)
			out <- gauge(running, k.Running, k.Kind)
		}
	}})
}

// Waited is engine.Observer.
func (e *Engine) Waited(context.Context, time.Time, time.Duration, error) {}

// Committed is engine.Observer.
func (e *Engine) Committed(operations int, _ time.Time, took time.Duration, err error) {
	e.operations.Observe(float64(operations))
	e.took.Observe(took.Seconds())
	if err != nil {
		e.failed.Inc()
	}
}

// Began is engine.Observer.
func (e *Engine) Began(ctx context.Context, effect engine.Effect, late time.Duration) context.Context {
	if late >= 0 {
		e.effects.of(effect.Kind).late.Observe(late.Seconds())
	}
	return ctx
}

// Ended is engine.Observer. What a shutdown cut off has not failed.
func (e *Engine) Ended(ctx context.Context, effect engine.Effect, took time.Duration, err error) {
	m := e.effects.of(effect.Kind)
	m.took.Observe(took.Seconds())
	if err != nil && ctx.Err() == nil {
		m.failed.Inc()
	}
}
