package store_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"tolem/internal/storetest"
)

// TestSQLitesLogBeginsAnew changes the same thousand pages in each transaction: the log
// is moved before SQLite would do it itself, after 64,000 of them.
func TestSQLitesLogBeginsAnew(t *testing.T) {
	url := storetest.SQLite(t)
	db := storetest.Open(t, url)
	const rows, page = 1000, 4096
	exec(t, db, "CREATE TABLE line (id INTEGER PRIMARY KEY, value BLOB NOT NULL)", fmt.Sprintf(
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO line SELECT i, randomblob(3500) FROM n", rows))
	length := func() int {
		log, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return int(log.Size() / page)
	}
	for written := rows; written < 60_000; written += rows {
		exec(t, db, "UPDATE line SET value = randomblob(3500)")
		if written > 3*length()/2 {
			return
		}
		if written > 20_000 {
			time.Sleep(50 * time.Millisecond) // lets it be moved
		}
	}
	t.Errorf("the log has %d pages", length())
}
