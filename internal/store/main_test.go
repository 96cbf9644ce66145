package store_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// tables are those of the tests: one whose rows come and go, with every kind of
// column, and one with an index, whose rows stay.
var tables = fstest.MapFS{"00001_tables.sql": {Data: []byte(`-- +goose Up
CREATE TABLE thing (
    shop  BIGINT  NOT NULL,
    name  TEXT    NOT NULL,
    count BIGINT  NOT NULL CHECK (count <> 666),
    small BIGINT  NOT NULL,
    text  TEXT    NOT NULL,
    truth BOOLEAN NOT NULL,
    blob  BYTEA   NOT NULL,
    at    BIGINT  NOT NULL,
    born  BIGINT  NOT NULL,
    PRIMARY KEY (shop, name)
);
CREATE TABLE visit (
    id   BIGINT PRIMARY KEY,
    team TEXT   NOT NULL,
    rank BIGINT NOT NULL,
    note TEXT   NOT NULL
);
CREATE UNIQUE INDEX visit_rank ON visit (team, rank);
`)}}

type thingKey struct {
	Shop int64  `db:"shop"`
	Name string `db:"name"`
}

type thing struct {
	thingKey
	Count int64     `db:"count"`
	Small int       `db:"small"`
	Text  string    `db:"text"`
	Truth bool      `db:"truth"`
	Blob  []byte    `db:"blob"`
	At    time.Time `db:"at"`
	Born  time.Time `db:"born,fixed"`
}

var things = store.Describe("thing", func(r *thing) thingKey { return r.thingKey }).Remembered(100)

type visitKey struct {
	ID int64 `db:"id"`
}

type visit struct {
	visitKey
	Team string `db:"team,fixed"`
	Rank int64  `db:"rank,fixed"`
	Note string `db:"note"`
}

type team struct {
	Team string `db:"team"`
}

var (
	visits = store.Describe("visit", func(r *visit) visitKey { return r.visitKey })
	byTeam = store.NewLatest(visits, "rank",
		func(r *visit) (team, bool) { return team{r.Team}, r.Team != "" },
		func(r *visit) int64 { return r.Rank })
)

// each runs f over both kinds of database, with the tests' tables.
func each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { f(t, open(t, url)) })
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.MigrateFrom(t.Context(), tables, "tables_version"); err != nil {
		t.Fatal(err)
	}
	return db
}

// change runs f over a set that holds what want asked for, and commits it.
func change(ctx context.Context, db *store.DB, want, f func(*store.Set)) error {
	return db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		want(set)
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		f(set)
		return set.Flush(ctx, tx)
	})
}

func mustChange(t testing.TB, db *store.DB, want, f func(*store.Set)) {
	t.Helper()
	if err := change(t.Context(), db, want, f); err != nil {
		t.Fatal(err)
	}
}

func nothing(*store.Set) {}

// find reads a thing outside of any set.
func find(t testing.TB, db *store.DB, key thingKey) (row thing, ok bool) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		row, ok, err = things.Find(t.Context(), tx, key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return row, ok
}

// panics is what f panics with, as a text; "" when it does not.
func panics(f func()) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text, _ = p.(string)
		}
	}()
	f()
	return ""
}
