package merchant

import (
	"context"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/pgtest"
)

// TestAHostThatIsGoneDoesNotKeepAllMerchantsWaiting: who looks whether one has changed
// does so for all, and has an end.
func TestAHostThatIsGoneDoesNotKeepAllMerchantsWaiting(t *testing.T) {
	t.Parallel()
	wire := pgtest.NewWire(t, pgtest.Database(t))
	now := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	r := registry(t, wire.URL, now)
	defer wire.Cut()
	m := create(t, r)
	if _, err := r.Get(context.Background(), m.ID); err != nil {
		t.Fatal(err)
	}
	wire.Silence()
	now.Advance(time.Minute)
	if _, err := r.Get(context.Background(), m.ID); err == nil {
		t.Error("somebody answered")
	}
	if _, err := r.Get(context.Background(), m.ID); err != nil {
		t.Errorf("then: %v", err)
	}
}
