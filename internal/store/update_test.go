package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"tolem/internal/store"
	"tolem/internal/storetest"
)

var one = thingKey{1, "one"}

// count inserts the row, or adds one to what is there.
func count(ctx context.Context, db *store.DB, loaded func()) error {
	return change(ctx, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) {
		loaded()
		row, ok := things.Get(s, one)
		if row.Count++; ok {
			things.Update(s, row)
		} else {
			things.Insert(s, thing{thingKey: one, Count: row.Count})
		}
	})
}

func TestConcurrentIncrementsLoseNothing(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		const workers, times = 16, 12
		nodes := []*store.DB{open(t, url), open(t, url)}
		var wait sync.WaitGroup
		for i := range workers {
			wait.Go(func() {
				for range times {
					if err := count(t.Context(), nodes[i%2], func() {}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if row, _ := find(t, nodes[0], one); row.Count != workers*times {
			t.Errorf("counted to %d, want %d", row.Count, workers*times)
		}
	})
}

// TestTwoNodesThatInsertTheSameRow makes both find nothing before either writes,
// where several transactions can be that far at once.
func TestTwoNodesThatInsertTheSameRow(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		nodes := []*store.DB{open(t, url), open(t, url)}
		var both, wait sync.WaitGroup
		both.Add(2)
		for _, db := range nodes {
			wait.Go(func() {
				var once sync.Once
				err := count(t.Context(), db, func() {
					once.Do(func() {
						if both.Done(); db.Kind() == "postgres" {
							both.Wait()
						}
					})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if row, _ := find(t, nodes[0], one); row.Count != 2 {
			t.Errorf("counted to %d, want 2", row.Count)
		}
	})
}

// TestDeadlocksAreRepeated lets two transactions lock two rows crosswise, as sets
// never do.
func TestDeadlocksAreRepeated(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		if db.Kind() == "sqlite" {
			t.Skip("one writer")
		}
		names := []string{"one", "two"}
		mustChange(t, db, nothing, func(s *store.Set) {
			for _, name := range names {
				things.Insert(s, thing{thingKey: thingKey{1, name}})
			}
		})
		var both, wait sync.WaitGroup
		both.Add(2)
		for i := range names {
			wait.Go(func() {
				var once sync.Once
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					for j := range names {
						if _, err := tx.Exec(t.Context(), "UPDATE thing SET count = count + 1 WHERE shop = 1 AND name = $1", names[(i+j)%2]); err != nil {
							return err
						}
						once.Do(func() {
							both.Done()
							both.Wait()
						})
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, row := range all(t, db, 1) {
			if row.Count != 2 {
				t.Errorf("%s counted to %d, want 2", row.Name, row.Count)
			}
		}
	})
}

func TestAnUpdateThatFailsLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		broken := errors.New("broken")
		insert := func(ctx context.Context, tx *store.Tx, name string, number int64) error {
			set := store.NewSet()
			set.Ready()
			things.Insert(set, thing{thingKey: thingKey{1, name}, Count: number})
			return set.Flush(ctx, tx)
		}
		for name, f := range map[string]func(context.Context, context.CancelFunc, *store.Tx) error{
			"error": func(context.Context, context.CancelFunc, *store.Tx) error { return broken },
			"panic": func(context.Context, context.CancelFunc, *store.Tx) error { panic(broken) },
			"constraint": func(ctx context.Context, _ context.CancelFunc, tx *store.Tx) error {
				return insert(ctx, tx, "refused", 666)
			},
			"cancelled": func(ctx context.Context, cancel context.CancelFunc, tx *store.Tx) error {
				cancel()
				return insert(ctx, tx, "late", 0)
			},
		} {
			ctx, cancel := context.WithCancel(t.Context())
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = p.(error)
					}
				}()
				return db.Update(ctx, func(tx *store.Tx) error {
					if err := insert(ctx, tx, name, 0); err != nil {
						return err
					}
					return f(ctx, cancel, tx)
				})
			}()
			cancel()
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if rows := all(t, db, 1); len(rows) != 0 {
				t.Errorf("%s: %+v stays", name, rows)
			}
			if err := count(t.Context(), db, func() {}); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
			mustChange(t, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) { things.Delete(s, one) })
		}
	})
}

func TestADoneContextStartsNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := count(ctx, db, func() { t.Error("it was run") }); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestASnapshotDoesNotMove(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		number := func(tx *store.Tx) (n int64) {
			err := tx.Query(t.Context(), "SELECT COUNT(*) FROM thing", nil, func(scan func(...any) error) error { return scan(&n) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for name, c := range map[string]struct {
			read func(context.Context, func(*store.Tx) error) error
			sees int64
		}{"snapshot": {db.Snapshot, 0}, "view": {db.View, 1}} {
			err := c.read(t.Context(), func(tx *store.Tx) error {
				before := number(tx)
				if err := count(t.Context(), db, func() {}); err != nil {
					return err
				}
				if after := number(tx); after != before+c.sees {
					t.Errorf("%s: %d rows, then %d", name, before, after)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			mustChange(t, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) { things.Delete(s, one) })
		}
		if err := db.Snapshot(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "DELETE FROM thing")
			return err
		}); err == nil {
			t.Error("a snapshot was written to")
		}
		if err := count(t.Context(), db, func() {}); err != nil {
			t.Error(err)
		}
	})
}
