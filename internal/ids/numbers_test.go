package ids

import (
	"context"
	"slices"
	"sync"
	"testing"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestNumbersAreUniqueAcrossNodesAndGoroutines(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		const workers, each = 8, 100
		nodes := []*Numbers{
			NewNumbers(storetest.Open(t, url), "payment", 7),
			NewNumbers(storetest.Open(t, url), "payment", 10), // blocks may differ
		}
		var wait sync.WaitGroup
		issued := make([][]int64, workers)
		for w := range workers {
			wait.Go(func() {
				for range each {
					number, err := nodes[w%2].Next(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					issued[w] = append(issued[w], number)
				}
			})
		}
		wait.Wait()
		for w := range workers {
			if !slices.IsSorted(issued[w]) {
				t.Errorf("worker %d got %v", w, issued[w])
			}
		}
		all := slices.Concat(issued...)
		slices.Sort(all)
		if len(slices.Compact(slices.Clone(all))) != workers*each {
			t.Error("a number was issued twice")
		}
		// Few are lost: at most a block for each node.
		if all[0] != first || all[len(all)-1] >= first+workers*each+7+10 {
			t.Errorf("from %d to %d", all[0], all[len(all)-1])
		}
	})
}

func TestSequencesAreIndependentAndGoOnAfterARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		next := func(n *Numbers) int64 {
			t.Helper()
			number, err := n.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return number
		}
		payments, callbacks := NewNumbers(db, "payment", 10), NewNumbers(db, "callback", 1)
		got := []int64{next(payments), next(callbacks), next(payments), next(callbacks), next(NewNumbers(db, "payment", 10))}
		want := []int64{first, first, first + 1, first + 1, first + 10}
		if !slices.Equal(got, want) {
			t.Errorf("issued %v, want %v", got, want)
		}
	})
}

// TestABlockThatIsNotCommittedIsNotUsed lets a reservation fail at its commit.
func TestABlockThatIsNotCommittedIsNotUsed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if db.Kind() != "postgres" {
			t.Skip("no constraint of SQLite waits for the commit")
		}
		exec := func(statement string) {
			t.Helper()
			if err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), statement)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$")
		exec("CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON number_block DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()")
		n := NewNumbers(db, "payment", 10)
		for range 2 {
			if number, err := n.Next(t.Context()); err == nil {
				t.Fatalf("issued %d", number)
			}
		}
		exec("DROP TRIGGER refuse ON number_block")
		if number, err := n.Next(t.Context()); err != nil || number != first {
			t.Errorf("issued %d, %v", number, err)
		}
	})
}

func TestACallerThatGaveUpSpoilsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		n := NewNumbers(db, "payment", 10)
		if number, err := n.Next(ctx); err != nil || number != first {
			t.Errorf("issued %d, %v", number, err)
		}
	})
}
