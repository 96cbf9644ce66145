package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Table describes where rows of type R live and how K names one. K and R are
// structs with `db` tags; R embeds K. Describe tables once, in package variables.
type Table[K comparable, R any] struct {
	described
	keyOf   func(*R) K
	indexes []attached[K, R]
}

// described is what the statements of a table need to know of it: its columns as
// fields of R.
type described struct {
	name     string
	columns  []column
	keys     []column // in the order of K
	named    []column // the same as fields of K
	mutable  []column // neither of the key nor fixed
	instants []column
	ofOne    texts
	ofMany   texts

	remembered int // rows of a generation
}

// attached is an index as its table sees it: told of every row that enters a set.
type attached[K comparable, R any] interface {
	note(p *part[K, R], key K, row *R)
}

// Describe declares a table. keyOf is the row's embedded key.
func Describe[K comparable, R any](name string, keyOf func(*R) K) *Table[K, R] {
	t := &Table[K, R]{described: described{name: name, columns: columnsOf(reflect.TypeFor[R]()), named: columnsOf(reflect.TypeFor[K]())}, keyOf: keyOf}
	for _, k := range t.named {
		i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == k.name })
		if i < 0 {
			panic(fmt.Sprintf("store: table %s: key column %s is not in the row", name, k.name))
		}
		t.keys = append(t.keys, t.columns[i])
	}
	for _, c := range t.columns {
		if !c.fixed && !t.isKey(c.name) {
			t.mutable = append(t.mutable, c)
		}
		if c.kind == instant {
			t.instants = append(t.instants, c)
		}
	}
	t.ofOne, t.ofMany = t.single(), t.many()
	return t
}

func (t *described) texts(d dialect) *texts {
	if d.arrays {
		return &t.ofMany
	}
	return &t.ofOne
}

// changed are the columns of an update, the key first.
func (t *described) changed() []column {
	return append(t.keys[:len(t.keys):len(t.keys)], t.mutable...)
}

func (t *described) isKey(name string) bool {
	return slices.ContainsFunc(t.keys, func(k column) bool { return k.name == name })
}

// Name is the table's name in the database.
func (t *Table[K, R]) Name() string { return t.name }

// Columns are the column names, separated by commas, for a hand-made SELECT
// whose rows Scan reads; each is prefixed, for instance with "p.".
func (t *Table[K, R]) Columns(prefix string) string { return t.names(prefix) }

func (t *described) names(prefix string) string {
	return strings.Join(prefixed(t.columns, prefix), ", ")
}

// Scan reads a row that selected Columns.
func (t *Table[K, R]) Scan(scan func(...any) error) (R, error) { return t.scanner()(scan) }

// scanner is Scan for the rows of one query, one after the other.
func (t *Table[K, R]) scanner() func(scan func(...any) error) (R, error) {
	cells := make([]cell, len(t.columns))
	targets := make([]any, len(t.columns))
	for i, c := range t.columns {
		targets[i] = c.target(&cells[i])
	}
	return func(scan func(...any) error) (row R, err error) {
		if err := scan(targets...); err != nil {
			return row, err
		}
		v := reflect.ValueOf(&row).Elem()
		for i, c := range t.columns {
			c.set(v, &cells[i])
		}
		return row, nil
	}
}

// Select reads the rows that a tail such as "WHERE merchant_id = $1 ORDER BY
// created_at LIMIT 10" names.
func (t *Table[K, R]) Select(ctx context.Context, tx *Tx, tail string, args ...any) ([]R, error) {
	var rows []R
	query, next := "SELECT "+t.Columns("")+" FROM "+t.name+" "+tail, t.scanner()
	err := tx.Query(ctx, query, args, func(scan func(...any) error) error {
		row, err := next(scan)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// Find reads one row by its key, outside of any set.
func (t *Table[K, R]) Find(ctx context.Context, tx *Tx, key K) (R, bool, error) {
	rows, err := t.Select(ctx, tx, "WHERE "+equals(t.keys), values(t.named, reflect.ValueOf(key))...)
	if err != nil || len(rows) == 0 {
		var none R
		return none, false, err
	}
	return rows[0], true, nil
}

// keepFixed gives row what is fixed of old.
func (t *Table[K, R]) keepFixed(row, old *R) {
	to, from := reflect.ValueOf(row).Elem(), reflect.ValueOf(old).Elem()
	for _, c := range t.columns {
		if c.fixed {
			to.FieldByIndex(c.index).Set(from.FieldByIndex(c.index))
		}
	}
}

// setKey gives row the key.
func (t *Table[K, R]) setKey(row *R, key K) {
	to, from := reflect.ValueOf(row).Elem(), reflect.ValueOf(key)
	for i, c := range t.keys {
		to.FieldByIndex(c.index).Set(from.FieldByIndex(t.named[i].index))
	}
}

func values(columns []column, row reflect.Value) []any {
	args := make([]any, len(columns))
	for i, c := range columns {
		args[i] = c.value(row)
	}
	return args
}
