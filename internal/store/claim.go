package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// claim is a statement that ends its transaction unless a query finds as many rows as
// it should.
type claim struct {
	columns []column
	sql     string
	none    bool // finds nothing, rather than one row for each it is asked about
}

func all(columns []column, query string) *claim {
	return &claim{columns: columns, sql: countedRows(query, len(columns))}
}

func none(columns []column, query string) *claim {
	return &claim{columns: columns, sql: countedRows(query, len(columns)), none: true}
}

// countedRows is counted for a query.
func countedRows(query string, arguments int) string {
	return fmt.Sprintf("SELECT 1 / (COUNT(*) = $%d)::int FROM (%s) AS found", arguments+1, query)
}

// about is the claim of rows, or of keys.
func (c *claim) about(rows []reflect.Value) (batch []statement) {
	sortByColumns(rows, c.columns)
	for some := range slices.Chunk(rows, atOnce) {
		want := int64(len(some))
		if c.none {
			want = 0
		}
		batch = append(batch, statement{sql: c.sql, args: append(arrays(c.columns, some), want), want: 1})
	}
	return batch
}

// unchanged begins a query for the rows that still have these values.
func (t *described) unchanged() string {
	return "SELECT 1 FROM " + rows(t.keys) + " CROSS JOIN LATERAL (SELECT 1 FROM " + t.name + " AS t WHERE " + matches(t.changed()) + " LIMIT 1"
}

// revision is an update of rows that still have the values which are its last arguments.
func (t *described) revision() string {
	changed := t.changed()
	where := append(terms("t.", t.keys, 0, element), terms("t.", t.mutable, len(changed), element)...)
	return counted("UPDATE "+t.name+" AS t SET "+strings.Join(terms("", t.mutable, len(t.keys), element), ", ")+
		" FROM "+rows(t.keys)+" WHERE "+strings.Join(where, " AND "), len(changed)+len(t.mutable))
}

// revise updates rows, in the order of their keys, that were assumed.
func (p *part[K, R]) revise(rows []reflect.Value) (batch []statement) {
	t := p.table
	for some := range slices.Chunk(rows, atOnce) {
		was := make([]reflect.Value, len(some))
		for i, row := range some {
			was[i] = reflect.ValueOf(p.entries[t.keyOf(row.Addr().Interface().(*R))].was).Elem()
		}
		args := append(arrays(t.changed(), some), arrays(t.mutable, was)...)
		batch = append(batch, statement{sql: t.ofMany.revise, args: append(args, int64(len(some))), want: 1})
	}
	return batch
}
