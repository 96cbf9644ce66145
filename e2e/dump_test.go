package e2e

import (
	"fmt"
	"strings"
	"testing"

	"tolem/internal/store"
)

// dumpTables is every value of every table as text, bytes in hex.
func dumpTables(t *testing.T, s *site) string {
	t.Helper()
	var dump strings.Builder
	view(t, s.database, func(tx *store.Tx) error {
		tables, each := "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "SELECT CAST(row_to_json(r) AS TEXT) FROM %s AS r"
		if !s.onPostgres() {
			// The inner query makes the text of a query that quotes every column.
			tables = `SELECT 'SELECT ' || group_concat('quote(' || c.name || ')', ' || '','' || ') || ' FROM ' || t.name
				FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' GROUP BY t.name`
			each = "%s"
		}
		names, err := texts(t, tx, tables)
		for _, name := range names {
			lines, failed := texts(t, tx, fmt.Sprintf(each, name))
			if failed != nil {
				return failed
			}
			dump.WriteString(strings.Join(lines, "\n"))
		}
		return err
	})
	return dump.String()
}

// texts runs a query of one column.
func texts(t *testing.T, tx *store.Tx, query string) (all []string, err error) {
	err = tx.Query(t.Context(), query, nil, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		all = append(all, text)
		return err
	})
	return all, err
}
