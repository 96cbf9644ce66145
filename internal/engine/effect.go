package engine

import (
	"context"
	"time"

	"tolem/internal/store"
)

// EffectKey names an effect: a subject has at most one of each kind waiting.
type EffectKey struct {
	MerchantID int64  `db:"merchant_id"`
	Kind       string `db:"kind"`
	Subject    int64  `db:"subject"` // a payment number or another id of the merchant
}

// Effect is something to be done outside after the commit that wrote it: at
// once when DueAt has come, else then. Attempt counts how often it was taken up
// from the database; 0 means by the node that wrote it, straight from memory, so
// that nobody can have begun it before.
type Effect struct {
	EffectKey
	Attempt   int64     `db:"attempt"`
	DueAt     time.Time `db:"due_at"`
	Owner     int64     `db:"owner"`
	CreatedAt time.Time `db:"created_at,fixed"`
}

// Effects is where effects wait.
var Effects = store.Describe("effect", func(e *Effect) EffectKey { return e.EffectKey })

// Schedule adds an effect to the transaction, or moves the one that is there.
// The key must be wanted unless the effect is certain to be new.
func Schedule(s *store.Set, key EffectKey, due, now time.Time) {
	row := Effect{EffectKey: key, DueAt: due, CreatedAt: now}
	if old, ok := Effects.Held(s, key); ok {
		row.CreatedAt = old.CreatedAt
		Effects.Update(s, row)
		return
	}
	Effects.Insert(s, row)
}

// Finish removes an effect that was wanted; one that is gone already stays so.
func Finish(s *store.Set, key EffectKey) {
	if _, ok := Effects.Get(s, key); ok {
		Effects.Delete(s, key)
	}
}

// A Handler carries out effects of one kind. It acts outside and then does an
// operation that finishes or reschedules the effect. An error means that it
// could not even do that: the effect is tried again shortly.
type Handler struct {
	Run func(context.Context, Effect) error
	// Workers bounds how many run at once, PerMerchant how many of one merchant.
	Workers, PerMerchant int
}

// Handle names the handler of a kind. All are named before Start.
func (e *Engine) Handle(kind string, h Handler) {
	e.effects.lanes[kind] = &lane{handler: h, merchants: map[int64]*line{}}
}
