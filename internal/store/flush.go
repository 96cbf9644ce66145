package store

import (
	"fmt"
	"reflect"
	"strings"
)

// flush turns the changes of a part into at most three statements.
func (p *part[K, R]) flush(d dialect) []statement {
	changed := map[state][]reflect.Value{}
	for _, e := range p.entries {
		row := reflect.ValueOf(&e.row).Elem()
		switch e.state {
		case inserted, updated, deleted:
			changed[e.state] = append(changed[e.state], row)
		case replaced:
			changed[deleted] = append(changed[deleted], row)
			changed[inserted] = append(changed[inserted], row)
		}
	}
	t := p.table
	var rowKeys, mutable []column
	for _, c := range t.columns {
		switch {
		case t.isKey(c.name):
			rowKeys = append(rowKeys, c)
		case !c.fixed:
			mutable = append(mutable, c)
		}
	}
	var batch []statement
	add := func(rows []reflect.Value, columns []column, single, many string) {
		if len(rows) == 0 {
			return
		}
		sortByColumns(rows, rowKeys)
		s := statement{want: int64(len(rows))}
		if d.arrays {
			s.sql, s.args = many, arrays(columns, rows)
		} else {
			s.sql = single
			for _, row := range rows {
				s.rows = append(s.rows, values(columns, row))
			}
		}
		batch = append(batch, s)
	}

	add(changed[deleted], rowKeys,
		"DELETE FROM "+t.name+" WHERE "+equals(rowKeys, ""),
		"DELETE FROM "+t.name+" AS t USING "+unnest(rowKeys, "k")+" WHERE "+matches(rowKeys))

	both := append(append([]column{}, rowKeys...), mutable...)
	add(changed[updated], both,
		"UPDATE "+t.name+" SET "+assignments(mutable, len(rowKeys))+" WHERE "+equals(rowKeys, ""),
		"UPDATE "+t.name+" AS t SET "+fromUnnested(mutable)+" FROM "+unnest(both, "k")+" WHERE "+matches(rowKeys))

	into := "INSERT INTO " + t.name + " (" + t.Columns("") + ") "
	add(changed[inserted], t.columns,
		into+"VALUES ("+placeholders(len(t.columns))+")",
		into+"SELECT * FROM "+unnest(t.columns, "k"))
	return batch
}

// assignments is "a = $3, b = $4", numbered after the keys.
func assignments(columns []column, after int) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = fmt.Sprintf("%s = $%d", c.name, after+i+1)
	}
	return strings.Join(terms, ", ")
}

// fromUnnested is "a = k.a, b = k.b".
func fromUnnested(columns []column) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = c.name + " = k." + c.name
	}
	return strings.Join(terms, ", ")
}

func placeholders(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(marks, ", ")
}
