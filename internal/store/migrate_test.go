package store_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"tolem/internal/store"
	"tolem/internal/storetest"
)

// TestMigrateTwiceAndByManyAtOnce is several processes that start on an empty
// database, each with its own connections.
func TestMigrateTwiceAndByManyAtOnce(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				db, err := store.Open(t.Context(), url, store.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				for range 2 {
					if err := db.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		open(t, url) // the platform's tables are no matter to those of another part
	})
}

func TestAWrongMigrationFails(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		if err := db.MigrateFrom(t.Context(), tables, "forgotten_version"); err == nil {
			t.Error("tables that exist were made again")
		}
		if err := db.MigrateFrom(t.Context(), tables, "tables_version"); err != nil {
			t.Error(err)
		}
	})
}

// TestCallbacksOfTheFirstSchemaKeepWhatIsKnownOfThem: who had a database before
// callbacks became rows that never change has it afterwards, with the attempt that
// delivered each.
func TestCallbacksOfTheFirstSchemaKeepWhatIsKnownOfThem(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, err := store.Open(t.Context(), url, store.Options{Relaxed: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		first, err := os.ReadFile("migrations/00001_platform.sql")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateFrom(t.Context(), fstest.MapFS{"00001_platform.sql": {Data: first}}, "schema_version"); err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			for _, sql := range []string{
				"INSERT INTO callback VALUES (7, 1, 70, 'payout', 'http://shop', 'payout', 'fields', 'm', 'delivered', 2, 200, 'ok', 5)",
				"INSERT INTO callback VALUES (7, 2, 71, 'payout', 'http://shop', 'payout', 'fields', 'm', 'pending', 1, 200, 'by hand', 5)",
				"INSERT INTO callback_attempt VALUES (7, 1, 1, 5, 1, 500, 'no'), (7, 1, 2, 6, 1, 200, 'ok'), (7, 2, 1, 5, 1, 200, '')",
			} {
				if _, err := tx.Exec(t.Context(), sql); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		var done []string
		err = db.View(t.Context(), func(tx *store.Tx) error {
			sql := "SELECT c.callback_id, a.attempt, a.done FROM callback AS c JOIN callback_attempt AS a ON a.callback_id = c.callback_id ORDER BY 1, 2"
			return tx.Query(t.Context(), sql, nil, func(scan func(...any) error) error {
				var callback, attempt int64
				var is bool
				err := scan(&callback, &attempt, &is)
				done = append(done, fmt.Sprint(callback, attempt, is))
				return err
			})
		})
		if want := []string{"1 1 false", "1 2 true", "2 1 false"}; err != nil || !slices.Equal(done, want) {
			t.Errorf("%v %v, want %v", done, err, want)
		}
	})
}
