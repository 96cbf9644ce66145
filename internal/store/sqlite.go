package store

import (
	"context"
	"errors"
	"sync"

	"zombiezen.com/go/sqlite"
)

// sqliteDB has one connection that writes, under a mutex, and some that read.
type sqliteDB struct {
	path     string
	settings []string // of the connection that writes
	mu       sync.Mutex
	writer   *sqliteConn
	readers  *sqliteReaders
	log      *sqliteLog
}

// cacheSize holds most of the pages that payments change, in KiB. After a page was split
// SQLite looks through all of the cache.
const cacheSize = "cache_size(-12288)"

func openSQLite(ctx context.Context, path string, options Options) (driver, error) {
	synchronous := "synchronous(FULL)"
	if options.Relaxed {
		synchronous = "synchronous(OFF)"
	}
	settings := []string{"busy_timeout(10000)", "journal_mode(WAL)", synchronous, "foreign_keys(1)", tooLongLog, cacheSize}
	writer, err := openSQLiteConn(ctx, path, settings)
	if err != nil {
		return nil, err
	}
	db := &sqliteDB{path: path, settings: settings, writer: writer, readers: newSQLiteReaders(path, options.Connections)}
	if db.log, err = tendSQLiteLog(ctx, path, synchronous, &db.mu); err != nil {
		return nil, errors.Join(err, writer.close())
	}
	return db, nil
}

func (db *sqliteDB) dialect() dialect { return dialect{name: "sqlite"} }

func (db *sqliteDB) close() error {
	err := db.log.close()
	db.mu.Lock()
	defer db.mu.Unlock()
	return errors.Join(err, db.readers.close(), db.writer.close())
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
	db.log.commits.Add(1)
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

// errClosed is what a closed database answers.
var errClosed = errors.New("the database is closed")

// unavailable: the file, the disk or another process is in the way, or the
// caller's time is over.
func (db *sqliteDB) unavailable(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultBusy, sqlite.ResultFull, sqlite.ResultInterrupt, sqlite.ResultReadOnly:
		return true
	}
	return broken(err) || errors.Is(err, errClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// broken: a connection with such an error may be of no use any more.
func broken(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCantOpen, sqlite.ResultCorrupt, sqlite.ResultIOErr, sqlite.ResultNoMem, sqlite.ResultNotADB:
		return true
	}
	return false
}
