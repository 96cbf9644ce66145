package engine

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tolem/internal/store"
)

// chunk bounds how many effects are taken up in one commit.
const chunk = 256

// takeUp claims the effects that are due and that nobody carries out: those that
// wait for anybody, and those of nodes that were buried.
func (e *Engine) takeUp(ctx context.Context) error {
	for {
		tail, args := e.effects.unowned(e.options.Clock.Now())
		if tail == "" {
			return nil
		}
		found, err := e.find(ctx, tail, args...)
		if err != nil || len(found) == 0 {
			return err
		}
		o := &claim{found: found, by: &e.effects}
		if err := e.Do(o); err != nil || o.claimed == 0 || len(found) < chunk {
			return err
		}
	}
}

// reclaim claims what this node owns in the database but knows nothing of: the
// answer to the commit that claimed it was lost.
func (e *Engine) reclaim(ctx context.Context) error {
	node := e.effects.name()
	if node == 0 {
		return nil
	}
	found, err := e.find(ctx, "WHERE owner = $1 AND due_at <= $2", node, store.Micros(e.options.Clock.Now()))
	found = slices.DeleteFunc(found, e.effects.knows)
	for part := range slices.Chunk(found, chunk) {
		if err == nil {
			err = e.Do(&claim{found: part, by: &e.effects})
		}
	}
	return err
}

func (e *Engine) find(ctx context.Context, tail string, args ...any) (found []Effect, err error) {
	err = e.db.View(ctx, func(tx *store.Tx) (err error) {
		found, err = Effects.Select(ctx, tx, tail, args...)
		return err
	})
	return found, err
}

// unowned is the tail of the query of takeUp, "" when this node can take nothing.
// Merchants that fill their share already are passed over, so that those behind
// them are seen.
func (d *dispatcher) unowned(now time.Time) (tail string, args []any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	room := min(backlog-len(d.current), chunk)
	if d.stopped || d.node() == 0 || len(d.lanes) == 0 || room <= 0 {
		return "", nil
	}
	arg := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	tail = "WHERE due_at <= " + arg(store.Micros(now)) + " AND owner NOT IN (SELECT node_id FROM node)"
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(d.lanes)) {
		kinds = append(kinds, arg(kind))
		for merchant, m := range d.lanes[kind].lines {
			if d.lanes[kind].full(m, len(d.current)) {
				tail += " AND (kind <> " + arg(kind) + " OR merchant_id <> " + arg(merchant) + ")"
			}
		}
	}
	return tail + " AND kind IN (" + strings.Join(kinds, ", ") + ") ORDER BY due_at LIMIT " + arg(room), args
}

// knows tells whether an effect that this node owns is in its memory.
func (d *dispatcher) knows(e Effect) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.current[e.EffectKey]
	return t != nil && t.Owner == e.Owner
}

// claim is the operation that takes effects over; the commit makes them this
// node's. Whoever had one may have begun it, which Attempt tells.
type claim struct {
	found   []Effect
	by      *dispatcher
	claimed int
}

func (o *claim) Want(s *store.Set) {
	for _, effect := range o.found {
		Effects.Want(s, effect.EffectKey)
	}
}

func (o *claim) Decide(s *store.Set, _ time.Time) {
	o.claimed = 0
	for _, found := range o.found {
		effect, ok := Effects.Get(s, found.EffectKey)
		if !ok || effect != found || o.by.knows(effect) {
			continue // others were faster
		}
		if effect.Owner != 0 {
			effect.Attempt++
		}
		Effects.Update(s, effect)
		o.claimed++
	}
}
