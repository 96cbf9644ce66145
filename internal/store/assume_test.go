package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/store"
	"tolem/internal/storetest"
)

// remember makes a node know the things of shop 1 by these names, each counted to 0.
func remember(t *testing.T, db *store.DB, names ...string) {
	t.Helper()
	mustChange(t, db, nothing, func(s *store.Set) {
		for _, name := range names {
			things.Insert(s, thing{thingKey: thingKey{1, name}})
		}
	})
}

// byHand makes a change that no node notices.
func byHand(t *testing.T, db *store.DB, sql string, args ...any) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsRememberedIsNotAskedFor lets another transaction hold the row: whoever
// asked for it would wait before deciding.
func TestWhatIsRememberedIsNotAskedFor(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, other := open(t, url), open(t, url)
		if db.Kind() == "sqlite" {
			t.Skip("has nobody to ask")
		}
		remember(t, db, "one")
		decided, release := make(chan bool), make(chan bool)
		var wait sync.WaitGroup
		wait.Go(func() {
			err := other.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), "UPDATE thing SET count = 10 WHERE name = 'one'")
				wait.Go(func() {
					var once sync.Once
					if err := count(t.Context(), db, func() { once.Do(func() { close(decided) }) }); err != nil {
						t.Error(err)
					}
				})
				<-release
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		select {
		case <-decided:
		case <-time.After(10 * time.Second):
			t.Error("it waits for a row that it remembers")
		}
		close(release)
		wait.Wait()
		if row, _ := find(t, db, one); row.Count != 11 {
			t.Errorf("counted to %d, want 11: the other's change is lost", row.Count)
		}
	})
}

// TestAWrongMemoryDecidesNothing: what is decided on rows that others have changed
// meanwhile is decided again, whatever is done with them.
func TestAWrongMemoryDecidesNothing(t *testing.T) {
	two := thingKey{1, "two"}
	want := func(s *store.Set) { things.Want(s, one) }
	for name, c := range map[string]struct {
		want   func(*store.Set)
		decide func(s *store.Set, row thing, ok bool)
	}{
		"update":        {want, func(s *store.Set, row thing, ok bool) { row.Small++; things.Update(s, row) }},
		"delete":        {want, func(s *store.Set, row thing, ok bool) { things.Delete(s, one) }},
		"replace":       {want, func(s *store.Set, row thing, ok bool) { things.Delete(s, one); things.Insert(s, row) }},
		"only read":     {want, func(s *store.Set, row thing, ok bool) {}},
		"write another": {want, func(s *store.Set, row thing, ok bool) { things.Insert(s, thing{thingKey: two}) }},
		"only look":     {func(s *store.Set) { things.Look(s, one) }, func(s *store.Set, row thing, ok bool) {}},
		"probably none": {func(s *store.Set) { things.WantNone(s, one) }, func(s *store.Set, row thing, ok bool) {}},
		"read one of two": {func(s *store.Set) { things.Want(s, one); things.Want(s, thingKey{1, "three"}) }, func(s *store.Set, row thing, ok bool) {
			three, _ := things.Get(s, thingKey{1, "three"})
			three.Count++
			things.Update(s, three)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB) {
				remember(t, db, "one", "three")
				byHand(t, db, "UPDATE thing SET count = 7 WHERE name = 'one'")
				var seen []int64
				mustChange(t, db, c.want, func(s *store.Set) {
					row, ok := things.Get(s, one)
					seen = append(seen, row.Count)
					c.decide(s, row, ok)
				})
				if last := seen[len(seen)-1]; last != 7 || db.Kind() == "postgres" && len(seen) != 2 {
					t.Errorf("decided on %d, want 7 in the end, and 0 before where rows are remembered", seen)
				}
			})
		})
	}
}

// TestARowThatIsGoneIsNotRemembered, nor one that is not there is taken to be.
func TestARowThatIsGoneIsNotRemembered(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		remember(t, db, "one")
		byHand(t, db, "DELETE FROM thing")
		for range 2 {
			mustChange(t, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) {
				if row, ok := things.Get(s, one); ok {
					row.Count++
					things.Update(s, row) // of which nothing may become
				}
			})
		}
		if row, ok := find(t, db, one); ok {
			t.Errorf("there is %+v", row)
		}
	})
}

// TestProbablyNoneIsMadeSure: whoever wants a row that is probably not there sees it
// when it is, whether it would insert it or only know.
func TestProbablyNoneIsMadeSure(t *testing.T) {
	red := team{"red"}
	for name, c := range map[string]struct {
		want   func(*store.Set)
		there  func(*store.Set) bool
		insert func(*store.Set)
		hand   string
	}{
		"row": {
			func(s *store.Set) { things.WantNone(s, one) },
			func(s *store.Set) bool { _, ok := things.Get(s, one); return ok },
			func(s *store.Set) { things.Insert(s, thing{thingKey: one}) },
			"INSERT INTO thing (shop, name, count, small, text, truth, blob, at, born) VALUES (1, 'one', 0, 0, '', FALSE, '', 0, 0)",
		},
		"index": {
			func(s *store.Set) { byTeam.WantNone(s, red) },
			func(s *store.Set) bool { _, ok := byTeam.Get(s, red); return ok },
			func(s *store.Set) { visits.Insert(s, visit{visitKey{2}, red.Team, 1, ""}) },
			"INSERT INTO visit (id, team, rank, note) VALUES (1, 'red', 1, '')",
		},
	} {
		for do, inserts := range map[string]bool{"insert": true, "only know": false} {
			t.Run(name+", "+do, func(t *testing.T) {
				each(t, func(t *testing.T, db *store.DB) {
					take := func() (there bool) {
						mustChange(t, db, c.want, func(s *store.Set) {
							if there = c.there(s); inserts && !there {
								c.insert(s)
							}
						})
						return there
					}
					if !inserts && take() {
						t.Error("it is there before anybody put it there")
					}
					byHand(t, db, c.hand)
					for range 3 {
						if !take() {
							t.Error("it is not seen")
						}
					}
				})
			})
		}
	}
}

