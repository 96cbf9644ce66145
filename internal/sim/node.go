package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tolem/internal/engine"
	"tolem/internal/store"
)

// crashed unwinds the stack of a process that dies.
type crashed struct{ where string }

// errOutage is what an operation gets when the database did not answer.
var errOutage = errors.New("the database did not answer")

// node is the engine of the simulation: one operation at a time, with faults
// before and after its commit. Effects stay in the database; memory knows which
// of them nobody can have begun.
type node struct {
	w        *World
	handlers map[string]engine.Handler
	fresh    map[engine.EffectKey]engine.Effect
}

// Handle is engine.Node.
func (n *node) Handle(kind string, h engine.Handler) { n.handlers[kind] = h }

// Do is engine.Node.
func (n *node) Do(o engine.Operation) error {
	switch {
	case n.w.fault(2):
		n.w.crash("before a commit")
	case n.w.fault(2):
		n.w.say("  database out before a commit")
		return errOutage
	}
	var written []engine.Effect
	ctx := context.Background()
	err := n.w.db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		o.Want(set)
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		o.Decide(set, n.w.clock.Now())
		written = engine.Effects.Written(set)
		return set.Flush(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if n.w.fault(2) {
		n.w.crash("after a commit")
	}
	for _, e := range written {
		n.fresh[e.EffectKey] = e
	}
	if n.w.fault(2) {
		n.w.say("  answer of a commit lost")
		return errOutage
	}
	if c, ok := o.(engine.Committed); ok {
		c.Committed()
	}
	return nil
}

// effects are all that wait, the earliest first.
func (n *node) effects() ([]engine.Effect, error) {
	var all []engine.Effect
	err := n.w.db.View(context.Background(), func(tx *store.Tx) (err error) {
		all, err = engine.Effects.Select(context.Background(), tx, "ORDER BY due_at, kind, subject")
		return err
	})
	return all, err
}

// run carries out an effect as a node would: straight from memory if nobody can
// have begun it, else as one that was taken up.
func (n *node) run(e engine.Effect) error {
	if _, fresh := n.fresh[e.EffectKey]; !fresh {
		e.Attempt++
		ctx := context.Background()
		err := n.w.db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE effect SET attempt = $1 WHERE merchant_id = $2 AND kind = $3 AND subject = $4",
				e.Attempt, e.MerchantID, e.Kind, e.Subject)
			return err
		})
		if err != nil {
			return err
		}
	}
	e.Carries = n.fresh[e.EffectKey].Carries
	delete(n.fresh, e.EffectKey)
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

// die forgets what a process forgets. Whoever takes over waits for the lease.
func (n *node) die() {
	clear(n.fresh)
	n.w.clock.Advance(10 * time.Second)
}
