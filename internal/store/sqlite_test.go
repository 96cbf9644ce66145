package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tolem/internal/store"
	"tolem/internal/storetest"
)

// state is a text with a type of its own, rank a number.
type (
	state string
	rank  int64
)

func TestSQLiteSaysWhatIsWrongWithAStatement(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	var (
		number  int64
		text    string
		blob    []byte
		float   float64
		instant time.Time
	)
	for _, c := range []struct {
		want, sql     string
		args, targets []any
	}{
		{"syntax error", "SELECT FROM", nil, nil},
		{"trailing bytes", "SELECT 1; SELECT 2", nil, nil},
		{`argument "" is not like $1`, "SELECT ?", []any{1}, []any{&number}},
		{`argument ":one" is not like $1`, "SELECT :one", []any{1}, []any{&number}},
		{"0 arguments, want 1", "SELECT $1", nil, []any{&number}},
		{"2 arguments, want 1", "SELECT $1", []any{1, 2}, []any{&number}},
		{"<nil> is no argument", "SELECT $1", []any{nil}, []any{&number}},
		{"time.Time is no argument", "SELECT $1", []any{instant}, []any{&number}},
		{"1 columns, 2 targets", "SELECT 1", nil, []any{&number, &number}},
		{"column 1: SQLITE_NULL, want SQLITE_INTEGER", "SELECT NULL", nil, []any{&number}},
		{"column 2: SQLITE_TEXT, want SQLITE_INTEGER", "SELECT 1, '1'", nil, []any{&number, &number}},
		{"column 1: SQLITE_INTEGER, want SQLITE_TEXT", "SELECT 1", nil, []any{&text}},
		{"column 1: SQLITE_BLOB, want SQLITE_TEXT", "SELECT x''", nil, []any{&text}},
		{"column 1: SQLITE_INTEGER, want SQLITE_BLOB", "SELECT 1", nil, []any{&blob}},
		{"column 1: *float64 is no target", "SELECT 1.5", nil, []any{&float}},
	} {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.Query(t.Context(), c.sql, c.args, func(scan func(...any) error) error { return scan(c.targets...) })
		})
		if err == nil || !strings.Contains(err.Error(), c.want) || db.Unavailable(err) {
			t.Errorf("%s: %v, want %s", c.sql, err, c.want)
		}
	}
}

// TestSQLiteTakesArgumentsByTheirNumbers, in whatever order they stand, and
// values of types with names.
func TestSQLiteTakesArgumentsByTheirNumbers(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	err := db.View(t.Context(), func(tx *store.Tx) error {
		args := []any{state("a\x00é"), rank(-7), true, []byte(nil), "", 12}
		return tx.Query(t.Context(), "SELECT $6, $5, $4, $3, $2, $1, $2", args, func(scan func(...any) error) error {
			var (
				a    state
				b, c rank
				d    bool
				e    []byte
				f    string
				g    int
			)
			err := scan(&g, &f, &e, &d, &b, &a, &c)
			if got := fmt.Sprintf("%q %d %v %v %q %d %d", a, b, d, e, f, g, c); got != `"a\x00é" -7 true [] "" 12 -7` {
				t.Error(got)
			}
			return err
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSQLiteReadsOneAnswerAtATime, as PostgreSQL does.
func TestSQLiteReadsOneAnswerAtATime(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Query(t.Context(), "SELECT 1", nil, func(func(...any) error) error {
			_, err := tx.Exec(t.Context(), "SELECT 1")
			return err
		})
	})
	if err == nil || !strings.Contains(err.Error(), "another") {
		t.Error(err)
	}
}

// endless reads until it is stopped.
const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"

func TestSQLiteStopsWhenTheContextIsDone(t *testing.T) {
	db := open(t, storetest.SQLite(t))
	for name, use := range map[string]func(context.Context, func(*store.Tx) error) error{"view": db.View, "snapshot": db.Snapshot, "update": db.Update} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		err := use(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, endless)
			return err
		})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || !db.Unavailable(err) {
			t.Errorf("%s: %v", name, err)
		}
		if err := use(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(t.Context(), "SELECT 1"); return err }); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

// TestSQLiteReplacesAReaderWhoseUseDidNotEnd: it may be amid a transaction.
func TestSQLiteReplacesAReaderWhoseUseDidNotEnd(t *testing.T) {
	url := storetest.SQLite(t)
	open(t, url) // makes the tables
	db, err := store.Open(t.Context(), url, store.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 3 {
		if panics(func() { _ = db.Snapshot(t.Context(), func(*store.Tx) error { panic("amid") }) }) != "amid" {
			t.Error("no panic")
		}
		if pool := db.Pools()[0]; pool.Open != 0 || pool.Busy != 0 {
			t.Errorf("%+v", pool)
		}
		if _, ok := find(t, db, one); ok {
			t.Error("found what is not there")
		}
		if pool := db.Pools()[0]; pool.Open != 1 || pool.Busy != 0 {
			t.Errorf("%+v", pool)
		}
	}
}

// TestMoreStatementsThanAreKept run nevertheless.
func TestMoreStatementsThanAreKept(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			for want := range int64(400) {
				var got int64
				text := fmt.Sprintf("SELECT CAST(%d AS BIGINT)", want)
				if err := tx.Query(t.Context(), text, nil, func(scan func(...any) error) error { return scan(&got) }); err != nil || got != want {
					return fmt.Errorf("%s: %d %w", text, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAClosedDatabaseSaysSo(t *testing.T) {
	db, err := store.Open(t.Context(), storetest.SQLite(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	nothing := func(*store.Tx) error { return nil }
	troubled(t, db, "view", db.View(t.Context(), nothing))
	troubled(t, db, "update", db.Update(t.Context(), nothing))
}
