package store_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tolem/internal/store"
)

func texts() *rapid.Generator[string] {
	// PostgreSQL has no NUL in texts; the protocol refuses control characters.
	return rapid.OneOf(rapid.Just(""), rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 })))
}

func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		micros := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-1<<52, 1<<52)).Draw(t, "micros")
		if micros == 0 {
			return time.Time{}
		}
		return time.UnixMicro(micros).UTC()
	})
}

// allowed leaves out the one count that the table refuses.
func allowed(count int64) bool { return count != 666 }

func thingsOf(shop int64) *rapid.Generator[thing] {
	return rapid.Custom(func(t *rapid.T) thing {
		return thing{
			thingKey: thingKey{shop, texts().Draw(t, "name")},
			Count:    rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64})).Filter(allowed).Draw(t, "count"),
			Small:    rapid.Int().Draw(t, "small"),
			Text:     texts().Draw(t, "text"),
			Truth:    rapid.Bool().Draw(t, "truth"),
			Blob:     rapid.SliceOf(rapid.Byte()).Draw(t, "blob"),
			At:       instants().Draw(t, "at"),
			Born:     instants().Draw(t, "born"),
		}
	})
}

func TestEveryKindOfColumnComesBackAsItWas(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		shop := int64(0)
		rapid.Check(t, func(r *rapid.T) {
			shop++
			rows := rapid.SliceOfNDistinct(thingsOf(shop), 1, 8, func(row thing) string { return row.Name }).Draw(r, "rows")
			mustChange(t, db, nothing, func(s *store.Set) {
				for _, row := range rows {
					things.Insert(s, row)
				}
			})
			slices.SortFunc(rows, func(a, b thing) int { return strings.Compare(a.Name, b.Name) })
			if diff := cmp.Diff(rows, all(t, db, shop), cmpopts.EquateEmpty(), cmp.AllowUnexported(thing{})); diff != "" {
				r.Fatal(diff)
			}
			mustChange(t, db, func(s *store.Set) {
				for _, row := range rows {
					things.Want(s, row.thingKey)
				}
			}, func(s *store.Set) {
				for _, row := range rows {
					if got, ok := things.Get(s, row.thingKey); !ok || !cmp.Equal(got, row, cmpopts.EquateEmpty(), cmp.AllowUnexported(thing{})) {
						r.Fatalf("loaded %v %+v, want %+v", ok, got, row)
					}
				}
			})
		})
	})
}

// all are the things of a shop, by name.
func all(t testing.TB, db *store.DB, shop int64) (rows []thing) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		rows, err = things.Select(t.Context(), tx, "WHERE shop = $1", shop)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b thing) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

// TestSetsDoWhatAMapDoes runs transactions of random changes, some of them to
// rows that the same transaction changed before, against a map.
func TestSetsDoWhatAMapDoes(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		shop := int64(0)
		rapid.Check(t, func(r *rapid.T) {
			shop++
			model := map[thingKey]thing{}
			for range rapid.IntRange(1, 4).Draw(r, "transactions") {
				mustChange(t, db, func(s *store.Set) {
					for _, name := range "abc" {
						things.Want(s, thingKey{shop, string(name)})
					}
				}, func(s *store.Set) {
					for range rapid.IntRange(0, 8).Draw(r, "changes") {
						changeOne(r, s, thingKey{shop, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "name")}, model)
					}
				})
				got := map[thingKey]thing{}
				for _, row := range all(t, db, shop) {
					got[row.thingKey] = row
				}
				if diff := cmp.Diff(model, got, cmpopts.EquateEmpty(), cmp.AllowUnexported(thing{})); diff != "" {
					r.Fatal(diff)
				}
			}
		})
	})
}

// changeOne does to the set what it does to the model, and compares the two.
func changeOne(r *rapid.T, s *store.Set, key thingKey, model map[thingKey]thing) {
	row := thingsOf(key.Shop).Draw(r, "row")
	row.thingKey = key
	known, exists := model[key]
	switch {
	case !exists:
		things.Insert(s, row)
		model[key] = row
	case rapid.Bool().Draw(r, "delete"):
		things.Delete(s, key)
		delete(model, key)
	default:
		things.Update(s, row)
		row.Born = known.Born // fixed
		model[key] = row
	}
	want, exists := model[key]
	if got, ok := things.Get(s, key); ok != exists || !cmp.Equal(got, want, cmpopts.EquateEmpty(), cmp.AllowUnexported(thing{})) {
		r.Fatalf("the set has %v %+v, want %v %+v", ok, got, exists, want)
	}
}

