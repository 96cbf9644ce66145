package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/store"
)

var wide = Handler{Workers: 64, PerMerchant: 32}

// worker is a started node whose effects of kind "test" are run by f and noted.
func worker(t *testing.T, url string, options Options, h Handler, f func(context.Context, Effect) error) (*Engine, *runs) {
	t.Helper()
	e, r := node(t, url, options), &runs{}
	h.Run = r.handler(e, f)
	e.Handle("test", h)
	start(t, e)
	return e, r
}

func TestAnEffectRunsOnceRightAfterItsCommit(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, r := worker(t, url, Options{}, wide, nil)
		do(t, e, schedule(0, key(1, 1), key(1, 2), key(2, 3)))
		eventually(t, "all are done", func() bool { return left(t, e.db) == 0 })
		for _, k := range []EffectKey{key(1, 1), key(1, 2), key(2, 3)} {
			if got := r.of(k); len(got) != 1 || got[0].Attempt != 0 {
				t.Errorf("%v ran as %+v", k, got)
			}
		}
	})
}

func TestAnEffectThatWasNotCommittedDoesNotRun(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, r := worker(t, url, Options{}, wide, nil)
		err := e.Do(&op{decide: func(s *store.Set, now time.Time) {
			Schedule(s, key(1, 1), now, now)
			counters.Insert(s, counter{counterKey{1}, 1000000})
		}})
		if err == nil {
			t.Fatal("no error")
		}
		do(t, e, schedule(0, key(1, 2)))
		eventually(t, "the other is done", func() bool { return len(r.of(key(1, 2))) == 1 })
		if got := r.of(key(1, 1)); len(got) != 0 {
			t.Errorf("ran as %+v", got)
		}
	})
}

func TestADelayedEffectRunsAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		var ran atomic.Int64
		e, r := worker(t, url, Options{}, wide, func(context.Context, Effect) error {
			ran.Store(time.Now().UnixMicro())
			return nil
		})
		do(t, e, schedule(300*time.Millisecond, key(1, 1)))
		due := pending(t, e.db)[1].DueAt
		eventually(t, "it is done", func() bool { return left(t, e.db) == 0 })
		if got := r.of(key(1, 1)); len(got) != 1 || got[0].Attempt != 0 || ran.Load() < due.UnixMicro() {
			t.Errorf("ran as %+v at %d, due %v", got, ran.Load(), due)
		}
	})
}

// TestAFarEffectWaitsInTheDatabase for whichever node is there then: nobody has
// begun it, so it is still the first attempt.
func TestAFarEffectWaitsInTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		c := clock.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		e, r := worker(t, url, Options{Clock: c}, wide, nil)
		do(t, e, schedule(time.Hour, key(1, 1)))
		if got := pending(t, e.db)[1]; got.Owner != 0 {
			t.Errorf("it is owned: %+v", got)
		}
		c.Advance(59 * time.Minute)
		time.Sleep(600 * time.Millisecond) // longer than a node takes to look again
		if r.count() != 0 {
			t.Error("ran before its time")
		}
		c.Advance(time.Minute)
		eventually(t, "it is done", func() bool { return left(t, e.db) == 0 })
		if got := r.of(key(1, 1)); len(got) != 1 || got[0].Attempt != 0 {
			t.Errorf("ran as %+v", got)
		}
	})
}

func TestAClockThatIsSetBackDoesNotDelay(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		c := clock.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		e, r := worker(t, url, Options{Clock: c}, wide, nil)
		o := schedule(0, key(1, 1))
		decide := o.decide
		o.decide = func(s *store.Set, now time.Time) {
			decide(s, now)
			c.Advance(-time.Hour)
		}
		do(t, e, o)
		eventually(t, "it ran", func() bool { return r.count() > 0 })
	})
}

// TestAnEffectScheduledAnewRunsAgain: by its handler, or by another operation
// while it runs. It never runs twice at once.
func TestAnEffectScheduledAnewRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, r := node(t, url, Options{}), &runs{}
		entered, release := make(chan struct{}, 10), make(chan struct{})
		handler := wide
		handler.Run = func(_ context.Context, effect Effect) (Operation, error) {
			if r.now.Add(1) != 1 {
				t.Error("runs twice at once")
			}
			defer r.now.Add(-1)
			r.mu.Lock()
			r.seen = append(r.seen, effect)
			times := len(r.seen)
			r.mu.Unlock()
			switch times {
			case 1:
				return schedule(10*time.Millisecond, effect.EffectKey), nil
			case 2:
				entered <- struct{}{}
				<-release
				return nil, nil
			}
			return finish(effect.EffectKey), nil
		}
		e.Handle("test", handler)
		start(t, e)
		do(t, e, schedule(0, key(1, 1)))
		<-entered
		for range 3 {
			do(t, e, schedule(0, key(1, 1)))
		}
		close(release)
		eventually(t, "it is done", func() bool { return left(t, e.db) == 0 })
		if got := r.of(key(1, 1)); len(got) != 3 || got[1].Attempt != 0 || got[2].Attempt != 0 {
			t.Errorf("ran as %+v", got)
		}
	})
}

func TestAFailingHandlerIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, r := worker(t, url, Options{}, wide, func(_ context.Context, effect Effect) error {
			switch {
			case effect.Attempt > 0:
				return nil
			case effect.Subject == 1:
				return errors.New("no")
			}
			panic("no")
		})
		do(t, e, schedule(0, key(1, 1), key(1, 2)))
		eventually(t, "both are done", func() bool { return left(t, e.db) == 0 })
		for _, k := range []EffectKey{key(1, 1), key(1, 2)} {
			if got := r.of(k); len(got) != 2 || got[0].Attempt != 0 || got[1].Attempt != 1 {
				t.Errorf("%v ran as %+v", k, got)
			}
		}
	})
}

func TestMoreEffectsThanAreKeptInMemoryAreAllDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		var hold sync.RWMutex
		hold.Lock()
		e, r := worker(t, url, Options{}, wide, func(context.Context, Effect) error {
			hold.RLock()
			defer hold.RUnlock()
			return nil
		})
		const all = share + 2*chunk
		for i := int64(0); i < all; i += chunk {
			var keys []EffectKey
			for j := i; j < min(i+chunk, all); j++ {
				keys = append(keys, key(1, j))
			}
			do(t, e, schedule(0, keys...))
		}
		owned := 0
		for _, effect := range pending(t, e.db) {
			if effect.Owner != 0 {
				owned++
			}
		}
		if owned >= all {
			t.Errorf("all %d are in memory", owned)
		}
		hold.Unlock()
		eventually(t, "all are done", func() bool { return left(t, e.db) == 0 })
		for i := range int64(all) {
			if got := r.of(key(1, i)); len(got) != 1 || got[0].Attempt != 0 {
				t.Fatalf("%d ran as %+v", i, got)
			}
		}
	})
}

func TestEffectsOfOtherKindsAreLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, _ := worker(t, url, Options{}, wide, nil)
		strange := EffectKey{1, "strange", 9}
		do(t, e, schedule(0, strange))
		do(t, e, schedule(0, key(1, 1)))
		eventually(t, "the known one is done", func() bool { return left(t, e.db) == 1 })
		if err := e.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := pending(t, e.db)[9]; got.Owner != 0 || got.Attempt != 0 {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestHandlersNeedWorkers(t *testing.T) {
	run := func(context.Context, Effect) (Operation, error) { return nil, nil }
	for _, h := range []Handler{{}, {Run: run}, {Run: run, Workers: 1}, {Run: run, PerMerchant: 1}, {Workers: 1, PerMerchant: 1}} {
		e := &Engine{}
		e.effects.init(Options{}, e.follow)
		if guard(func() { e.Handle("test", h) }) == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}

func TestCloseWaitsForRunningEffects(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		entered, release := make(chan struct{}), make(chan struct{})
		e, r := worker(t, url, Options{}, Handler{Workers: 1, PerMerchant: 1}, func(context.Context, Effect) error {
			close(entered)
			<-release
			return nil
		})
		do(t, e, schedule(0, key(1, 1), key(1, 2)))
		<-entered
		closed := make(chan error)
		go func() { closed <- e.Close(context.Background()) }()
		select {
		case <-closed:
			t.Fatal("closed while an effect runs")
		case <-time.After(50 * time.Millisecond):
		}
		close(release)
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if left := pending(t, e.db); len(left) != 1 || r.count() != 1 {
			t.Errorf("%d ran, %+v left", r.count(), left)
		}
		// What is left is there for the next one at once: the node said goodbye.
		next, after := worker(t, url, Options{}, wide, nil)
		eventually(t, "the next node does the rest", func() bool { return left(t, next.db) == 0 })
		if after.count() != 1 || after.seen[0].Attempt != 1 {
			t.Errorf("the rest ran as %+v", after.seen)
		}
	})
}

func TestCloseCutsOffWhatTakesTooLong(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		entered := make(chan struct{})
		e, _ := worker(t, url, Options{}, wide, func(ctx context.Context, _ Effect) error {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		})
		do(t, e, schedule(0, key(1, 1)))
		<-entered
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := e.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
		if left := pending(t, e.db); len(left) != 1 {
			t.Errorf("left: %+v", left)
		}
	})
}
