package store

import (
	"fmt"
	"strings"
)

// texts are the statements of a table in one dialect. They are put together once.
type texts struct {
	load, look, remove, delete, update, insert, put string // load locks, look does not
}

// single are statements about one row each.
func (t *described) single() texts {
	insert := "INSERT INTO " + t.name + " (" + t.names("") + ") VALUES (" + placeholders(len(t.columns)) + ")"
	remove := "DELETE FROM " + t.name + " WHERE " + equals(t.keys)
	load := "SELECT " + t.names("") + " FROM " + t.name + " WHERE " + equals(t.keys)
	return texts{
		load:   load,
		look:   load,
		remove: remove,
		delete: remove,
		update: "UPDATE " + t.name + " SET " + assignments(t.mutable, len(t.keys)) + " WHERE " + equals(t.keys),
		insert: insert,
		put:    insert + t.instead(),
	}
}

// many are statements about all rows whose columns they get as arrays. LATERAL and
// LIMIT leave the planner no other way than the index, key by key, in the order
// in which the keys are given and thus locked.
func (t *described) many() texts {
	remove := "DELETE FROM " + t.name + " AS t USING " + unnest(t.keys) + " WHERE " + matches(t.keys)
	update := "UPDATE " + t.name + " AS t SET " + from("k", t.mutable) + " FROM " + unnest(t.changed()) + " WHERE " + matches(t.keys)
	insert := "INSERT INTO " + t.name + " (" + t.names("") + ") SELECT * FROM " + unnest(t.columns)
	load := "SELECT " + t.names("r.") + " FROM " + unnest(t.keys) +
		" CROSS JOIN LATERAL (SELECT * FROM " + t.name + " AS t WHERE " + matches(t.keys) + " LIMIT 1"
	return texts{
		load:   load + " FOR UPDATE) AS r",
		look:   load + ") AS r",
		remove: remove,
		delete: counted(remove, len(t.keys)),
		update: counted(update, len(t.changed())),
		insert: insert,
		put:    insert + t.instead(),
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
	return " ON CONFLICT (" + strings.Join(prefixed(t.keys, ""), ", ") + ") DO UPDATE SET " + from("excluded", t.mutable)
}

// equals is "a = $1 AND b = $2".
func equals(columns []column) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = fmt.Sprintf("%s = $%d", c.name, i+1)
	}
	return strings.Join(terms, " AND ")
}

// matches is "t.a = k.a AND t.b = k.b".
func matches(columns []column) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = "t." + c.name + " = k." + c.name
	}
	return strings.Join(terms, " AND ")
}

// assignments is "a = $3, b = $4", numbered after the keys.
func assignments(columns []column, after int) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = fmt.Sprintf("%s = $%d", c.name, after+i+1)
	}
	return strings.Join(terms, ", ")
}

// from is "a = k.a, b = k.b".
func from(source string, columns []column) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = c.name + " = " + source + "." + c.name
	}
	return strings.Join(terms, ", ")
}

// unnest is "unnest($1::bigint[], $2::text[]) AS k(a, b)".
func unnest(columns []column) string {
	casts := make([]string, len(columns))
	for i, c := range columns {
		casts[i] = fmt.Sprintf("$%d::%s[]", i+1, c.kind.sqlType())
	}
	return "unnest(" + strings.Join(casts, ", ") + ") AS k(" + strings.Join(prefixed(columns, ""), ", ") + ")"
}

func placeholders(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(marks, ", ")
}

func prefixed(columns []column, prefix string) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = prefix + c.name
	}
	return names
}
