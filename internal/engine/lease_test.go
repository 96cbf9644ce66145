package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tolem/internal/store"
)

// die ends a node as a crash would: it says no goodbye and does nothing more.
func die(e *Engine) {
	e.effects.mu.Lock()
	e.effects.stopped = true
	e.effects.mu.Unlock()
	e.stop()
	e.watching.Wait()
}

// nodes are the names in the database.
func nodes(t testing.TB, db *store.DB) map[int64]bool {
	t.Helper()
	found := map[int64]bool{}
	err := db.View(context.Background(), func(tx *store.Tx) error {
		return tx.Query(context.Background(), "SELECT node_id FROM node", nil, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			found[id] = true
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
	return found
}

// TestEffectsOfADeadNodeAreTakenOver, but those of a living one never are,
// however long they run.
func TestEffectsOfADeadNodeAreTakenOver(t *testing.T) {
	const lease = 2 * time.Second
	each(t, func(t *testing.T, url string) {
		entered, release := make(chan Effect, 2), make(chan struct{})
		hang := func(ctx context.Context, effect Effect) error {
			if effect.Attempt > 0 {
				return nil
			}
			entered <- effect
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		first, _ := worker(t, url, Options{Lease: lease}, wide, hang)
		second, living := worker(t, url, Options{Lease: lease}, wide, hang)
		third, after := worker(t, url, Options{Lease: lease}, wide, nil)
		do(t, first, schedule(0, key(1, 1)))
		do(t, second, schedule(0, key(1, 2)))
		<-entered
		<-entered
		do(t, first, schedule(time.Second, key(1, 3)))
		died := time.Now()
		die(first)
		others := func(k EffectKey) []Effect { return append(after.of(k), living.of(k)...) }
		eventually(t, "others do what the first left", func() bool { return len(others(key(1, 1))) > 0 && len(others(key(1, 3))) > 0 })
		if waited := time.Since(died); waited < lease/2 {
			t.Errorf("taken over after %v", waited)
		}
		for _, k := range []EffectKey{key(1, 1), key(1, 3)} {
			if got := others(k); len(got) != 1 || got[0].Attempt != 1 {
				t.Errorf("%v ran as %+v", k, got)
			}
		}
		time.Sleep(lease / 2)
		if len(others(key(1, 2))) != 1 {
			t.Error("an effect of a living node was taken over")
		}
		close(release)
		eventually(t, "all are done", func() bool { return left(t, third.db) == 0 })
	})
}

// TestANodeThatCannotBeatStops: what runs is told to end, what waits in memory is
// dropped; it is taken for dead only after that.
func TestANodeThatCannotBeatStops(t *testing.T) {
	const lease = time.Second
	each(t, func(t *testing.T, url string) {
		ended := make(chan time.Time, 1)
		e, r := worker(t, url, Options{Lease: lease}, wide, func(ctx context.Context, _ Effect) error {
			<-ctx.Done()
			ended <- time.Now()
			return ctx.Err()
		})
		do(t, e, schedule(0, key(1, 1)))
		do(t, e, schedule(lease+200*time.Millisecond, key(1, 2)))
		e.stop() // nobody beats any more
		e.watching.Wait()
		stopped := time.Now()
		if lived := (<-ended).Sub(stopped); lived > lease {
			t.Errorf("it ran on for %v", lived)
		}
		e.effects.working.Wait()
		do(t, e, schedule(0, key(1, 3)))
		time.Sleep(lease)
		if r.count() != 1 {
			t.Errorf("%d ran", r.count())
		}
		if got := pending(t, e.db); got[1].Owner == 0 || got[3].Owner != 0 {
			t.Errorf("written: %+v", got)
		}
	})
}

// lose makes the lease look as if the last beat had been long ago.
func lose(e *Engine) {
	e.effects.mu.Lock()
	defer e.effects.mu.Unlock()
	e.effects.lease.beat = time.Now().Add(-time.Hour)
}

func TestANodeThatLostItsLeaseGoesOnUnderAnotherName(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, r := node(t, url, Options{Lease: time.Hour}), &runs{}
		handler := wide
		handler.Run = r.handler(e, nil)
		e.Handle("test", handler)
		if err := e.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		was := e.effects.name()
		do(t, e, schedule(100*time.Millisecond, key(1, 1)))
		lose(e)
		if now := e.effects.name(); now != 0 {
			t.Errorf("it still has a lease: %d", now)
		}
		if err := e.beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		is := e.effects.name()
		time.Sleep(200 * time.Millisecond)
		if is == was || is == 0 || r.count() != 0 {
			t.Errorf("%d went on as %d and ran %d effects of before", was, is, r.count())
		}
		// Its former self must be found dead like any other.
		if err := e.takeUp(t.Context()); err != nil || r.count() != 0 {
			t.Errorf("%v, %d ran", err, r.count())
		}
		seen := map[int64]sighting{}
		for range 2 {
			if err := e.bury(t.Context(), seen); err != nil {
				t.Fatal(err)
			}
			for id, s := range seen {
				seen[id] = sighting{s.beat, s.since.Add(-2 * time.Hour)}
			}
		}
		if left := nodes(t, e.db); len(left) != 1 || !left[is] {
			t.Errorf("nodes %v", left)
		}
		if err := e.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is done", func() bool { return left(t, e.db) == 0 })
		if got := r.of(key(1, 1)); len(got) != 1 || got[0].Attempt != 1 {
			t.Errorf("ran as %+v", got)
		}
	})
}

func TestOnlyABeatThatStoodStillForALeaseIsBuried(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		watcher := node(t, url, Options{Lease: time.Hour})
		other := node(t, url, Options{Lease: time.Hour})
		beat := func(e *Engine) {
			t.Helper()
			if err := e.beat(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		bury := func(seen map[int64]sighting) bool {
			t.Helper()
			if err := watcher.bury(t.Context(), seen); err != nil {
				t.Fatal(err)
			}
			return !nodes(t, watcher.db)[other.effects.name()]
		}
		beat(watcher)
		beat(other)
		name := other.effects.name()
		ago := func(d time.Duration) map[int64]sighting { return map[int64]sighting{name: {1, time.Now().Add(-d)}} }
		if bury(map[int64]sighting{}) || bury(ago(59*time.Minute)) {
			t.Error("buried before its time")
		}
		beat(other)
		if bury(ago(2 * time.Hour)) {
			t.Error("buried though it beat on")
		}
		if watcher.db.Kind() == "postgres" { // amid a beat that is not committed yet
			err := other.db.Update(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Exec(t.Context(), "UPDATE node SET beat = beat + 1 WHERE node_id = $1", name); err != nil {
					return err
				}
				go func() {
					_ = watcher.bury(context.Background(), map[int64]sighting{name: {2, time.Now().Add(-2 * time.Hour)}})
				}()
				for waiting := int64(0); waiting == 0; {
					if err := tx.Query(t.Context(), "SELECT COUNT(*) FROM pg_locks WHERE NOT granted", nil,
						func(scan func(...any) error) error { return scan(&waiting) }); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil || !nodes(t, watcher.db)[name] {
				t.Error("buried amid a beat", err)
			}
			beat(other)
		} else {
			beat(other)
			beat(other)
		}
		beat(watcher)
		seen := map[int64]sighting{name: {4, time.Now().Add(-2 * time.Hour)}, 77: {1, time.Now()}}
		if !bury(seen) {
			t.Error("not buried")
		}
		if _, there := seen[77]; there {
			t.Error("a node that is gone is remembered")
		}
		// The buried one notices at its next beat, and goes on as another.
		if err := other.beat(t.Context()); err == nil || other.effects.name() != 0 {
			t.Errorf("%v; it is %d", err, other.effects.name())
		}
		beat(other)
		if now := other.effects.name(); now == 0 || now == name {
			t.Errorf("%d went on as %d", name, now)
		}
	})
}

// TestTwoNodesThatTakeUpTheSameRunEachOnce lets both at a pile that waits for
// anybody.
func TestTwoNodesThatTakeUpTheSameRunEachOnce(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		writer := node(t, url, Options{})
		const pile = 2*chunk + 10
		var keys []EffectKey
		for i := range int64(pile) {
			keys = append(keys, key(i%7, i))
		}
		do(t, writer, schedule(0, keys...))
		one, first := worker(t, url, Options{}, wide, nil)
		_, second := worker(t, url, Options{}, wide, nil)
		eventually(t, "all are done", func() bool { return left(t, one.db) == 0 })
		for _, k := range keys {
			got := append(first.of(k), second.of(k)...)
			if len(got) != 1 || got[0].Attempt != 0 {
				t.Fatalf("%v ran as %+v", k, got)
			}
		}
	})
}

// TestAnEffectLostWithTheAnswerOfItsCommitIsFound: it is this node's in the
// database, but not in its memory.
func TestAnEffectLostWithTheAnswerOfItsCommitIsFound(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		entered, release := make(chan struct{}, 1), make(chan struct{})
		e, r := worker(t, url, Options{Lease: time.Hour}, wide, func(_ context.Context, effect Effect) error {
			if effect.Subject == 1 {
				entered <- struct{}{}
				<-release
			}
			return nil
		})
		do(t, e, schedule(0, key(1, 1)))
		<-entered
		do(t, e, &op{decide: func(s *store.Set, now time.Time) { Schedule(s, key(1, 2), now.Add(time.Minute), now) }})
		if _, err := e.exec(t.Context(), "UPDATE effect SET owner = $1, due_at = created_at WHERE subject = 2", e.effects.name()); err != nil {
			t.Fatal(err)
		}
		if err := e.reclaim(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the lost one is done", func() bool { return left(t, e.db) == 1 })
		if got := r.of(key(1, 2)); len(got) != 1 || got[0].Attempt != 1 {
			t.Errorf("ran as %+v", got)
		}
		if got := pending(t, e.db)[1]; got.Attempt != 0 {
			t.Errorf("the running one was claimed again: %+v", got)
		}
		close(release)
		eventually(t, "all are done", func() bool { return left(t, e.db) == 0 })
		if got := r.of(key(1, 1)); len(got) != 1 {
			t.Errorf("ran as %+v", got)
		}
	})
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e, _ := worker(t, url, Options{}, wide, nil)
		do(t, e, schedule(0, key(1, 1)))
		do(t, e, schedule(time.Second, key(1, 2)))
		var wait sync.WaitGroup
		for range 2 { // the second finds nothing to do
			if err := e.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		wait.Wait()
		if left := nodes(t, e.db); len(left) != 0 {
			t.Errorf("nodes %v", left)
		}
		if err := e.Do(add(1, 1, nil)); !errors.Is(err, ErrClosed) {
			t.Errorf("error = %v", err)
		}
		if e.effects.lease.fuse.Stop() || e.effects.lease.ctx.Err() == nil {
			t.Error("the lease goes on")
		}
	})
}

func TestCloseWithoutStart(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		do(t, e, schedule(0, key(1, 1)))
		if got := pending(t, e.db)[1]; got.Owner != 0 {
			t.Errorf("a node without a lease owns %+v", got)
		}
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