// TestARowThatIsRememberedNeedNotBeTheLatest of its index, even where probably there
// is none.
func TestARowThatIsRememberedNeedNotBeTheLatest(t *testing.T) {
	visits := store.Describe("visit", func(r *visit) visitKey { return r.visitKey }).Remembered(100)
	byTeam := store.NewLatest(visits, "rank",
		func(r *visit) (team, bool) { return team{r.Team}, true },
		func(r *visit) int64 { return r.Rank })
	each(t, func(t *testing.T, db *store.DB) {
		mustChange(t, db, nothing, func(s *store.Set) { visits.Insert(s, visit{visitKey{1}, "red", 1, ""}) })
		byHand(t, db, "INSERT INTO visit (id, team, rank, note) VALUES (2, 'red', 2, '')")
		var latest visit
		mustChange(t, db, func(s *store.Set) {
			visits.Want(s, visitKey{1})
			byTeam.WantNone(s, team{"red"})
		}, func(s *store.Set) { latest, _ = byTeam.Get(s, team{"red"}) })
		if latest.ID != 2 {
			t.Errorf("the latest is %+v", latest)
		}
	})
}

// TestWhatIsRememberedIsWhatTheDatabaseGivesBack, to the microsecond.
func TestWhatIsRememberedIsWhatTheDatabaseGivesBack(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		want := thing{thingKey: one, Blob: []byte("blob"), At: time.Unix(1_700_000_000, 123_456_789), Born: time.Unix(1_600_000_000, 1)}
		mustChange(t, db, nothing, func(s *store.Set) { things.Insert(s, want) })
		stored, _ := find(t, db, one)
		mustChange(t, db, func(s *store.Set) { things.Want(s, one) }, func(s *store.Set) {
			if held, ok := things.Get(s, one); !ok || held.At != stored.At || held.Born != stored.Born {
				t.Errorf("remembered %+v, stored %+v", held, stored)
			}
		})
	})
}

// TestNodesThatRememberSeeOneOrder: two nodes that all write to, read and look at a
// few rows. Two of these always count alike, and nobody sees less than was there when
// it began.
func TestNodesThatRememberSeeOneOrder(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		nodes := []*store.DB{open(t, url), open(t, url)}
		const pairs, workers, rounds = 3, 8, 60
		pair := func(n int) [2]thingKey {
			return [2]thingKey{{1, fmt.Sprint("left ", n)}, {1, fmt.Sprint("right ", n)}}
		}
		for n := range pairs {
			remember(t, nodes[0], pair(n)[0].Name, pair(n)[1].Name)
		}
		var counted [pairs]atomic.Int64
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(w)))
				for range rounds {
					n, writes := random.IntN(pairs), random.IntN(2) == 0
					keys, least := pair(n), counted[n].Load()
					var left, right thing
					err := change(t.Context(), nodes[random.IntN(2)], func(s *store.Set) {
						things.Want(s, keys[0])
						things.Want(s, keys[1])
					}, func(s *store.Set) {
						left, _ = things.Get(s, keys[0])
						right, _ = things.Get(s, keys[1])
						if writes {
							left.Count++
							right.Count++
							things.Update(s, left)
							things.Update(s, right)
						}
					})
					switch {
					case err != nil:
						t.Error(err)
					case left.Count != right.Count || left.Count < least:
						t.Errorf("%d and %d, when it was %d already", left.Count, right.Count, least)
					case writes:
						counted[n].Add(1)
					}
				}
			})
		}
		wait.Wait()
		for n := range pairs {
			if row, _ := find(t, nodes[0], pair(n)[1]); row.Count != counted[n].Load() {
				t.Errorf("pair %d counted to %d, want %d", n, row.Count, counted[n].Load())
			}
		}
	})
}

// TestWhoWasWrongAsksForAWhile: a node whose rows others change all the time does not
// go on doing everything twice.
// TestWhatIsNotFlushedIsNotBelieved: an update that only reads decides on what is there.
func TestWhatIsNotFlushedIsNotBelieved(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := open(t, url)
		remember(t, db, "one")
		byHand(t, db, "UPDATE thing SET count = 10")
		var seen int64
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			s := store.NewSet()
			things.Want(s, one)
			err := s.Load(t.Context(), tx)
			row, _ := things.Get(s, one)
			seen = row.Count
			return err
		})
		if err != nil || seen != 10 {
			t.Errorf("saw %d, want 10: %v", seen, err)
		}
		if told := db.Assumptions(); db.Kind() == "postgres" && told.Wrong != 1 {
			t.Errorf("counts %+v, want 1 wrong", told)
		}
	})
}

func TestWhoWasWrongAsksForAWhile(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, other := open(t, url), open(t, url)
		remember(t, db, "one")
		decided := 0
		const times = 60
		for range times {
			if err := count(t.Context(), other, func() {}); err != nil {
				t.Fatal(err)
			}
			if err := count(t.Context(), db, func() { decided++ }); err != nil {
				t.Fatal(err)
			}
		}
		if wrong := decided - times; wrong > 5 || db.Kind() == "postgres" && wrong == 0 {
			t.Errorf("of %d decisions %d were made twice", times, wrong)
		}
		if row, _ := find(t, db, one); row.Count != 2*times {
			t.Errorf("counted to %d, want %d", row.Count, 2*times)
		}
	})
}
