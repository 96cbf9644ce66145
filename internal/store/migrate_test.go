package store_test

import (
	"sync"
	"testing"

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
