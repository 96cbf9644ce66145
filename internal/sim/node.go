package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tolem/internal/engine"
	"tolem/internal/store"
)

// errOutage is what an operation gets when the database did not answer.
var errOutage = errors.New("the database did not answer")

// node is the engine of the simulation: one operation at a time, with faults and
// pauses before and after its commit. Effects stay in the database; memory knows
// which of them nobody can have begun.
type node struct {
	w        *World
	handlers map[string]engine.Handler
	fresh    map[engine.EffectKey]engine.Effect
	running  map[engine.EffectKey]bool
	waiting  []engine.Effect // as of the latest commit, the earliest first
	known    bool            // waiting is up to date
}

func newNode(w *World) *node {
	return &node{
		w: w, handlers: map[string]engine.Handler{}, fresh: map[engine.EffectKey]engine.Effect{}, running: map[engine.EffectKey]bool{},
	}
}

// Handle is engine.Node.
func (n *node) Handle(kind string, h engine.Handler) { n.handlers[kind] = h }

// Do is engine.Node.
func (n *node) Do(o engine.Operation) error {
	w := n.w
	w.commitPause()
	hung := w.running != nil && w.running.hung
	if !hung && w.fault(w.habits.outage) {
		w.say("  database out before a commit")
		return errOutage
	}
	written, err := n.commit(o)
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if !hung && w.fault(w.habits.outage) {
		w.say("  answer of a commit lost")
		return errOutage
	}
	for _, e := range written {
		n.fresh[e.EffectKey] = e
	}
	if c, ok := o.(engine.Committed); ok {
		c.Committed()
	}
	if w.running != nil {
		w.running.hung = false
		if w.running.effect { // a call waits for the bank next, and no longer for us
			w.commitPause()
		}
	}
	return nil
}

func (n *node) commit(o engine.Operation) (written []engine.Effect, err error) {
	ctx := context.Background()
	err = n.w.db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		o.Want(set)
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		o.Decide(set, n.w.clock.Now())
		written = engine.Effects.Written(set)
		return set.Flush(ctx, tx)
	})
	n.w.changed, n.known = true, false
	return written, err
}

// effects are all that wait and do not run, the earliest first.
func (n *node) effects() ([]engine.Effect, error) {
	if !n.known {
		err := n.w.db.View(context.Background(), func(tx *store.Tx) (err error) {
			n.waiting, err = engine.Effects.Select(context.Background(), tx, "ORDER BY due_at, kind, subject")
			return err
		})
		if err != nil {
			return nil, err
		}
		n.known = true
	}
	var idle []engine.Effect
	for _, e := range n.waiting {
		if !n.running[e.EffectKey] {
			idle = append(idle, e)
		}
	}
	return idle, nil
}

// run carries out an effect as a node would: straight from memory if nobody can
// have begun it, else as one that was taken up.
func (n *node) run(e engine.Effect) error {
	if _, fresh := n.fresh[e.EffectKey]; !fresh {
		e.Attempt++
		if err := n.mark(e); err != nil {
			return err
		}
	}
	e.Carries = n.fresh[e.EffectKey].Carries
	delete(n.fresh, e.EffectKey)
	n.running[e.EffectKey] = true
	defer delete(n.running, e.EffectKey)
	n.w.say("effect %s of %d, attempt %d", e.Kind, e.Subject, e.Attempt)
	next, err := n.handlers[e.Kind].Run(context.Background(), e)
	if err == nil && next != nil {
		err = n.Do(next)
	}
	if err != nil && !errors.Is(err, errOutage) {
		return fmt.Errorf("effect %s of %d: %w", e.Kind, e.Subject, err)
	}
	return nil
}

// mark notes that somebody had the effect before.
func (n *node) mark(e engine.Effect) error {
	ctx := context.Background()
	n.known = false
	return n.w.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE effect SET attempt = $1 WHERE merchant_id = $2 AND kind = $3 AND subject = $4",
			e.Attempt, e.MerchantID, e.Kind, e.Subject)
		return err
	})
}

// commitPause is what a commit takes: in some histories, with some disks, long.
func (w *World) commitPause() {
	if w.chance(50) {
		w.sleep(w.trip(w.habits.slow, 8*time.Second))
	}
}
