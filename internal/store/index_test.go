package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tolem/internal/store"
)

// TestLatestIsTheHighestOfItsKind runs transactions that add visits to teams,
// and compares what the index says in the set and outside with the model.
func TestLatestIsTheHighestOfItsKind(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		id := int64(0)
		rapid.Check(t, func(r *rapid.T) {
			// Teams of their own for every run; "" is left out of the index.
			names := []string{"", rapid.StringMatching("[a-z]{8}").Draw(r, "team"), rapid.StringMatching("[A-Z]{8}").Draw(r, "other")}
			highest, taken := map[string]visit{}, map[string]map[int64]bool{}
			for _, name := range names {
				row, ok := outside(t, db, name)
				if taken[name] = map[int64]bool{}; ok && name != "" {
					highest[name], taken[name][row.Rank] = row, true
				}
			}
			for range rapid.IntRange(1, 3).Draw(r, "transactions") {
				mustChange(t, db, func(s *store.Set) {
					for _, name := range names[1:] {
						byTeam.Want(s, team{name})
					}
				}, func(s *store.Set) {
					for range rapid.IntRange(0, 4).Draw(r, "visits") {
						id++
						row := visit{visitKey{id}, rapid.SampledFrom(names).Draw(r, "of"), rapid.Int64Range(0, 1<<40).Draw(r, "rank"), "new"}
						if row.Team == "" {
							row.Rank = -id
						}
						if taken[row.Team][row.Rank] {
							continue
						}
						taken[row.Team][row.Rank] = true
						visits.Insert(s, row)
						if known, ok := highest[row.Team]; !ok || known.Rank < row.Rank {
							highest[row.Team] = row
						}
						for _, name := range names[1:] {
							got, ok := byTeam.Get(s, team{name})
							compare(r, got, ok, highest, name)
						}
					}
				})
				for _, name := range names[1:] {
					got, ok := outside(t, db, name)
					compare(r, got, ok, highest, name)
				}
			}
		})
	})
}

func outside(t testing.TB, db *store.DB, name string) (row visit, ok bool) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		row, ok, err = byTeam.Find(t.Context(), tx, team{name})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return row, ok
}

func compare(r *rapid.T, got visit, ok bool, highest map[string]visit, name string) {
	want, exists := highest[name]
	if ok != exists || !cmp.Equal(got, want, cmp.AllowUnexported(visit{})) {
		r.Fatalf("latest of %q is %v %+v, want %v %+v", name, ok, got, exists, want)
	}
}

func TestAChangeShowsThroughTheIndex(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustChange(t, db, nothing, func(s *store.Set) {
			visits.Insert(s, visit{visitKey{1}, "red", 1, "old"})
			visits.Insert(s, visit{visitKey{2}, "red", 2, "old"})
		})
		mustChange(t, db, func(s *store.Set) {
			byTeam.Want(s, team{"red"})
			visits.Want(s, visitKey{1})
			visits.Want(s, visitKey{2})
		}, func(s *store.Set) {
			visits.Update(s, visit{visitKey{1}, "red", 1, "new"})
			if latest, _ := byTeam.Get(s, team{"red"}); latest.ID != 2 || latest.Note != "old" {
				t.Errorf("a change of the older row makes the latest %+v", latest)
			}
			visits.Update(s, visit{visitKey{2}, "blue", 9, "new"}) // team and rank are fixed
			if latest, _ := byTeam.Get(s, team{"red"}); latest.ID != 2 || latest.Note != "new" || latest.Rank != 2 {
				t.Errorf("latest is %+v", latest)
			}
		})
		if latest, _ := outside(t, db, "red"); latest.ID != 2 || latest.Note != "new" || latest.Rank != 2 {
			t.Errorf("latest is %+v in the database", latest)
		}
	})
}

func TestARowThatAnIndexFoundMayNotBeChanged(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustChange(t, db, nothing, func(s *store.Set) { visits.Insert(s, visit{visitKey{1}, "red", 1, ""}) })
		mustChange(t, db, func(s *store.Set) { byTeam.Want(s, team{"red"}) }, func(s *store.Set) {
			latest, _ := byTeam.Get(s, team{"red"})
			if got := panics(func() { visits.Update(s, latest) }); got == "" {
				t.Error("a row that is not locked was changed")
			}
			if held, ok := visits.Held(s, latest.visitKey); !ok || held != latest {
				t.Errorf("held: %v %+v", ok, held)
			}
		})
	})
}

// TestARowThatAppearsDuringLoadIsReadAnew holds up the reading of one row by its
// lock until another row, that was looked for by key in vain, is there for the
// index to find: only where several transactions write at once.
func TestARowThatAppearsDuringLoadIsReadAnew(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		if db.Kind() == "sqlite" {
			t.Skip("one writer")
		}
		mustChange(t, db, nothing, func(s *store.Set) { visits.Insert(s, visit{visitKey{1}, "red", 1, ""}) })
		locked, done := make(chan struct{}), make(chan error)
		go func() {
			done <- change(t.Context(), db, func(s *store.Set) { visits.Want(s, visitKey{1}) }, func(s *store.Set) {
				visits.Insert(s, visit{visitKey{2}, "red", 2, ""})
				close(locked)
				awaitLock(t, db)
			})
		}()
		<-locked
		tries := 0
		mustChange(t, db, func(s *store.Set) {
			tries++
			visits.Want(s, visitKey{1})
			visits.Want(s, visitKey{2})
			byTeam.Want(s, team{"red"})
		}, func(s *store.Set) {
			latest, _ := byTeam.Get(s, team{"red"})
			latest.Note = "changed"
			visits.Update(s, latest)
		})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if latest, _ := outside(t, db, "red"); tries != 2 || latest.ID != 2 || latest.Note != "changed" {
			t.Errorf("after %d tries the latest is %+v", tries, latest)
		}
	})
}

// awaitLock waits until somebody waits for a row.
func awaitLock(t *testing.T, db *store.DB) {
	for waiting := int64(0); waiting == 0; {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Query(t.Context(), "SELECT COUNT(*) FROM pg_locks WHERE NOT granted", nil,
				func(scan func(...any) error) error { return scan(&waiting) })
		})
		if err != nil {
			t.Error(err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}
