package store

import (
	"fmt"
	"strings"
)

// texts are the statements of a table in one dialect. They are put together once.
type texts struct {
	load, look                          *form // by keys; load locks, look does not
	remove, delete, update, insert, put *form

	held, still, absent *claim // of rows that are to be locked, or looked at, or not there
	revise              *form  // an update that says how the rows were
}

// naming is how a statement names the n-th of its arguments, a column.
type naming func(n int, c column) string

// wording is the text of a statement that names its arguments so.
type wording func(argument naming) string

// single are statements about one row each.
func (t *described) single() texts {
	insert := "INSERT INTO " + t.name + " (" + t.names("") + ") VALUES (" + arguments(t.columns, mark) + ")"
	remove := "DELETE FROM " + t.name + " WHERE " + equals(t.keys)
	update := "UPDATE " + t.name + " SET " + strings.Join(terms("", t.mutable, len(t.keys), mark), ", ") + " WHERE " + equals(t.keys)
	load := "SELECT " + t.names("") + " FROM " + t.name + " WHERE " + equals(t.keys)
	return texts{
		load:   fixed(t.named, load),
		look:   fixed(t.named, load),
		remove: fixed(t.keys, remove),
		delete: fixed(t.keys, remove),
		update: fixed(t.changed(), update),
		insert: fixed(t.columns, insert),
		put:    fixed(t.columns, insert+t.instead()),
	}
}

// many are statements about all rows whose columns they get as arrays. LATERAL and
// LIMIT leave the planner no other way than the index, key by key, in the order
// in which the keys are given and thus locked.
func (t *described) many() texts {
	remove := func(argument naming) string {
		return "DELETE FROM " + t.name + " AS t USING " + rows(t.keys) + " WHERE " + matches(t.keys, argument)
	}
	update := func(argument naming) string {
		return counted("UPDATE "+t.name+" AS t SET "+strings.Join(terms("", t.mutable, len(t.keys), argument), ", ")+
			" FROM "+rows(t.keys)+" WHERE "+matches(t.keys, element), len(t.changed()))
	}
	insert := func(argument naming) string {
		return "INSERT INTO " + t.name + " (" + t.names("") + ") SELECT " + arguments(t.columns, argument) + " FROM " + rows(t.columns)
	}
	return texts{
		load:   learning(t.named, 1, asElement, t.lookup(" FOR UPDATE")),
		look:   learning(t.named, 1, asElement, t.lookup("")),
		remove: learning(t.keys, 1, asElement, remove),
		delete: learning(t.keys, 1, asElement, func(argument naming) string { return counted(remove(argument), len(t.keys)) }),
		update: learning(t.changed(), len(t.keys), asValue, update),
		insert: learning(t.columns, 1, asValue, insert),
		put: learning(t.columns, 1, asValue, func(argument naming) string {
			return insert(argument) + t.instead()
		}),
		absent: none(t.named, t.lookup("")),
		held:   all(t.changed(), t.unchanged(" FOR UPDATE")),
		still:  all(t.changed(), t.unchanged("")),
		revise: t.revision(),
	}
}

// lookup is a query for rows by their keys, with an end such as " FOR UPDATE".
func (t *described) lookup(end string) wording {
	return func(argument naming) string {
		return "SELECT " + t.names("r.") + " FROM " + rows(t.keys) + " CROSS JOIN LATERAL (SELECT * FROM " + t.name +
			" AS t WHERE " + matches(t.keys, argument) + " LIMIT 1" + end + ") AS r"
	}
}

// counted fails with a division by zero when the statement, which has so many
// arguments, does not touch as many rows as one more argument says: in the
// database, because the COMMIT is already on its way behind it.
func counted(statement string, arguments int) string {
	return fmt.Sprintf("WITH touched AS (%s RETURNING 1) SELECT 1 / (COUNT(*) = $%d)::int FROM touched", statement, arguments+1)
}

// instead makes an insert replace the row that is there.
func (t *described) instead() string {
	excluded := func(_ int, c column) string { return "excluded." + c.name }
	return " ON CONFLICT (" + strings.Join(prefixed(t.keys, ""), ", ") + ") DO UPDATE SET " + strings.Join(terms("", t.mutable, 0, excluded), ", ")
}

// equals is "a = $1 AND b = $2".
func equals(columns []column) string {
	return strings.Join(terms("", columns, 0, mark), " AND ")
}

// matches is "t.a = ($1::bigint[])[i] AND t.b = ($2::text[])[i]".
func matches(columns []column, argument naming) string {
	return strings.Join(terms("t.", columns, 0, argument), " AND ")
}

// terms are "t.a = $3", one for each column, with the arguments after so many.
func terms(prefix string, columns []column, after int, argument naming) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = prefix + c.name + " = " + argument(after+i+1, c)
	}
	return list
}

// rows is "generate_series(1, cardinality($1::bigint[])) AS i": the places of the
// rows in their arrays. Unnesting these would be half as fast for a few rows,
// because PostgreSQL stores each array anew.
func rows(columns []column) string {
	return "generate_series(1, cardinality($1::" + columns[0].kind.sqlType() + "[])) AS i"
}

// atOnce is how many rows a statement has at most: to find its place, an element
// of a text array costs a step for each before it.
const atOnce = 64

// element is "($2::text[])[i]", the column of the row at hand.
func element(n int, c column) string {
	return fmt.Sprintf("($%d::%s[])[i]", n, c.kind.sqlType())
}

// mark is "$2".
func mark(n int, _ column) string { return fmt.Sprintf("$%d", n) }

// arguments are those of all columns.
func arguments(columns []column, argument naming) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = argument(i+1, c)
	}
	return strings.Join(list, ", ")
}

func prefixed(columns []column, prefix string) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = prefix + c.name
	}
	return names
}
