package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// Latest finds rows by something else than their key: of the rows that share
// an I, the one with the highest value of an integer column. It reads without
// locking, so a row found this way can be looked at but not changed; what makes
// it safe is a lock that the operation holds (the merchant's account) or a
// unique index in the database.
type Latest[I comparable, K comparable, R any] struct {
	table   *Table[K, R]
	columns []column
	by      string
	only    string // " AND ..." for the rows that the database's index holds
	one     *form  // for one I
	many    *form  // for many
	absent  *claim
	of      func(*R) (I, bool)
	order   func(*R) int64
}

// NewLatest declares an index of t. I is a struct with `db` tags; of gives a
// row's I, or false for rows the index leaves out; by names the integer column
// that order reads. All these columns are fixed or of the key, so that a row
// never moves in the index.
func NewLatest[I comparable, K comparable, R any](t *Table[K, R], by string, of func(*R) (I, bool), order func(*R) int64) *Latest[I, K, R] {
	ix := &Latest[I, K, R]{table: t, columns: columnsOf(reflect.TypeFor[I]()), by: by, of: of, order: order}
	for _, name := range append(prefixed(ix.columns, ""), by) {
		if !slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name && (c.fixed || t.isKey(name)) }) {
			panic(fmt.Sprintf("store: index of %s: column %s may change", t.name, name))
		}
	}
	ix.write()
	t.indexes = append(t.indexes, ix)
	return ix
}

// Partial says that the database's index holds only rows of a condition, the one
// that of reports: without it a planner cannot know that they are all. It returns ix.
func (ix *Latest[I, K, R]) Partial(condition string) *Latest[I, K, R] {
	ix.only = " AND " + condition
	ix.write()
	return ix
}

func (ix *Latest[I, K, R]) write() {
	t, last := ix.table, ix.only+" ORDER BY t."+ix.by+" DESC LIMIT 1"
	many := func(argument naming) string {
		return "SELECT " + t.names("r.") + " FROM " + rows(ix.columns) + " CROSS JOIN LATERAL (SELECT * FROM " + t.name +
			" AS t WHERE " + matches(ix.columns, argument) + last + ") AS r"
	}
	ix.one = fixed(ix.columns, "SELECT "+t.names("")+" FROM "+t.name+" AS t WHERE "+equals(ix.columns)+last)
	ix.many = learning(ix.columns, 1, asElement, many)
	ix.absent = none(ix.columns, many)
}

// found is what a set knows of an index.
type found[I comparable, K comparable, R any] struct {
	index  *Latest[I, K, R]
	part   *part[K, R]
	wanted map[I]hope
	latest map[I]K
}

func (ix *Latest[I, K, R]) in(p *part[K, R]) *found[I, K, R] {
	if l, ok := p.lookups[ix]; ok {
		return l.(*found[I, K, R])
	}
	f := &found[I, K, R]{index: ix, part: p, wanted: map[I]hope{}, latest: map[I]K{}}
	p.lookups[ix] = f
	return f
}

// Want asks for the latest row of i.
func (ix *Latest[I, K, R]) Want(s *Set, i I) { ix.want(s, i, open) }

// WantNone is Want where there is probably no row. The database's index must be
// unique, and the first row of each I come at the same place in it: who inserts that
// then need not have looked.
func (ix *Latest[I, K, R]) WantNone(s *Set, i I) { ix.want(s, i, absent) }

func (ix *Latest[I, K, R]) want(s *Set, i I, h hope) {
	if s.loaded {
		panic("store: " + ix.table.name + ": wanted after the set was loaded")
	}
	want(ix.in(partOf(s, ix.table)).wanted, i, h)
}

// Get is the latest row of i, those included that the set itself added.
func (ix *Latest[I, K, R]) Get(s *Set, i I) (R, bool) {
	f := ix.in(partOf(s, ix.table))
	if _, ok := f.wanted[i]; !ok {
		panic(fmt.Sprintf("store: %s by %v was not wanted", ix.table.name, i))
	}
	if key, ok := f.latest[i]; ok {
		return f.part.entries[key].row, true
	}
	var none R
	return none, false
}

// Find reads the latest row of i outside of any set.
func (ix *Latest[I, K, R]) Find(ctx context.Context, tx *Tx, i I) (R, bool, error) {
	rows, err := ix.table.Select(ctx, tx,
		"WHERE "+equals(ix.columns)+ix.only+" ORDER BY "+ix.by+" DESC LIMIT 1", values(ix.columns, reflect.ValueOf(i))...)
	if err != nil || len(rows) == 0 {
		var none R
		return none, false, err
	}
	return rows[0], true, nil
}

func (ix *Latest[I, K, R]) note(p *part[K, R], key K, row *R) {
	i, ok := ix.of(row)
	if !ok {
		return
	}
	f := ix.in(p)
	if old, ok := f.latest[i]; !ok || ix.order(&p.entries[old].row) <= ix.order(row) {
		f.latest[i] = key
	}
}

func (f *found[I, K, R]) load(d dialect) []query {
	if len(f.wanted) == 0 {
		return nil
	}
	ix, t := f.index, f.index.table
	keys := make([]reflect.Value, 0, len(f.wanted))
	for i := range f.wanted {
		keys = append(keys, reflect.ValueOf(i))
	}
	sortByColumns(keys, ix.columns)
	form := ix.one
	if d.arrays {
		form = ix.many
	}
	next := t.scanner()
	return d.lookUp(form, keys, func(scan func(...any) error) error {
		row, err := next(scan)
		if err != nil {
			return err
		}
		key := t.keyOf(&row)
		if f.part.entries[key] != nil {
			return nil
		}
		if _, missed := f.part.wanted[key]; missed {
			return errMoved
		}
		f.part.enter(key, &entry[R]{row: row, state: clean})
		return nil
	})
}
