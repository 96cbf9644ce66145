package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/store"
)

// TestRowsThatAreAlikeComeBackAsTheyWere writes batches whose rows are alike in any
// columns, often enough for the statements to learn it, and to unlearn it again.
func TestRowsThatAreAlikeComeBackAsTheyWere(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		value := func(different bool, n int) int { // 0 where all are alike
			if different {
				return n
			}
			return 0
		}
		for batch := range 300 {
			differs := make([]bool, 7)
			for i := range differs {
				differs[i] = batch/60%2 == 1 && random.IntN(3) == 0 // none at all for sixty batches, then some
			}
			shop := int64(batch)
			want := make([]thing, 1+random.IntN(5))
			for i := range want {
				n := func(column int) int { return value(differs[column], i) }
				want[i] = thing{
					thingKey: thingKey{shop, fmt.Sprint(i)}, Count: int64(n(0)), Small: n(1), Text: fmt.Sprint("text", n(2)), Truth: n(3) == 1,
					Blob: []byte{byte(n(4))}, At: time.UnixMicro(int64(1 + n(5))).UTC(), Born: time.UnixMicro(int64(1 + n(6))).UTC(),
				}
			}
			wants := func(s *store.Set) {
				for _, row := range want {
					things.Want(s, row.thingKey)
				}
			}
			mustChange(t, db, nothing, func(s *store.Set) {
				for _, row := range want {
					things.Insert(s, thing{thingKey: row.thingKey, Born: row.Born})
				}
			})
			mustChange(t, db, wants, func(s *store.Set) {
				for _, row := range want {
					things.Update(s, row)
				}
			})
			if diff := cmp.Diff(want, all(t, db, shop), cmp.AllowUnexported(thing{})); diff != "" {
				t.Fatalf("batch %d (-want +got):\n%s", batch, diff)
			}
		}
		if db.Kind() == "sqlite" {
			return
		}
		var learned int64
		readByWriter(t, db, "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO thing%$5::text%'", &learned)
		if learned == 0 {
			t.Error("no statement takes a column once that is alike in all rows")
		}
	})
}

// readByWriter reads a number over a connection that writes.
func readByWriter(t *testing.T, db *store.DB, sql string, into *int64) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Query(t.Context(), sql, nil, func(scan func(...any) error) error { return scan(into) })
	})
	if err != nil {
		t.Fatal(err)
	}
}