func TestSetsRefuseWhatWasNotAskedFor(t *testing.T) {
	key, row := thingKey{1, "a"}, thing{thingKey: thingKey{1, "a"}}
	loaded := func(wanted ...thingKey) *store.Set {
		s := store.NewSet()
		for _, k := range wanted {
			things.Want(s, k)
		}
		s.Ready()
		return s
	}
	for name, c := range map[string]struct {
		want string
		f    func()
	}{
		"want after load":       {"wanted after the set was loaded", func() { things.Want(loaded(), key) }},
		"index want after load": {"wanted after the set was loaded", func() { byTeam.Want(loaded(), team{"red"}) }},
		"get":                   {"was not wanted", func() { things.Get(loaded(), key) }},
		"index get":             {"was not wanted", func() { byTeam.Get(loaded(), team{"red"}) }},
		"update":                {"not held", func() { things.Update(loaded(), row) }},
		"update of a hole":      {"not held", func() { things.Update(loaded(key), row) }},
		"delete of a hole":      {"not held", func() { things.Delete(loaded(key), key) }},
		"insert twice": {"inserted twice", func() {
			s := loaded(key)
			things.Insert(s, row)
			things.Insert(s, row)
		}},
		"delete from an index": {"keeps its rows", func() {
			s := loaded()
			visits.Insert(s, visit{visitKey: visitKey{1}})
			visits.Delete(s, visitKey{1})
		}},
	} {
		if got := panics(c.f); !strings.Contains(got, c.want) {
			t.Errorf("%s: panics with %q, want %q", name, got, c.want)
		}
	}
	if _, ok := things.Held(loaded(), key); ok {
		t.Error("an empty set holds a row")
	}
}

func TestWrittenAreTheRowsThatAreNewOrChanged(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		row := func(name string) thing { return thing{thingKey: thingKey{1, name}} }
		mustChange(t, db, nothing, func(s *store.Set) {
			for _, name := range []string{"same", "changed", "deleted", "replaced"} {
				things.Insert(s, row(name))
			}
		})
		mustChange(t, db, func(s *store.Set) {
			for _, name := range []string{"same", "changed", "deleted", "replaced"} {
				things.Want(s, thingKey{1, name})
			}
		}, func(s *store.Set) {
			if len(things.Written(s)) != 0 {
				t.Error("a set that was just loaded has written rows")
			}
			things.Update(s, row("changed"))
			things.Delete(s, thingKey{1, "deleted"})
			things.Delete(s, thingKey{1, "replaced"})
			things.Insert(s, row("replaced"))
			things.Insert(s, row("new"))
			things.Insert(s, row("gone"))
			things.Delete(s, thingKey{1, "gone"})
			var names []string
			for _, r := range things.Written(s) {
				names = append(names, r.Name)
			}
			slices.Sort(names)
			if diff := cmp.Diff([]string{"changed", "new", "replaced"}, names); diff != "" {
				t.Error(diff)
			}
		})
	})
}

func TestAFlushThatFindsOtherRowsFails(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		key := thingKey{1, "a"}
		mustChange(t, db, nothing, func(s *store.Set) { things.Insert(s, thing{thingKey: key, Text: "before"}) })
		for name, f := range map[string]func(*store.Set){
			"update": func(s *store.Set) { things.Update(s, thing{thingKey: key, Text: "after"}) },
			"delete": func(s *store.Set) { things.Delete(s, key) },
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				set := store.NewSet()
				things.Want(set, key)
				if err := set.Load(t.Context(), tx); err != nil {
					return err
				}
				f(set)
				if n, err := tx.Exec(t.Context(), "DELETE FROM thing WHERE shop = $1", key.Shop); err != nil || n != 1 {
					t.Fatal(n, err)
				}
				return set.Flush(t.Context(), tx)
			})
			if err == nil || !regexp.MustCompile("touched (0|other) rows, want 1").MatchString(err.Error()) {
				t.Errorf("%s: %v", name, err)
			}
			if row, ok := find(t, db, key); !ok || row.Text != "before" {
				t.Errorf("%s: %v %+v stays", name, ok, row)
			}
		}
	})
}

func TestWrongDescriptionsPanic(t *testing.T) {
	type untagged struct {
		thingKey
		Text string
	}
	type float struct {
		thingKey
		Number float64 `db:"number"`
	}
	type other struct {
		ID int64 `db:"id"`
	}
	type note struct {
		Note string `db:"note"`
	}
	for want, f := range map[string]func(){
		"no db tag":               func() { store.Describe("x", func(r *untagged) thingKey { return r.thingKey }) },
		"no column kind":          func() { store.Describe("x", func(r *float) thingKey { return r.thingKey }) },
		"key column shop":         func() { store.Describe("x", func(r *other) thingKey { return thingKey{} }) },
		"column note may change":  func() { store.NewLatest(visits, "rank", func(r *visit) (note, bool) { return note{}, true }, nil) },
		"column other may change": func() { store.NewLatest(visits, "other", func(r *visit) (team, bool) { return team{}, true }, nil) },
	} {
		if got := panics(f); !strings.Contains(got, want) {
			t.Errorf("panics with %q, want %q", got, want)
		}
	}
}

func ExampleTable_Columns() {
	fmt.Println(things.Name()+":", things.Columns("t."))
	// Output: thing: t.shop, t.name, t.count, t.small, t.text, t.truth, t.blob, t.at, t.born
}
