package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tolem/internal/store"
)

// TestManyReadersFindWhatIsThere: each its own row and no other, whoever asks
// together with it; what is not there is not found.
func TestManyReadersFindWhatIsThere(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		const rows, readers = 40, 200
		mustChange(t, db, nothing, func(s *store.Set) {
			for i := range rows {
				things.Insert(s, thing{thingKey: thingKey{1, fmt.Sprint(i)}, Count: int64(i)})
				visits.Insert(s, visit{visitKey{int64(i)}, fmt.Sprint("team ", i/2), int64(i), ""})
			}
		})
		byKey, byIndex := store.NewReader(db, things.Look, things.Get), store.NewReader(db, byTeam.Want, byTeam.Get)
		var all sync.WaitGroup
		for n := range readers {
			all.Go(func() {
				i := n % (rows + 10)
				row, found, err := byKey.Find(t.Context(), thingKey{1, fmt.Sprint(i)})
				if err != nil || found != (i < rows) || found && row.Count != int64(i) {
					t.Errorf("thing %d: %v %v %v", i, row.Count, found, err)
				}
				latest, found, err := byIndex.Find(t.Context(), team{fmt.Sprint("team ", i)})
				if err != nil || found != (i < rows/2) || found && latest.Rank != int64(2*i+1) {
					t.Errorf("team %d: %v %v %v", i, latest.Rank, found, err)
				}
			})
		}
		all.Wait()
	})
}

// TestAReaderSeesWhatWasCommittedBeforeItAsked.
func TestAReaderSeesWhatWasCommittedBeforeItAsked(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		reader := store.NewReader(db, things.Look, things.Get)
		stop := make(chan struct{})
		var others sync.WaitGroup
		for range 4 { // keep a query under way
			others.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _, _ = reader.Find(t.Context(), one)
					}
				}
			})
		}
		mustChange(t, db, nothing, func(s *store.Set) { things.Insert(s, thing{thingKey: one}) })
		for n := int64(1); n <= 100; n++ {
			mustChange(t, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) { things.Update(s, thing{thingKey: one, Count: n}) })
			if row, found, err := reader.Find(t.Context(), one); err != nil || !found || row.Count != n {
				t.Fatalf("after %d: %d %v %v", n, row.Count, found, err)
			}
		}
		close(stop)
		others.Wait()
	})
}

func TestAReaderTellsOfTroubleAndOfTimeThatIsOver(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		reader := store.NewReader(db, things.Look, things.Get)
		late, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := reader.Find(late, one); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "DROP TABLE thing")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, found, err := reader.Find(t.Context(), one); err == nil || found {
			t.Errorf("found %v without a table, %v", found, err)
		}
	})
}

func TestARowThatIsOnlyLookedAtCannotBeChanged(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		mustChange(t, db, nothing, func(s *store.Set) { things.Insert(s, thing{thingKey: one, Text: "there"}) })
		mustChange(t, db, func(s *store.Set) { things.Look(s, one) }, func(s *store.Set) {
			if row, ok := things.Get(s, one); !ok || row.Text != "there" {
				t.Errorf("%+v %v", row, ok)
			}
			if panics(func() { things.Update(s, thing{thingKey: one}) }) == "" {
				t.Error("changed although it is not locked")
			}
		})
		mustChange(t, db, func(s *store.Set) { things.Look(s, one); things.Want(s, one) }, func(s *store.Set) {
			things.Update(s, thing{thingKey: one, Text: "wanted as well"})
		})
		if row, _ := find(t, db, one); row.Text != "wanted as well" {
			t.Errorf("%+v", row)
		}
	})
}

// TestRowsAreWrittenUnseen: put replaces what is there or not, and keeps what is
// fixed of it; remove removes what is there or not.
func TestRowsAreWrittenUnseen(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	each(t, func(t *testing.T, db *store.DB) {
		born := thing{thingKey: one, Text: "first", Born: moment}
		mustChange(t, db, nothing, func(s *store.Set) { things.Put(s, born) })
		mustChange(t, db, nothing, func(s *store.Set) {
			things.Remove(s, one)
			things.Put(s, thing{thingKey: one, Text: "second", Born: moment.AddDate(1, 0, 0)})
			things.Put(s, thing{thingKey: one, Text: "third"})
			if row, ok := things.Get(s, one); !ok || row.Text != "third" {
				t.Errorf("%+v %v", row, ok)
			}
		})
		if row, ok := find(t, db, one); !ok || row.Text != "third" || !row.Born.Equal(moment) {
			t.Errorf("%v %+v", ok, row)
		}
		for range 2 {
			mustChange(t, db, nothing, func(s *store.Set) {
				things.Put(s, thing{thingKey: one, Text: "gone at once"})
				things.Remove(s, one)
				if _, ok := things.Get(s, one); ok {
					t.Error("removed, and there")
				}
			})
			if row, ok := find(t, db, one); ok {
				t.Errorf("%+v is there", row)
			}
		}
	})
}
