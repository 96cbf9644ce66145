package engine

import (
	"context"
	"sync"
	"time"

	"tolem/internal/store"
)

const (
	// horizon: effects due within it are kept in memory, later ones wait in the
	// database for whichever node is there then.
	horizon = 5 * time.Second
	// backlog bounds the effects in memory, share those of one kind and merchant
	// that is alone there; beyond that they too wait in the database.
	backlog, share = 20000, 1000
	// again is the pause before an effect whose handler failed is tried again; it
	// doubles up to againAtMost.
	again, againAtMost = time.Second, time.Minute
)

// dispatcher runs the effects that this node owns. All of them come to it from a
// commit of this node, those included that it took over from another.
type dispatcher struct {
	options Options
	do      func(Operation) error
	lanes   map[string]*lane // by kind

	mu      sync.Mutex
	lease   lease
	current map[EffectKey]*task // what is in memory, as it was last scheduled
	running map[EffectKey]*task // an effect never runs twice at once
	stopped bool
	working sync.WaitGroup
}

// task is an effect in memory. One that is no longer the current task of its key
// is dropped when its turn comes: it was scheduled anew, or the lease was lost.
type task struct {
	Effect
	lane  *lane
	line  *line
	pool  *pool         // of its worker, nil while it has none
	late  bool          // its worker has been at it for long
	pause time.Duration // before it is tried again
	next  *task         // to be run after this one, which it replaces
}

func (d *dispatcher) init(options Options, do func(Operation) error) {
	d.options, d.do = options, do
	d.lanes, d.current, d.running = map[string]*lane{}, map[EffectKey]*task{}, map[EffectKey]*task{}
}

// assign decides who carries out the effects of a set that is about to be
// written: this node if it can, else anybody. It returns all of them, for add.
func (d *dispatcher) assign(set *store.Set, now time.Time) []Effect {
	written := Effects.Written(set)
	d.mu.Lock()
	defer d.mu.Unlock()
	node := d.node()
	for i := range written {
		effect := &written[i]
		effect.Owner = 0
		if node != 0 && !d.stopped && effect.DueAt.Sub(now) <= horizon && d.room(effect.EffectKey) {
			effect.Owner = node
		}
		Effects.Update(set, *effect)
	}
	return written
}

// room tells whether one more effect may be kept in memory.
func (d *dispatcher) room(key EffectKey) bool {
	l := d.lanes[key.Kind]
	if l == nil || len(d.current) >= backlog {
		return false
	}
	m := l.lines[key.MerchantID]
	return m == nil || !l.full(m, len(d.current))
}

// add takes note of effects that were committed, and takes up those that are
// this node's. What it knew of them before holds no longer. It waits for their
// times from now on, the time for which they were decided: a clock that has been
// set back since delays none.
func (d *dispatcher) add(effects []Effect, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, effect := range effects {
		delete(d.current, effect.EffectKey)
		if effect.Owner == 0 || effect.Owner != d.node() {
			continue
		}
		t := &task{Effect: effect, pause: again}
		d.current[effect.EffectKey] = t
		d.lanes[effect.Kind].enter(t)
		d.later(t, effect.DueAt.Sub(now))
	}
}

func (d *dispatcher) later(t *task, wait time.Duration) {
	if wait <= 0 {
		d.ready(t)
		return
	}
	time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ready(t)
	})
}

// ready puts a task whose time has come in line.
func (d *dispatcher) ready(t *task) {
	switch before := d.running[t.EffectKey]; {
	case !d.owns(t):
		d.drop(t)
	case before != nil:
		if before.next != nil {
			d.drop(before.next)
		}
		before.next = t
	default:
		t.line.waiting = append(t.line.waiting, t)
		t.line.offer()
		d.pump(t.lane)
	}
}

func (d *dispatcher) owns(t *task) bool {
	return !d.stopped && t.Owner == d.node() && d.current[t.EffectKey] == t
}

func (d *dispatcher) drop(t *task) {
	t.lane.leave(t)
	if d.current[t.EffectKey] == t {
		delete(d.current, t.EffectKey)
	}
}

// pump starts workers while there are turns to give.
func (d *dispatcher) pump(l *lane) {
	for t := l.next(); t != nil; t = l.next() {
		if d.owns(t) {
			d.running[t.EffectKey] = t
			l.begin(t)
			ctx := d.lease.ctx
			d.working.Go(func() { d.work(ctx, t) })
		} else {
			d.drop(t)
		}
		t.line.offer()
	}
}

func (d *dispatcher) work(ctx context.Context, t *task) {
	late := time.AfterFunc(slowness, func() { d.late(t) })
	var next Operation
	var err error
	ctx, began := d.began(ctx, t)
	if p := guard(func() { next, err = t.lane.handler.Run(ctx, t.Effect) }); p != nil {
		err = p
	}
	late.Stop()
	d.rest(t)
	if err == nil && next != nil {
		err = d.do(next)
	}
	if err != nil && ctx.Err() == nil {
		d.options.Log.Warn("effect failed", "kind", t.Kind, "merchant", t.MerchantID, "subject", t.Subject, "error", err)
	}
	d.ended(ctx, t, began, err)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, t.EffectKey)
	if err != nil && d.owns(t) {
		t.Attempt++
		d.later(t, t.pause)
		t.pause = min(2*t.pause, againAtMost)
	} else {
		d.drop(t)
	}
	if t.next != nil {
		d.ready(t.next)
		t.next = nil
	}
}

// rest gives the worker of a task to the next one.
func (d *dispatcher) rest(t *task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.lane.end(t)
	d.pump(t.lane)
}

// late moves a task that still runs, and its merchant, to the slow ones.
func (d *dispatcher) late(t *task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.pool != nil && !t.late {
		t.lane.lag(t)
		d.pump(t.lane)
	}
}

// drain stops taking up effects and waits for those that run; when ctx is done,
// it asks them to end.
func (d *dispatcher) drain(ctx context.Context) error {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		d.working.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		d.mu.Lock()
		if d.lease.cancel != nil {
			d.lease.cancel()
		}
		d.mu.Unlock()
		<-idle
		return ctx.Err()
	}
}
