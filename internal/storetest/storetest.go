package storetest

import (
	"path/filepath"
	"testing"

	"tolem/internal/pgtest"
	"tolem/internal/store"
)

// Each runs f twice in parallel, over a new SQLite file and over a new PostgreSQL
// database, both with the platform's schema.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { f(t, Open(t, url)) })
}

// EachURL is Each for tests that open the database themselves: several times,
// as several nodes, or without a schema.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for kind, create := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": pgtest.Database} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f(t, create(t))
		})
	}
}

// SQLite is the URL of a file that does not exist yet.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }

// Open opens and migrates a database until the test ends. It does not wait for
// the disk.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}
