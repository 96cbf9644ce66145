package engine

import (
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
// once when DueAt has come, else then. Owner is the node that carries it out, 0
// when any may take it. Attempt is 0 as long as nobody can have begun it since
// it was scheduled; it counts the nodes that had it and did not end it.
type Effect struct {
	EffectKey
	Attempt   int64     `db:"attempt"`
	DueAt     time.Time `db:"due_at"`
	Owner     int64     `db:"owner"`
	CreatedAt time.Time `db:"created_at,fixed"`

	// Carries is what Hand was given, so that the handler need not read it: as it
	// was at that commit. It is nil for an effect that was taken up from the database.
	Carries any `db:"-"`
}

// Effects is where effects wait.
var Effects = store.Describe("effect", func(e *Effect) EffectKey { return e.EffectKey })

// Schedule adds an effect to the transaction, or moves the one that is there.
func Schedule(s *store.Set, key EffectKey, due, now time.Time) {
	Effects.Put(s, Effect{EffectKey: key, DueAt: due, CreatedAt: now})
}

// Hand schedules an effect that nobody has scheduled before, for now, and hands its
// handler what it will ask for.
func Hand(s *store.Set, key EffectKey, now time.Time, carries any) {
	Effects.Insert(s, Effect{EffectKey: key, DueAt: now, CreatedAt: now, Carries: carries})
}

// Finish removes an effect; one that is gone already stays so.
func Finish(s *store.Set, key EffectKey) { Effects.Remove(s, key) }
