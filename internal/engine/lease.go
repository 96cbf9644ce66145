package engine

import (
	"context"
	"time"

	"tolem/internal/store"
)

// Start takes a lease and begins to carry out effects: those of this node's
// own commits, those of dead nodes, and those whose time has come.
func (e *Engine) Start() error {
	if err := e.renew(context.Background()); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop, e.watching = stop, make(chan struct{})
	go e.watch(ctx)
	return nil
}

func (e *Engine) watch(ctx context.Context) {
	defer close(e.watching)
	beat := time.NewTicker(e.options.Lease / 4)
	defer beat.Stop()
	poll := time.NewTicker(min(e.options.Lease/4, 500*time.Millisecond))
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if err := e.renew(ctx); err != nil && ctx.Err() == nil {
				e.options.Log.Error("lease not renewed", "error", err)
			}
		case <-poll.C:
			e.takeUp(ctx)
		}
	}
}

func (e *Engine) renew(ctx context.Context) error {
	began := time.Since(e.effects.start)
	now := e.options.Clock.Now()
	err := e.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO node (node_id, lease_until) VALUES ($1, $2)
			ON CONFLICT (node_id) DO UPDATE SET lease_until = excluded.lease_until`,
			e.node, store.Micros(now.Add(e.options.Lease)))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM node WHERE lease_until < $1", store.Micros(now.Add(-10*e.options.Lease)))
		return err
	})
	if err == nil {
		e.effects.renewed.Store(int64(began))
	}
	return err
}

// leased tells whether the lease surely holds, by the machine's own monotonic
// clock, which no one can set.
func (d *dispatcher) leased() bool {
	renewed := d.renewed.Load()
	return renewed > 0 && time.Since(d.start)-time.Duration(renewed) < d.engine.options.Lease
}

// orphans selects effects that are due and that no living node carries out:
// waiting for anybody, left by a dead node, or this node's own but long overdue
// (it may have lost them together with the answer of a commit).
const orphans = `FROM effect WHERE due_at <= $1 AND (owner = 0
	OR owner = $2 AND due_at <= $3
	OR owner <> $2 AND owner NOT IN (SELECT node_id FROM node WHERE lease_until > $1))`

func (e *Engine) takeUp(ctx context.Context) {
	now := e.options.Clock.Now()
	args := []any{store.Micros(now), e.node, store.Micros(now.Add(-2 * e.options.Lease))}
	var found []Effect
	err := e.db.View(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, "SELECT merchant_id "+orphans+" LIMIT 1", args, func(func(...any) error) error {
			found = append(found, Effect{})
			return nil
		})
	})
	if err == nil && len(found) > 0 {
		err = e.db.Update(ctx, func(tx *store.Tx) error {
			found = nil
			return tx.Query(ctx, `UPDATE effect SET owner = $2, attempt = attempt + 1 WHERE (merchant_id, kind, subject) IN (
				SELECT merchant_id, kind, subject `+orphans+` ORDER BY due_at LIMIT 1000`+tx.Locked()+`)
				RETURNING `+Effects.Columns(""), args, func(scan func(...any) error) error {
				effect, err := Effects.Scan(scan)
				found = append(found, effect)
				return err
			})
		})
	}
	if err != nil {
		if ctx.Err() == nil {
			e.options.Log.Error("effects not taken up", "error", err)
		}
		return
	}
	e.effects.adopt(found)
}

// adopt adds effects that were claimed, except those already known.
func (d *dispatcher) adopt(effects []Effect) {
	d.mu.Lock()
	var fresh []Effect
	for _, effect := range effects {
		if _, handled := d.lanes[effect.Kind]; handled && d.known[effect.EffectKey] == 0 {
			fresh = append(fresh, effect)
		}
	}
	d.mu.Unlock()
	d.add(fresh)
}

// retire ends this node's lease at once, so that its effects are free.
func (e *Engine) retire(ctx context.Context) error {
	return e.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.Exec(context.WithoutCancel(ctx), "DELETE FROM node WHERE node_id = $1", e.node)
		return err
	})
}
