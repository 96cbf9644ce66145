package store_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
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

// ofTheFirstSchema opens a database as it was before any other migration, with these rows.
func ofTheFirstSchema(t *testing.T, url string, rows ...string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	first, err := os.ReadFile("migrations/00001_platform.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.MigrateFrom(t.Context(), fstest.MapFS{"00001_platform.sql": {Data: first}}, "schema_version"); err != nil {
		t.Fatal(err)
	}
	exec(t, db, rows...)
	return db
}

// TestRowsSurviveThatTheirTableIsLaidOutAnew: where it is.
func TestRowsSurviveThatTheirTableIsLaidOutAnew(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := ofTheFirstSchema(t, url,
			"INSERT INTO account VALUES (7, 'live', 'payout', 'KZT', 1, 9, 3), (7, 'test', 'bank', 'KZT', 5, 0, 0)",
			"INSERT INTO transfer VALUES (7, 70, 1, 'hold', 0, 'live', 'payout', 'bank', 'KZT', 3, 11), (7, 70, 3, 'post', 1, 'live', 'payout', 'bank', 'KZT', 3, 12)",
			"INSERT INTO effect VALUES (7, 'payout.send', 70, 2, 13, 4, 14), (8, 'payout.send', 70, 0, 15, 0, 16)",
			`INSERT INTO payout VALUES (7, 70, 'order', 1, 'token', TRUE, 'process', 3, 1, 'KZT', 'what for', 'user', 'http://post', 'http://back', 'kk', FALSE, 21, 'token', 22, 'mask',
				'destination', 'fingerprint', 'message', 'page', 23, 'reference', 24, 25, 26, 27)`)
		// The oldest schema has all the columns, in the same places.
		all := func(what string) (rows []string) {
			for table, columns := range map[string][]string{
				"account":  {"merchant_id", "book", "name", "currency", "debits", "credits", "held"},
				"transfer": {"merchant_id", "payment_id", "step", "kind", "ends", "book", "debit", "credit", "currency", "amount", "created_at"},
				"effect":   {"merchant_id", "kind", "subject", "attempt", "due_at", "owner", "created_at"},
				"payout": {
					"merchant_id", "payment_id", "order_id", "attempt", "route", "test", "state", "amount", "fee", "currency", "description", "user_id", "post_link", "back_link",
					"language", "framed", "send_before", "card_token", "card_id", "card_mask", "destination", "fingerprint", "message", "page_hash", "error_code", "bank_reference",
					"balance", "created_at", "sent_at", "finished_at",
				},
			} {
				found := query(t, db, "SELECT CAST("+strings.Join(columns, " AS TEXT) || ' ' || CAST(")+" AS TEXT) FROM "+table)
				if len(found) == 0 {
					t.Fatalf("%s no rows of %s", what, table)
				}
				rows = append(rows, found...)
			}
			slices.Sort(rows)
			return rows
		}
		before := all("before")
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := all("after"); !slices.Equal(before, after) {
			t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
		for _, table := range []string{"account", "transfer", "effect", "payout"} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO "+table+" SELECT * FROM "+table)
				return err
			})
			if err == nil {
				t.Errorf("%s took its rows twice", table)
			}
		}
	})
}

// TestCallbacksOfTheFirstSchemaKeepWhatIsKnownOfThem: who had a database before
// callbacks became rows that never change has it afterwards, with the attempt that
// delivered each.
func TestCallbacksOfTheFirstSchemaKeepWhatIsKnownOfThem(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := ofTheFirstSchema(t, url,
			"INSERT INTO callback VALUES (7, 1, 70, 'payout', 'http://shop', 'payout', 'fields', 'm', 'delivered', 2, 200, 'ok', 5)",
			"INSERT INTO callback VALUES (7, 2, 71, 'payout', 'http://shop', 'payout', 'fields', 'm', 'pending', 1, 200, 'by hand', 5)",
			"INSERT INTO callback_attempt VALUES (7, 1, 1, 5, 1, 500, 'no'), (7, 1, 2, 6, 1, 200, 'ok'), (7, 2, 1, 5, 1, 200, '')")
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		var done []string
		err := db.View(t.Context(), func(tx *store.Tx) error {
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
