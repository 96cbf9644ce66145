package merchant

import (
	"context"
	"sync"
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
	var calls sync.WaitGroup
	for range 10 {
		calls.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
			defer cancel()
			if _, err := r.Get(ctx, m.ID); err == nil || ctx.Err() != nil {
				t.Errorf("%v, after the looks of others: %v", err, ctx.Err())
			}
		})
	}
	calls.Wait()
	if _, err := r.Get(context.Background(), m.ID); err != nil {
		t.Errorf("then: %v", err)
	}
}
