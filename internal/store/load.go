package store

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// load reads the wanted rows by key, in order and locked, then those that indexes ask for.
func (p *part[K, R]) load(ctx context.Context, tx *Tx) error {
	if len(p.wanted) > 0 {
		keys := make([]reflect.Value, 0, len(p.wanted))
		for key := range p.wanted {
			keys = append(keys, reflect.ValueOf(key))
		}
		t := p.table
		sortByColumns(keys, t.keys)
		from := "FROM " + t.name + " AS t WHERE "
		single := "SELECT " + t.Columns("") + " " + from + equals(t.keys, "")
		// LATERAL and LIMIT leave the planner no other way than the index, key by
		// key, in the order in which the keys are given and thus locked.
		many := "SELECT " + t.Columns("r.") + " FROM " + unnest(t.keys, "k") +
			" CROSS JOIN LATERAL (SELECT * " + from + matches(t.keys) + " LIMIT 1" + tx.dialect.forUpdate + ") AS r"
		err := lookUp(ctx, tx, single, many, t.keys, keys, func(scan func(...any) error) error {
			row, err := t.Scan(scan)
			if err == nil {
				p.enter(t.keyOf(&row), &entry[R]{row: row, state: clean, locked: true})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, l := range p.lookups {
		if err := l.load(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// lookUp runs one statement over all keys where the dialect has arrays, else
// one statement per key.
func lookUp(ctx context.Context, tx *Tx, single, many string, columns []column, keys []reflect.Value, each func(func(...any) error) error) error {
	if tx.dialect.arrays {
		return tx.Query(ctx, many, arrays(columns, keys), each)
	}
	for _, key := range keys {
		if err := tx.Query(ctx, single, values(columns, key), each); err != nil {
			return err
		}
	}
	return nil
}

// unnest is "unnest($1::bigint[], $2::text[]) AS k(a, b)".
func unnest(columns []column, alias string) string {
	casts := make([]string, len(columns))
	for i, c := range columns {
		casts[i] = fmt.Sprintf("$%d::%s[]", i+1, c.kind.sqlType())
	}
	return "unnest(" + strings.Join(casts, ", ") + ") AS " + alias + "(" + strings.Join(prefixed(columns, ""), ", ") + ")"
}

// matches is "t.a = k.a AND t.b = k.b".
func matches(columns []column) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = "t." + c.name + " = k." + c.name
	}
	return strings.Join(terms, " AND ")
}

func prefixed(columns []column, prefix string) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = prefix + c.name
	}
	return names
}

func arrays(columns []column, rows []reflect.Value) []any {
	args := make([]any, len(columns))
	for i, c := range columns {
		args[i] = c.array(rows)
	}
	return args
}

// sortByColumns orders keys or rows the way the database orders them for
// integers and, within one program, the same way every time for the rest.
func sortByColumns(rows []reflect.Value, columns []column) {
	slices.SortFunc(rows, func(a, b reflect.Value) int {
		for _, c := range columns {
			x, y := a.FieldByIndex(c.index), b.FieldByIndex(c.index)
			var order int
			switch c.kind {
			case integer:
				order = cmp.Compare(x.Int(), y.Int())
			case text:
				order = cmp.Compare(x.String(), y.String())
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}
