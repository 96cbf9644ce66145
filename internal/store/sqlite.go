package store

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDB has one connection that writes, under a mutex, and some that read.
type sqliteDB struct {
	mu      sync.Mutex
	pool    *sql.DB
	writer  *sqliteConn
	readers *sqliteReaders
}

func openSQLite(ctx context.Context, path string, options Options) (driver, error) {
	dsn := func(pragmas ...string) string {
		query := url.Values{}
		for _, p := range append(pragmas, "busy_timeout(10000)", "journal_mode(WAL)") {
			query.Add("_pragma", p)
		}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	}
	synchronous := "synchronous(FULL)"
	if options.Relaxed {
		synchronous = "synchronous(OFF)"
	}
	pool, err := sql.Open("sqlite", dsn(synchronous, "foreign_keys(1)", "wal_autocheckpoint(4000)"))
	if err != nil {
		return nil, err
	}
	c, err := pool.Conn(ctx)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	readers, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &sqliteDB{pool: pool, writer: newSQLiteConn(c), readers: newSQLiteReaders(readers, options.Connections)}, nil
}

func (db *sqliteDB) dialect() dialect { return dialect{name: "sqlite"} }

func (db *sqliteDB) close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return errors.Join(db.readers.close(), db.writer.close(), db.pool.Close())
}

func (db *sqliteDB) update(ctx context.Context, f func(conn) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	// A cancelled caller must not leave the one writer in an open transaction.
	ctx = context.WithoutCancel(ctx)
	if _, err := db.writer.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_, _ = db.writer.exec(ctx, "ROLLBACK", nil)
		}
	}()
	if err := f(db.writer); err != nil {
		return err
	}
	if _, err := db.writer.exec(ctx, "COMMIT", nil); err != nil {
		return err
	}
	done = true
	return nil
}

func (db *sqliteDB) view(ctx context.Context, f func(conn) error) error {
	return db.readers.with(ctx, func(c *sqliteConn) error { return f(c) })
}

func (db *sqliteDB) snapshot(ctx context.Context, f func(conn) error) error {
	return db.view(ctx, func(c conn) error {
		if _, err := c.exec(ctx, "BEGIN", nil); err != nil {
			return err
		}
		return errors.Join(f(c), end(c))
	})
}

// end closes a transaction that only read.
func end(c conn) error {
	_, err := c.exec(context.Background(), "ROLLBACK", nil)
	return err
}

// retryable: nothing is. A transaction has the database to itself from its
// first statement on, having waited for another process as long as busy_timeout.
func (db *sqliteDB) retryable(error) (retry, later bool) { return false, false }

// unavailable: the file, the disk or another process is in the way, or the
// caller's time is over.
func (db *sqliteDB) unavailable(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return errors.Is(err, sql.ErrConnDone) || errors.Is(err, sqldriver.ErrBadConn) ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}
