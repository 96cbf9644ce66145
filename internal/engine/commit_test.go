package engine

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
)

func TestAnAnswerComesAfterTheCommit(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		var before, told int64
		o := add(1, 7, func(*store.Set) { before = count(t, e.db, 1) })
		o.committed = func() { told = count(t, e.db, 1) }
		do(t, e, o)
		if after := count(t, e.db, 1); before != 0 || told != 7 || after != 7 {
			t.Errorf("others see %d while it is decided, %d when Committed is called, %d after the answer", before, told, after)
		}
	})
}

// TestOneBadOperationFailsAlone puts one among 99 others of the same batch.
func TestOneBadOperationFailsAlone(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		bad := map[string]*op{
			"panic in decide": {decide: func(*store.Set, time.Time) { panic("decide") }},
			"panic in want":   {want: func(*store.Set) { panic("want") }, decide: func(*store.Set, time.Time) {}},
			"check":           add(500, 1000000, nil),
			"unheld row":      {decide: func(s *store.Set, _ time.Time) { counters.Update(s, counter{counterKey{999}, 1}) }},
			"taken key": {decide: func(s *store.Set, _ time.Time) {
				counters.Insert(s, counter{counterKey{1000}, 0})
			}},
		}
		do(t, e, add(1000, 5, nil))
		for name, o := range bad {
			var committed atomic.Bool
			o.committed = func() { committed.Store(true) }
			open := gate(e)
			var wait sync.WaitGroup
			for i := range int64(100) {
				wait.Go(func() {
					if i == 42 {
						if err := e.Do(o); err == nil || committed.Load() {
							t.Errorf("%s: no error", name)
						}
						return
					}
					if err := e.Do(add(i, 1, nil)); err != nil {
						t.Errorf("%s: a good operation failed: %v", name, err)
					}
				})
			}
			queued(t, e, 100)
			open()
			wait.Wait()
		}
		for i := range int64(100) {
			if n := count(t, e.db, i); i != 42 && n != int64(len(bad)) {
				t.Errorf("counter %d is %d, want %d", i, n, len(bad))
			}
		}
		if a, b := count(t, e.db, 500), count(t, e.db, 1000); a != 0 || b != 5 {
			t.Errorf("the bad operations left %d and %d", a, b)
		}
	})
}

func TestOperationsThatWaitGoTogether(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		for _, c := range []struct{ batch, want int }{{0, 1}, {10, 5}} {
			e := node(t, url, Options{Batch: c.batch})
			var mu sync.Mutex
			sets := map[*store.Set]int{}
			note := func(s *store.Set) {
				mu.Lock()
				defer mu.Unlock()
				sets[s]++
			}
			before := count(t, e.db, 1)
			open := gate(e)
			var wait sync.WaitGroup
			for range 50 {
				wait.Go(func() {
					if err := e.Do(add(1, 1, note)); err != nil {
						t.Error(err)
					}
				})
			}
			queued(t, e, 50)
			open()
			wait.Wait()
			if n := count(t, e.db, 1) - before; n != 50 || len(sets) != c.want {
				t.Errorf("%d operations in %d transactions, want %d", n, len(sets), c.want)
			}
			clear(sets)
			do(t, e, add(1, 1, note))
			if len(sets) != 1 {
				t.Errorf("a lone operation takes %d transactions", len(sets))
			}
		}
	})
}

func TestBatchesFormUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		var sets sync.Map
		var wait sync.WaitGroup
		for range 32 {
			wait.Go(func() {
				for range 8 {
					if err := e.Do(add(1, 1, func(s *store.Set) { sets.Store(s, true) })); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		transactions := 0
		sets.Range(func(any, any) bool { transactions++; return true })
		if n := count(t, e.db, 1); n != 256 || transactions >= 256 {
			t.Errorf("%d operations in %d transactions", n, transactions)
		}
	})
}

func TestAFullQueueIsBusy(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{Queue: 4})
		open := gate(e)
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if err := e.Do(add(1, 1, nil)); err != nil {
					t.Error(err)
				}
			})
		}
		queued(t, e, 4)
		if err := e.Do(add(1, 100, nil)); !errors.Is(err, ErrBusy) {
			t.Errorf("error = %v", err)
		}
		open()
		wait.Wait()
		if n := count(t, e.db, 1); n != 4 {
			t.Errorf("counted to %d, want 4", n)
		}
	})
}

func TestCloseFinishesWhatWasHandedOver(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		open := gate(e)
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if err := e.Do(add(1, 1, nil)); err != nil {
					t.Error(err)
				}
			})
		}
		queued(t, e, 10)
		wait.Go(func() {
			if err := e.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		eventually(t, "Close has begun", func() bool {
			e.mu.RLock()
			defer e.mu.RUnlock()
			return e.closed
		})
		if err := e.Do(add(1, 100, nil)); !errors.Is(err, ErrClosed) {
			t.Errorf("error = %v", err)
		}
		open()
		wait.Wait()
		if n := count(t, e.db, 1); n != 10 {
			t.Errorf("counted to %d, want 10", n)
		}
	})
}

func TestAPanicAfterTheCommitChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		e := node(t, url, Options{})
		o := add(1, 1, nil)
		o.committed = func() { panic("committed") }
		do(t, e, o)
		do(t, e, add(1, 1, nil))
		if n := count(t, e.db, 1); n != 2 {
			t.Errorf("counted to %d, want 2", n)
		}
	})
}

// TestADeadDatabaseFailsTheWholeBatch: a batch is not tried again in halves when
// it may have been committed already.
func TestADeadDatabaseFailsTheWholeBatch(t *testing.T) {
	cluster, err := pgtest.StartCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	db, err := store.Open(t.Context(), cluster.URL("postgres"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.MigrateFrom(t.Context(), tables, "tables_version"); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	e := New(db, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	t.Cleanup(func() { e.Close(context.Background()) })
	do(t, e, add(1, 1, nil))
	open := gate(e)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			err := e.Do(add(1, 1, nil))
			if err == nil || !e.db.Unavailable(err) || strings.Contains(err.Error(), "panic") {
				t.Errorf("error = %v", err)
			}
		})
	}
	queued(t, e, 10)
	cluster.Kill()
	open()
	wait.Wait()
	if failed := log.String(); !strings.Contains(failed, "operations=10 ") || strings.Contains(failed, "operations=5 ") {
		t.Errorf("log: %s", failed)
	}
	if err := cluster.Restart(); err != nil {
		t.Fatal(err)
	}
	do(t, e, &op{
		want: func(s *store.Set) { counters.Want(s, counterKey{1}) },
		decide: func(s *store.Set, _ time.Time) {
			if c, _ := counters.Get(s, counterKey{1}); c.N != 1 {
				t.Errorf("counted to %d, want 1", c.N)
			}
		},
	})
}
