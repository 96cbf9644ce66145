package store

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresDB keeps some connections for updates, so that no flood of reads holds
// up a commit or the beat of a node.
type postgresDB struct {
	writers, readers *pgxpool.Pool
	answers          time.Duration
}

// A host that is gone does not say so. connecting is how long one may take that is called,
// pong how long one whose connection was idle, and silent how long it may leave unanswered
// what TCP sends it: data, or the question whether it is there.
const connecting, pong, silent = 5 * time.Second, 5 * time.Second, 20 * time.Second

func openPostgres(ctx context.Context, url string, options Options) (driver, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the postgres:// URL cannot be read") // the text may hold a password
	}
	// Rows are looked up by key, or in the order of an index, always. A planner
	// whose statistics are from when a table was small would read all of it, or
	// all rows of a merchant, instead, and keep that plan.
	for _, way := range append(scans, "jit") {
		config.ConnConfig.RuntimeParams[way] = "off"
	}
	// A plan for a few rows looks cheaper than one for any number, and would be
	// made anew for every small batch.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = "read committed" // whatever the server's is
	config.AfterConnect = gathers
	config.PingTimeout, config.ConnConfig.ConnectTimeout = pong, cmp.Or(config.ConnConfig.ConnectTimeout, connecting)
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silent / 4, Interval: silent / 4, Count: 3}, Control: impatient}
	config.ConnConfig.DialFunc = dialer.DialContext
	if options.Relaxed {
		config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	db := postgresDB{answers: cmp.Or(options.Answers, 30*time.Second)}
	config.MaxConns = int32(max(options.Connections/4, 2))
	if db.writers, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	config.MaxConns = max(int32(options.Connections)-config.MaxConns, 1)
	if db.readers, err = pgxpool.NewWithConfig(ctx, config); err == nil {
		err = db.readers.Ping(ctx)
	}
	if err != nil {
		_ = db.close()
		return nil, err
	}
	return &db, nil
}

// scans are the planner's ways of reading more than is asked for.
var scans = []string{"enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_hashjoin", "enable_mergejoin"}

func (db *postgresDB) dialect() dialect {
	return dialect{name: "postgres", arrays: true}
}

func (db *postgresDB) close() error {
	for _, pool := range []*pgxpool.Pool{db.writers, db.readers} {
		if pool != nil {
			pool.Close()
		}
	}
	return nil
}

// update relies on READ COMMITTED: rows that will change are locked as they
// are read, and unique keys settle what no row can lock yet.
func (db *postgresDB) update(ctx context.Context, f func(conn) error) error {
	return over(ctx, db.writers, func(c *pgxpool.Conn) error { return transact(ctx, c.Conn(), f) })
}

func (db *postgresDB) view(ctx context.Context, f func(conn) error) error {
	return over(ctx, db.readers, func(c *pgxpool.Conn) error {
		wire := c.Conn().PgConn().Conn()
		if err := wire.SetDeadline(time.Now().Add(db.answers)); err != nil {
			return err
		}
		defer func() {
			if !c.Conn().IsClosed() {
				_ = wire.SetDeadline(time.Time{})
			}
		}()
		return f(&pgConn{Conn: c.Conn()})
	})
}

// snapshot lets the planner read as it likes again: a report reads all there is.
func (db *postgresDB) snapshot(ctx context.Context, f func(conn) error) error {
	return over(ctx, db.readers, func(c *pgxpool.Conn) error {
		options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		return pgx.BeginTxFunc(ctx, c, options, func(tx pgx.Tx) error {
			settings := "SET LOCAL plan_cache_mode = auto"
			for _, way := range scans {
				settings += "; SET LOCAL " + way + " = on"
			}
			if _, err := tx.Conn().PgConn().Exec(ctx, settings).ReadAll(); err != nil {
				return err
			}
			return f(&pgConn{Conn: c.Conn()})
		})
	})
}

// over runs f over a connection. pgx closes a connection whatever it dies of: a
// broken network, a server that ends, a context that is done amid a statement.
func over(ctx context.Context, pool *pgxpool.Pool, f func(*pgxpool.Conn) error) error {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return &disconnected{err, true}
	}
	defer c.Release()
	if err = f(c); err != nil && (c.Conn().IsClosed() || ctx.Err() != nil) {
		return &disconnected{err, !errors.As(err, new(*uncertain))}
	}
	return err
}

// disconnected is the error of a call that got no connection, lost it or had no
// time left. Nothing of it is in the database when it was undone.
type disconnected struct {
	error
	undone bool
}

func (e *disconnected) Unwrap() error { return e.error }

// uncertain is the error of a COMMIT: the transaction may be there.
type uncertain struct{ error }

func (e *uncertain) Unwrap() error { return e.error }

// retryable: the transaction did not happen and may succeed when repeated.
// 40001 serialization failure, 40P01 deadlock, 23505 another node was first; or
// the connection was lost before its COMMIT, and a new one may be had in a moment.
func (db *postgresDB) retryable(err error) (retry, later bool) {
	var lost *disconnected
	if errors.As(err, &lost) {
		return lost.undone, true
	}
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "23505"), false
}

// unavailable: no connection, or an answer of class 08 connection, 53 resources,
// 57 operator intervention, 58 system error, XX internal error, or 25006: the
// server became a standby.
func (db *postgresDB) unavailable(err error) bool {
	var lost *disconnected
	var e *pgconn.PgError
	if errors.As(err, &lost) || !errors.As(err, &e) {
		return lost != nil
	}
	switch e.Code[:2] {
	case "08", "53", "57", "58", "XX":
		return true
	}
	return e.Code == "25006"
}
