package store_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

// FuzzRow: on both kinds of database a row comes back as it was written, by every way of reading it. Only text that is not UTF-8 or
// holds a NUL may be refused; that is the statement's fault, not the database's, and the next one goes through.
func FuzzRow(f *testing.F) {
	var dbs []*store.DB
	for _, url := range []string{storetest.SQLite(f), pgtest.Database(f)} {
		db := storetest.Open(f, url) // which does not wait for the disk
		if err := db.MigrateFrom(f.Context(), tables, "tables_version"); err != nil {
			f.Fatal(err)
		}
		dbs = append(dbs, db)
	}
	f.Add("name", "text", []byte("blob"), int64(7), int64(1_700_000_000_000_000), true)
	f.Add("", "'; DROP TABLE thing; --", []byte{}, int64(-1<<63), int64(0), false)
	f.Add("a\x00b", "\xff\xfe", []byte{0, 0xff}, int64(1<<63-1), int64(-1), false)
	f.Add("\xc4", "\x80", []byte{}, int64(1), int64(1), true) // valid only if joined
	f.Add(`{"a",NULL}`, "\\x00 $1 ? {}", []byte(nil), int64(1<<53+1), int64(1<<62), true)
	f.Fuzz(func(t *testing.T, name, text string, blob []byte, count, at int64, truth bool) {
		if count == 666 {
			return // the table refuses it
		}
		want := thing{thingKey{count, name}, count, 7, text, truth, blob, time.UnixMicro(at).UTC(), time.UnixMicro(1).UTC()}
		if at == 0 {
			want.At = time.Time{}
		}
		plain := utf8.ValidString(name) && utf8.ValidString(text) && !strings.Contains(name+text, "\x00")
		for _, db := range dbs {
			err := change(t.Context(), db, nothing, func(s *store.Set) { things.Insert(s, want) })
			if err != nil {
				if plain || db.Unavailable(err) {
					t.Errorf("%s: %v", db.Kind(), err)
				}
				continue
			}
			found, ok := find(t, db, want.thingKey)
			same(t, db.Kind()+", found", found, ok, want)
			mustChange(t, db, func(s *store.Set) { things.Want(s, want.thingKey) }, func(s *store.Set) {
				held, ok := things.Get(s, want.thingKey)
				same(t, db.Kind()+", wanted", held, ok, want)
				things.Delete(s, want.thingKey)
			})
		}
	})
}

func same(t *testing.T, how string, got thing, ok bool, want thing) {
	t.Helper()
	equal := bytes.Equal(got.Blob, want.Blob) && got.At.Equal(want.At) && got.Born.Equal(want.Born)
	if got.Blob, got.At, got.Born = want.Blob, want.At, want.Born; !ok || !equal || got.thingKey != want.thingKey || got.Text != want.Text ||
		got.Count != want.Count || got.Small != want.Small || got.Truth != want.Truth {
		t.Errorf("%s: %t %+v, want %+v", how, ok, got, want)
	}
}
