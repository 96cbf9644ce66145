package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tolem/internal/store"
)

const (
	// horizon: effects due within it are kept in memory, later ones wait in the
	// database for whichever node is there then.
	horizon = 5 * time.Second
	// backlog bounds the effects in memory; beyond it they too wait in the database.
	backlog = 20000
	// again is the pause before an effect whose handler failed is tried again.
	again = time.Second
)

// dispatcher runs the effects that this node owns.
type dispatcher struct {
	engine  *Engine
	mu      sync.Mutex
	lanes   map[string]*lane
	known   map[EffectKey]int // owned: waiting for its time, for a worker, or running
	stopped bool
	running sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	renewed atomic.Int64 // monotonic nanoseconds since start of the last lease renewal
	start   time.Time
}

// lane is the queue of one kind of effect. Merchants take turns in it.
type lane struct {
	handler   Handler
	busy      int
	merchants map[int64]*line
	turns     []int64 // merchants that have something waiting and may run more
}

// line is one merchant's share of a lane.
type line struct {
	busy    int
	waiting []Effect
	queued  bool // has a turn coming
}

func (d *dispatcher) init(e *Engine) {
	d.engine, d.lanes, d.known, d.start = e, map[string]*lane{}, map[EffectKey]int{}, time.Now()
	d.ctx, d.cancel = context.WithCancel(context.Background())
}

// claimWritten decides who owns the effects of a set that is about to be
// written, and returns those that this node will carry out.
func (d *dispatcher) claimWritten(set *store.Set, now time.Time) []Effect {
	var mine []Effect
	d.mu.Lock()
	room := !d.stopped && len(d.known) < backlog && d.leased()
	d.mu.Unlock()
	for _, effect := range Effects.Written(set) {
		if _, handled := d.lanes[effect.Kind]; handled && room && effect.DueAt.Sub(now) <= horizon {
			effect.Owner = d.engine.node
			mine = append(mine, effect)
		} else {
			effect.Owner = 0
		}
		Effects.Update(set, effect)
	}
	return mine
}

// add takes up effects that this node now owns in the database.
func (d *dispatcher) add(effects []Effect) {
	if len(effects) == 0 {
		return
	}
	now := d.engine.options.Clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, effect := range effects {
		d.known[effect.EffectKey]++
		if wait := effect.DueAt.Sub(now); wait > 0 {
			d.later(effect, wait)
		} else {
			d.enqueue(effect)
		}
	}
}

func (d *dispatcher) later(effect Effect, wait time.Duration) {
	time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.enqueue(effect)
	})
}

func (d *dispatcher) enqueue(effect Effect) {
	if d.stopped {
		return
	}
	l := d.lanes[effect.Kind]
	m := l.merchants[effect.MerchantID]
	if m == nil {
		m = &line{}
		l.merchants[effect.MerchantID] = m
	}
	m.waiting = append(m.waiting, effect)
	l.offer(effect.MerchantID)
	d.pump(l)
}

// offer gives a merchant a turn when it has work and room.
func (l *lane) offer(merchant int64) {
	m := l.merchants[merchant]
	if !m.queued && len(m.waiting) > 0 && m.busy < l.handler.PerMerchant {
		m.queued = true
		l.turns = append(l.turns, merchant)
	}
	if len(m.waiting) == 0 && m.busy == 0 && !m.queued {
		delete(l.merchants, merchant)
	}
}

// pump starts workers while there are turns to give.
func (d *dispatcher) pump(l *lane) {
	for l.busy < l.handler.Workers && len(l.turns) > 0 {
		merchant := l.turns[0]
		l.turns = l.turns[1:]
		m := l.merchants[merchant]
		m.queued = false
		effect := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.busy++
		l.busy++
		l.offer(merchant)
		d.running.Add(1)
		go d.work(l, effect)
	}
}

func (d *dispatcher) work(l *lane, effect Effect) {
	defer d.running.Done()
	// A node that could not renew its lease must assume that others act for it.
	var err error
	mine := d.leased()
	if mine {
		err = l.handler.Run(d.ctx, effect)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l.busy--
	l.merchants[effect.MerchantID].busy--
	switch {
	case err != nil && !d.stopped:
		d.engine.options.Log.Warn("effect failed", "kind", effect.Kind, "merchant", effect.MerchantID, "subject", effect.Subject, "error", err)
		effect.Attempt++
		d.later(effect, again)
	default:
		// Its own operation may have scheduled the same effect anew.
		if d.known[effect.EffectKey]--; d.known[effect.EffectKey] == 0 {
			delete(d.known, effect.EffectKey)
		}
	}
	l.offer(effect.MerchantID)
	if !d.stopped {
		d.pump(l)
	}
}

// drain stops taking up effects and waits for those that run.
func (d *dispatcher) drain(ctx context.Context) error {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		d.running.Wait()
		close(idle)
	}()
	defer d.cancel()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		d.cancel()
		<-idle
		return ctx.Err()
	}
}
