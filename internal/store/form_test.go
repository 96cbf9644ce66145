package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/store"
	"tolem/internal/storetest"
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
		learnt(t, db, "INSERT INTO thing%$5::text%")
	})
}

// TestConditionsThatAreAlikeAreStillCompared does the same to things of one name in three shops
// until the statements have learnt that the name is alike, and once more after another node has
// put something else in one of the places.
func TestConditionsThatAreAlikeAreStillCompared(t *testing.T) {
	const none = -1
	for name, c := range map[string]struct {
		want  func(*store.Set, thingKey)
		count int64 // of each at first
		then  func(*store.Set, thing)
		learn string
	}{
		"read":   {things.Want, 0, func(*store.Set, thing) {}, "SELECT 1 /%least%FOR UPDATE%"},
		"look":   {things.Look, 0, func(*store.Set, thing) {}, "SELECT 1 /%least%"},
		"update": {things.Want, 0, func(s *store.Set, row thing) { row.Small++; things.Update(s, row) }, "WITH touched AS (UPDATE%least%"},
		"replace": {things.Want, 0, func(s *store.Set, row thing) {
			things.Delete(s, row.thingKey)
			row.Small++
			things.Insert(s, row)
		}, "WITH touched AS (DELETE%least%"},
		"miss": {things.WantNone, none, func(*store.Set, thing) {}, "SELECT 1 /%least%"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachURL(t, func(t *testing.T, url string) {
				db, other := open(t, url), open(t, url)
				keys := []thingKey{{1, "same"}, {2, "same"}, {3, "same"}}
				want := []int64{c.count, c.count, c.count}
				if c.count != none {
					mustChange(t, db, nothing, func(s *store.Set) {
						for _, key := range keys {
							things.Insert(s, thing{thingKey: key})
						}
					})
				}
				var small int
				pass := func() {
					seen, tries := make([]int64, len(keys)), 0
					mustChange(t, db, func(s *store.Set) {
						for _, key := range keys {
							c.want(s, key)
						}
					}, func(s *store.Set) {
						tries++
						for i, key := range keys {
							row, ok := things.Get(s, key)
							if seen[i] = none; ok {
								seen[i], small = row.Count, row.Small
								c.then(s, row)
							}
						}
					})
					if !slices.Equal(seen, want) {
						t.Fatalf("counts %d after %d tries, want %d", seen, tries, want)
					}
				}
				for range 100 {
					pass()
				}
				if db.Kind() == "postgres" {
					learnt(t, db, c.learn)
				}
				want[1] = 1000
				mustChange(t, other, func(s *store.Set) { things.Want(s, keys[1]) }, func(s *store.Set) {
					things.Put(s, thing{thingKey: keys[1], Count: want[1], Small: small})
				})
				pass()
			})
		})
	}
}

// TestConditionsThatAreAlikeAreNoReasonToReadAll has PostgreSQL plan an update of rows of one name
// while it takes the table for small, and looks which way it goes.
func TestConditionsThatAreAlikeAreNoReasonToReadAll(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		if db.Kind() == "sqlite" {
			t.Skip("takes a row at a time")
		}
		keys := []thingKey{{1, "same"}, {2, "same"}, {3, "same"}}
		wants := func(s *store.Set) {
			for _, key := range keys {
				things.Want(s, key)
			}
		}
		mustChange(t, db, nothing, func(s *store.Set) {
			for _, key := range keys {
				things.Insert(s, thing{thingKey: key})
			}
		})
		for range 100 {
			mustChange(t, db, wants, func(s *store.Set) {
				for _, key := range keys {
					row, _ := things.Get(s, key)
					row.Small++
					things.Update(s, row)
				}
			})
		}
		var name string
		var arguments int64
		var plan strings.Builder
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			err := tx.Query(t.Context(), "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement LIKE 'WITH touched AS (UPDATE thing%least%'", nil,
				func(scan func(...any) error) error { return scan(&name, &arguments) })
			if err != nil {
				return err
			}
			explain := fmt.Sprintf(`EXPLAIN EXECUTE "%s" (%s)`, name, strings.Repeat("NULL, ", int(arguments-1))+"NULL")
			return tx.Query(t.Context(), explain, nil, func(scan func(...any) error) error {
				var line string
				err := scan(&line)
				plan.WriteString(line + "\n")
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan.String(), "Index Cond: ((shop = ($1)[i.i]) AND (name = ($2)[LEAST(i.i, 1)]))") {
			t.Errorf("rows are not found by their whole key:\n%s", plan.String())
		}
	})
}

// learnt fails unless a statement like this is prepared, which takes a column once.
func learnt(t *testing.T, db *store.DB, pattern string) {
	t.Helper()
	var statements int64
	readByWriter(t, db, "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '"+pattern+"'", &statements)
	if statements == 0 {
		t.Errorf("no statement takes a column once that is alike in all rows: %s", pattern)
	}
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
