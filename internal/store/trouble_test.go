package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

// troubled checks that an error is there and is the database's own trouble.
func troubled(t *testing.T, db *store.DB, what string, err error) {
	t.Helper()
	if err == nil || !db.Unavailable(err) {
		t.Errorf("%s: %v (%T) is not the database's trouble", what, err, err)
	}
}

func TestWrongStatementsAreNotTheDatabasesTrouble(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		for name, f := range map[string]func(tx *store.Tx) error{
			"syntax": func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO")
				return err
			},
			"check": func(tx *store.Tx) error {
				set := store.NewSet()
				set.Ready()
				things.Insert(set, thing{thingKey: one, Count: 666})
				return set.Flush(t.Context(), tx)
			},
			"twice": func(tx *store.Tx) error {
				set := store.NewSet()
				set.Ready()
				visits.Insert(set, visit{visitKey{1}, "red", 1, ""})
				visits.Insert(set, visit{visitKey{2}, "red", 1, ""})
				return set.Flush(t.Context(), tx)
			},
		} {
			if err := db.Update(t.Context(), f); err == nil || db.Unavailable(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestNoTimeLeftIsTheDatabasesTrouble(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := db.Update(ctx, func(tx *store.Tx) error {
			<-ctx.Done()
			set := store.NewSet()
			things.Want(set, one)
			return set.Load(ctx, tx)
		})
		troubled(t, db, "deadline", err)
	})
}

// TestAFullDiskIsTheDatabasesTrouble limits the file to the pages that it has.
func TestAFullDiskIsTheDatabasesTrouble(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Query(t.Context(), "PRAGMA max_page_count = 1", nil, func(func(...any) error) error { return nil }); err != nil {
			return err
		}
		set := store.NewSet()
		set.Ready()
		things.Insert(set, thing{thingKey: one, Blob: make([]byte, 1<<20)})
		return set.Flush(t.Context(), tx)
	})
	troubled(t, db, "full disk", err)
	if _, ok := find(t, db, one); ok {
		t.Error("half of it stays")
	}
}

func TestAServerThatDiesIsTheDatabasesTrouble(t *testing.T) {
	cluster, err := pgtest.StartCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	db := open(t, cluster.URL("postgres"))
	touch := func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE thing SET count = 1")
		return err
	}

	terminate := "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
	troubled(t, db, "terminated connection", db.Update(t.Context(), func(tx *store.Tx) error {
		if err := touch(tx); err != nil {
			return err
		}
		other := open(t, cluster.URL("postgres"))
		if err := other.View(t.Context(), func(tx *store.Tx) error {
			return tx.Query(t.Context(), terminate, nil, func(func(...any) error) error { return nil })
		}); err != nil {
			t.Fatal(err)
		}
		return touch(tx)
	}))
	if err := db.Update(t.Context(), touch); err != nil {
		t.Errorf("after a terminated connection: %v", err)
	}

	troubled(t, db, "killed amid a transaction", db.Update(t.Context(), func(tx *store.Tx) error {
		if err := touch(tx); err != nil {
			return err
		}
		cluster.Kill()
		return touch(tx)
	}))
	troubled(t, db, "killed before", db.Update(t.Context(), touch))
	troubled(t, db, "killed before a view", db.View(t.Context(), touch))

	if err := cluster.Restart(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), touch); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	troubled(t, db, "killed before the commit", db.Update(t.Context(), func(tx *store.Tx) error {
		if err := touch(tx); err != nil {
			return err
		}
		cluster.Kill()
		return nil
	}))
}

func TestOpenTellsWhatIsWrongAndNoPassword(t *testing.T) {
	for url, want := range map[string]string{
		"mysql://root@localhost/x":             "database: want",
		"postgres://root:geheim@[::1/x":        "cannot be read",
		"postgres://root:geheim@127.0.0.1:1/x": "failed to connect",
		"sqlite:/nowhere/at/all.db":            "/nowhere/at/all.db",
	} {
		_, err := store.Open(t.Context(), url, store.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestAViewDoesNotWaitForAHostThatIsGone, and the next one finds another connection.
func TestAViewDoesNotWaitForAHostThatIsGone(t *testing.T) {
	t.Parallel()
	wire := pgtest.NewWire(t, pgtest.Database(t))
	db, err := store.Open(t.Context(), wire.URL, store.Options{Answers: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	defer wire.Cut()
	ask := func() (number int64, err error) {
		err = db.View(context.Background(), func(tx *store.Tx) error {
			return tx.Query(context.Background(), "SELECT 7", nil, func(scan func(...any) error) error { return scan(&number) })
		})
		return number, err
	}
	if got, err := ask(); got != 7 || err != nil {
		t.Fatal(got, err)
	}
	wire.Silence()
	_, err = ask()
	troubled(t, db, "a host that is gone", err)
	if got, err := ask(); got != 7 || err != nil {
		t.Errorf("then: %d, %v", got, err)
	}
}
