package engine

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestWorkersAndMerchantsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		var of [3]atomic.Int64
		e, r := worker(t, url, Options{}, Handler{Workers: 8, PerMerchant: 3}, func(_ context.Context, effect Effect) error {
			if n := of[effect.MerchantID].Add(1); n > 3 {
				t.Errorf("%d of one merchant at once", n)
			}
			defer of[effect.MerchantID].Add(-1)
			time.Sleep(time.Millisecond)
			return nil
		})
		var keys []EffectKey
		for i := range int64(60) {
			keys = append(keys, key(i%3, i))
		}
		do(t, e, schedule(0, keys...))
		eventually(t, "all are done", func() bool { return left(t, e.db) == 0 })
		if most := r.most.Load(); most > 8 || r.count() != 60 {
			t.Errorf("%d at once, %d in all", most, r.count())
		}
	})
}

// TestAHangingMerchantDelaysNobody even when it has more effects than are kept
// in memory for one merchant, all of them older than those of the others.
func TestAHangingMerchantDelaysNobody(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		release := make(chan struct{})
		var hanging atomic.Int64
		e, r := worker(t, url, Options{}, Handler{Workers: 8, PerMerchant: 4}, func(_ context.Context, effect Effect) error {
			if effect.MerchantID == 1 {
				hanging.Add(1)
				<-release
			}
			return nil
		})
		defer close(release)
		var keys []EffectKey
		for i := range int64(share + 2*chunk) {
			keys = append(keys, key(1, i))
		}
		for len(keys) > 0 {
			n := min(len(keys), chunk)
			do(t, e, schedule(0, keys[:n]...))
			keys = keys[n:]
		}
		do(t, e, schedule(0, key(2, 5000)))
		// As of a node that cannot carry it out: it waits in the database.
		other := node(t, url, Options{})
		do(t, other, schedule(0, key(3, 5001)))
		eventually(t, "the others are done", func() bool { return len(r.of(key(2, 5000))) == 1 && len(r.of(key(3, 5001))) == 1 })
		if n := hanging.Load(); n != 4 {
			t.Errorf("%d hang", n)
		}
	})
}

// TestManyHangingMerchantsDelayNobody even when there are more of them than
// workers, and none of them has more than one merchant may have.
func TestManyHangingMerchantsDelayNobody(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		const merchants, calls = 100, 16
		release := make(chan struct{})
		var hanging atomic.Int64
		e, r := worker(t, url, Options{}, Handler{Workers: 64, PerMerchant: 8}, func(_ context.Context, effect Effect) error {
			if effect.MerchantID < merchants {
				hanging.Add(1)
				<-release
			}
			return nil
		})
		defer close(release)
		var keys []EffectKey
		for i := range int64(merchants * calls) {
			keys = append(keys, key(i%merchants, i))
		}
		for part := range slices.Chunk(keys, chunk) {
			do(t, e, schedule(0, part...))
		}
		var quick []EffectKey
		for i := range int64(200) {
			quick = append(quick, key(merchants+i%10, merchants*calls+i))
		}
		do(t, e, schedule(0, quick...))
		eventually(t, "the others are done", func() bool { return left(t, e.db) == merchants*calls })
		if n := r.count() - len(quick); int64(n) != hanging.Load() || n < 64 || n > 8*merchants {
			t.Errorf("%d calls hang", n)
		}
	})
}

// TestACrowdIsBounded: when all that is called takes long, of however many merchants,
// no more runs at once than a lane may have, and in the end all of it has run.
func TestACrowdIsBounded(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		const workers, merchants = 4, 100
		release := make(chan struct{})
		e, r := worker(t, url, Options{}, Handler{Workers: workers, PerMerchant: 2}, func(context.Context, Effect) error {
			<-release
			return nil
		})
		var keys []EffectKey
		for m := range int64(merchants) {
			keys = append(keys, key(m, m))
		}
		do(t, e, schedule(0, keys...))
		eventually(t, "as many run as may", func() bool { return r.now.Load() == crowd*workers })
		time.Sleep(slowness + slowness/2)
		close(release)
		eventually(t, "all are done", func() bool { return left(t, e.db) == 0 })
		if most := r.most.Load(); most != crowd*workers || r.count() != merchants {
			t.Errorf("%d at once, %d in all", most, r.count())
		}
	})
}

// quick is how many workers are not known to be slow.
func quick(e *Engine) int {
	e.effects.mu.Lock()
	defer e.effects.mu.Unlock()
	return e.effects.lanes["test"].quick.busy
}

// TestAMerchantThatIsQuickAgainIsNotSlow: its calls hang until they are released,
// and those that wait behind them, and later ones, are done though others still
// hang with all the workers of the slow.
func TestAMerchantThatIsQuickAgainIsNotSlow(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		release, once := make(chan struct{}), make(chan struct{})
		e, r := worker(t, url, Options{}, Handler{Workers: 8, PerMerchant: 4}, func(_ context.Context, effect Effect) error {
			if effect.MerchantID > 1 {
				<-release
			} else if effect.Subject < 2 {
				<-once
			}
			return nil
		})
		defer close(release)
		do(t, e, schedule(0, key(1, 0), key(1, 1)))
		do(t, e, schedule(horizon, key(1, 5000))) // so that it is not forgotten
		var keys []EffectKey
		for i := range int64(400) {
			keys = append(keys, key(2+i%10, 1000+i))
		}
		for part := range slices.Chunk(keys, chunk) {
			do(t, e, schedule(0, part...))
		}
		eventually(t, "all merchants are slow", func() bool { return quick(e) == 0 })
		do(t, e, schedule(0, key(1, 2), key(1, 3), key(1, 4), key(1, 5)))
		close(once)
		eventually(t, "it is done", func() bool { return left(t, e.db) <= 401 })
		for i := range int64(100) {
			do(t, e, schedule(0, key(1, 10+i)))
		}
		eventually(t, "it is done again", func() bool { return left(t, e.db) <= 401 })
		if n := len(r.of(key(1, 109))); n != 1 {
			t.Errorf("the last ran %d times", n)
		}
	})
}

// TestAMerchantThatWasPassedOverGetsWhatTheOthersGiveBack though nothing of its
// own ends.
func TestAMerchantThatWasPassedOverGetsWhatTheOthersGiveBack(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		release, stay := make(chan struct{}), make(chan struct{})
		var staying atomic.Int64
		e, r := worker(t, url, Options{}, Handler{Workers: 16, PerMerchant: 8}, func(_ context.Context, effect Effect) error {
			if effect.MerchantID == 1 {
				staying.Add(1)
				<-stay
			} else {
				<-release
			}
			return nil
		})
		defer close(stay)
		var others, its []EffectKey
		for i := range int64(8) {
			others, its = append(others, key(2+i, i)), append(its, key(1, 100+i))
		}
		do(t, e, schedule(0, others...))
		eventually(t, "the others are at it", func() bool { return r.now.Load() == 8 })
		do(t, e, schedule(0, its...))
		eventually(t, "the merchant has half of what it may have", func() bool { return staying.Load() == 4 })
		eventually(t, "all are slow", func() bool { return quick(e) == 0 })
		close(release)
		eventually(t, "it has all", func() bool { return staying.Load() == 8 })
	})
}
