package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"
)

// DB is an open database of either kind. It is safe for concurrent use.
type DB struct {
	driver driver
	memory *memory // nil on SQLite, which has no round trips to save
}

// Options tell how a database is opened.
type Options struct {
	// Relaxed lets a commit return before it is on disk. Only what is outside
	// the books (the simulated bank) may be opened so.
	Relaxed bool
	// Connections bounds the open connections; 0 means 16.
	Connections int
	// Answers is how long a View waits for the answers of a PostgreSQL that may be
	// gone; 0 means 30 seconds.
	Answers time.Duration
}

// Open connects to "sqlite:PATH" or "postgres://...".
func Open(ctx context.Context, url string, options Options) (*DB, error) {
	if options.Connections == 0 {
		options.Connections = 16
	}
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		d, err := openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), options)
		return wrap(d, err)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		d, err := openPostgres(ctx, url, options)
		return wrap(d, err)
	}
	return nil, errors.New(`database: want "sqlite:PATH" or "postgres://USER@HOST/NAME"`)
}

func wrap(d driver, err error) (*DB, error) {
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db := &DB{driver: d}
	if d.dialect().arrays {
		db.memory = newMemory()
	}
	return db, nil
}

// Close releases the connections.
func (db *DB) Close() error { return db.driver.close() }

// Kind is "sqlite" or "postgres".
func (db *DB) Kind() string { return db.driver.dialect().name }

// Update runs f in one transaction and commits it: when Update returns nil, what
// f wrote is durable. f runs again when the database asks for it (serialization
// failure, deadlock, a row that another node inserted first) or was gone for a few
// seconds, so it must start from nothing each time. On SQLite one Update runs at
// a time. When Unavailable holds of the error, whether f's writes are there is
// unknown.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	const tries = 8
	pause := 20 * time.Millisecond // doubles: 2.5 s in all
	for try := 1; ; try++ {
		tx := &Tx{dialect: db.driver.dialect()}
		if try == 1 {
			tx.memory = db.memory
		}
		err := db.driver.update(ctx, func(c conn) error {
			tx.conn = c
			return tx.try(f)
		})
		db.memory.note(tx.sets, err)
		if err == nil || try == tries || ctx.Err() != nil {
			return err
		}
		if tx.assumed() && !db.Unavailable(err) {
			continue // it may be the assumption's fault
		}
		retry, later := db.driver.retryable(err)
		if !retry && !errors.Is(err, errMoved) {
			return err
		}
		if later {
			select {
			case <-time.After(pause):
				pause *= 2
			case <-ctx.Done():
				return err
			}
		}
	}
}

// errMoved: between two statements of a transaction another one committed what
// makes them contradict each other.
var errMoved = errors.New("the rows changed while they were read")

// Unavailable tells whether an error is the database's own trouble (gone, full,
// restarting, too slow) rather than that of the statements it was given.
func (db *DB) Unavailable(err error) bool { return db.driver.unavailable(err) }

// View runs f over one connection without a transaction: each statement sees
// what is committed when it starts.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return db.driver.view(ctx, func(c conn) error {
		return f(&Tx{conn: c, dialect: db.driver.dialect()})
	})
}

// Snapshot runs f over the database as it is at one moment: what commits
// meanwhile is not seen. It is for reports that read much.
func (db *DB) Snapshot(ctx context.Context, f func(*Tx) error) error {
	return db.driver.snapshot(ctx, func(c conn) error {
		return f(&Tx{conn: c, dialect: db.driver.dialect()})
	})
}

// Tx is a connection in use: a transaction in Update, reads in View and Snapshot.
type Tx struct {
	conn    conn
	dialect dialect
	memory  *memory // nil when nothing is to be assumed
	sets    []*Set  // that were loaded
}

// try runs f. Assumptions may contradict each other: what f makes of it is an error, and
// f will see what is there. So it will when it did not flush, which would have made sure
// of them.
func (tx *Tx) try(f func(*Tx) error) (err error) {
	defer func() {
		if tx.assumed() {
			if p := recover(); p != nil {
				err = fmt.Errorf("decided from memory: %v", p)
			}
		}
	}()
	err = f(tx)
	if err == nil && slices.ContainsFunc(tx.sets, func(s *Set) bool { return s.assumed && !s.flushed }) {
		return errors.New("decided from memory, and not flushed")
	}
	return err
}

func (tx *Tx) assumed() bool {
	return slices.ContainsFunc(tx.sets, func(s *Set) bool { return s.assumed })
}

// Exec runs a statement with $1-style arguments and tells how many rows it touched.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	return tx.conn.exec(ctx, sql, args)
}

// Query runs a statement and hands each row's scan function to each.
func (tx *Tx) Query(ctx context.Context, sql string, args []any, each func(scan func(...any) error) error) error {
	return tx.conn.query(ctx, sql, args, each)
}

// driver is one kind of database.
type driver interface {
	dialect() dialect
	update(ctx context.Context, f func(conn) error) error
	view(ctx context.Context, f func(conn) error) error
	snapshot(ctx context.Context, f func(conn) error) error
	migrate(ctx context.Context, files fs.FS, versions string) error
	retryable(err error) (retry, later bool)
	unavailable(err error) bool
	close() error
}

// conn runs statements.
type conn interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any, each func(scan func(...any) error) error) error
	// ask runs queries together, in order.
	ask(ctx context.Context, batch []query) error
	// run executes prepared shapes of statements together, in order.
	run(ctx context.Context, batch []statement) error
}

// A query of a load: each takes its rows.
type query struct {
	sql  string
	args []any   // one execution with whole columns as arrays
	keys records // one execution per key
	each func(scan func(...any) error) error
}

// A statement of a flush: it must touch exactly want rows, or any number of them.
// Only one of the two forms of arguments is set, as the dialect asked for.
type statement struct {
	sql  string
	args []any   // one execution with whole columns as arrays
	rows records // one execution per row
	want int64
}

// records are keys or rows of a table, and which columns of them are arguments.
type records struct {
	columns []column
	all     []reflect.Value
}

// anyNumber is the want of a statement that may find nothing to do.
const anyNumber = -1

// check compares the rows that a statement touched with those it wanted.
func (s statement) check(touched int64) error {
	if s.want != anyNumber && touched != s.want {
		return fmt.Errorf("%s: touched %d rows, want %d", s.sql, touched, s.want)
	}
	return nil
}

// dialect is what differs between the two texts.
type dialect struct {
	name string
	// arrays: whole columns travel as array arguments.
	arrays bool
}
