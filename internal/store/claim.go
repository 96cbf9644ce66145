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
	form *form
	none bool // finds nothing, rather than one row for each it is asked about
}

// all is a claim of rows, none one of keys.
func all(columns []column, query wording) *claim { return &claim{form: countedRows(columns, query)} }

func none(columns []column, query wording) *claim {
	return &claim{form: countedRows(columns, query), none: true}
}

// countedRows is counted for a query. The first column goes whole: its length says how
// many rows there are.
func countedRows(columns []column, query wording) *form {
	return learning(columns, 1, asElement, func(argument naming) string {
		return fmt.Sprintf("SELECT 1 / (COUNT(*) = $%d)::int FROM (%s) AS found", len(columns)+1, query(argument))
	})
}

// about is the claim of rows, or of keys.
func (c *claim) about(rows []reflect.Value) (batch []statement) {
	sortByColumns(rows, c.form.columns)
	for some := range slices.Chunk(rows, atOnce) {
		want := int64(len(some))
		if c.none {
			want = 0
		}
		text, args := c.form.about(some)
		batch = append(batch, statement{sql: text, args: append(args, want), want: 1})
	}
	return batch
}

// unchanged is a query for the rows that still have these values, with an end such as
// " FOR UPDATE".
func (t *described) unchanged(end string) wording {
	return func(argument naming) string {
		return "SELECT 1 FROM " + rows(t.keys) + " CROSS JOIN LATERAL (SELECT 1 FROM " + t.name + " AS t WHERE " +
			matches(t.changed(), argument) + " LIMIT 1" + end + ") AS r"
	}
}

// revision is an update of rows that still have the values which are its last columns.
func (t *described) revision() *form {
	changed := t.changed()
	return learning(append(changed, t.mutable...), 1, asElement, func(argument naming) string {
		where := append(terms("t.", t.keys, 0, argument), terms("t.", t.mutable, len(changed), argument)...)
		return counted("UPDATE "+t.name+" AS t SET "+strings.Join(terms("", t.mutable, len(t.keys), argument), ", ")+
			" FROM "+rows(t.keys)+" WHERE "+strings.Join(where, " AND "), len(changed)+len(t.mutable))
	})
}

// revise updates rows, in the order of their keys, that were assumed.
func (p *part[K, R]) revise(rows []reflect.Value) (batch []statement) {
	t := p.table
	for some := range slices.Chunk(rows, atOnce) {
		was := make([]reflect.Value, len(some))
		for i, row := range some {
			was[i] = reflect.ValueOf(p.entries[t.keyOf(row.Addr().Interface().(*R))].was).Elem()
		}
		text, args := t.ofMany.revise.fill(append(gather(t.changed(), some), gather(t.mutable, was)...))
		batch = append(batch, statement{sql: text, args: append(args, int64(len(some))), want: 1})
	}
	return batch
}
