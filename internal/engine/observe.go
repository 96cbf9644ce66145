package engine

import (
	"context"
	"time"
)

// Observer is told what an engine does, by many goroutines at once, and must
// return without delay.
type Observer interface {
	// Waited is told how a caller of Await fared.
	Waited(ctx context.Context, began time.Time, took time.Duration, err error)
	// Committed is told of a transaction that ended, well or not.
	Committed(operations int, began time.Time, took time.Duration, err error)
	// Began is told of an effect that begins, late after it was due, and returns the
	// context that it runs under. One that is tried again has no lateness: it is
	// below zero.
	Began(ctx context.Context, e Effect, late time.Duration) context.Context
	// Ended is told how that came out, with the context of Began.
	Ended(ctx context.Context, e Effect, took time.Duration, err error)
}

// Await is n.Do for whom ctx stands for, so that an observer is told who waited.
func Await(ctx context.Context, n Node, operation Operation) error {
	e, ok := n.(*Engine)
	if !ok || e.options.Observe == nil {
		return n.Do(operation)
	}
	began := time.Now()
	err := e.Do(operation)
	e.options.Observe.Waited(ctx, began, time.Since(began), err)
	return err
}

func (e *Engine) committed(operations int, began time.Time, err error) {
	if o := e.options.Observe; o != nil {
		o.Committed(operations, began, time.Since(began), err)
	}
}

func (d *dispatcher) began(ctx context.Context, t *task) (context.Context, time.Time) {
	o := d.options.Observe
	if o == nil {
		return ctx, time.Time{}
	}
	late := time.Duration(-1)
	if t.pause == again { // nobody has failed at it here
		late = max(0, d.options.Clock.Now().Sub(t.DueAt))
	}
	return o.Began(ctx, t.Effect, late), time.Now()
}

func (d *dispatcher) ended(ctx context.Context, t *task, began time.Time, err error) {
	if o := d.options.Observe; o != nil {
		o.Ended(ctx, t.Effect, time.Since(began), err)
	}
}

// Load is what an engine has before it at a moment.
type Load struct {
	Waiting, Room int // operations that wait for their transaction, and how many may
	Kinds         []KindLoad
}

// KindLoad is the load of one kind of effect: how many are in memory, waiting ones
// included, and how many of these act.
type KindLoad struct {
	Kind              string
	InMemory, Running int
}

// Load looks at the queue and the effects. It is for looks now and then.
func (e *Engine) Load() Load {
	load := Load{Waiting: len(e.queue), Room: cap(e.queue)}
	d := &e.effects
	d.mu.Lock()
	defer d.mu.Unlock()
	for kind, l := range d.lanes {
		k := KindLoad{Kind: kind, Running: l.quick.busy + l.slow.busy}
		for _, m := range l.lines {
			k.InMemory += m.tasks
		}
		load.Kinds = append(load.Kinds, k)
	}
	return load
}
