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

// sqliteDB has one connection that writes, under a mutex, and a pool that reads.
type sqliteDB struct {
	mu      sync.Mutex
	pool    *sql.DB
	readers *sql.DB
	writer  *sqliteConn
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
	readers.SetMaxOpenConns(options.Connections)
	readers.SetMaxIdleConns(options.Connections)
	return &sqliteDB{pool: pool, readers: readers, writer: &sqliteConn{conn: c, prepared: map[string]*sql.Stmt{}}}, nil
}

func (db *sqliteDB) dialect() dialect { return dialect{name: "sqlite"} }

func (db *sqliteDB) close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return errors.Join(db.writer.conn.Close(), db.readers.Close(), db.pool.Close())
}

func (db *sqliteDB) update(ctx context.Context, f func(conn) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
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
	c, err := db.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return f(&sqliteConn{conn: c})
}

func (db *sqliteDB) retryable(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (db *sqliteDB) unavailable(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return errors.Is(err, sql.ErrConnDone) || errors.Is(err, sqldriver.ErrBadConn)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY:
		return true
	}
	return false
}

// sqliteConn runs statements; those of the writer stay prepared.
type sqliteConn struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (c *sqliteConn) statement(ctx context.Context, text string) (*sql.Stmt, func(), error) {
	if s, ok := c.prepared[text]; ok {
		return s, func() {}, nil
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	if c.prepared == nil {
		return s, func() { s.Close() }, nil
	}
	c.prepared[text] = s
	return s, func() {}, nil
}

func (c *sqliteConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	s, done, err := c.statement(ctx, text)
	if err != nil {
		return 0, err
	}
	defer done()
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, text string, args []any, each func(func(...any) error) error) error {
	s, done, err := c.statement(ctx, text)
	if err != nil {
		return err
	}
	defer done()
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c *sqliteConn) run(ctx context.Context, batch []statement) error {
	for _, s := range batch {
		var touched int64
		for _, row := range s.rows {
			n, err := c.exec(ctx, s.sql, row)
			if err != nil {
				return fmt.Errorf("%s: %w", s.sql, err)
			}
			touched += n
		}
		if touched != s.want {
			return fmt.Errorf("%s: touched %d rows, want %d", s.sql, touched, s.want)
		}
	}
	return nil
}
