package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type postgresDB struct {
	pool *pgxpool.Pool
}

func openPostgres(ctx context.Context, url string, options Options) (driver, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the postgres:// URL cannot be read") // the text may hold a password
	}
	config.MaxConns = int32(options.Connections)
	if options.Relaxed {
		config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool: pool}, nil
}

func (db *postgresDB) dialect() dialect {
	return dialect{name: "postgres", arrays: true, forUpdate: " FOR UPDATE", skipLocked: " FOR UPDATE SKIP LOCKED"}
}

func (db *postgresDB) close() error {
	db.pool.Close()
	return nil
}

// update relies on READ COMMITTED: rows that will change are locked as they
// are read, and unique keys settle what no row can lock yet.
func (db *postgresDB) update(ctx context.Context, f func(conn) error) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error { return f(pgConn{tx}) })
}

func (db *postgresDB) view(ctx context.Context, f func(conn) error) error {
	return db.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return f(pgConn{c}) })
}

// retryable: the transaction did not happen and may succeed when repeated.
// 40001 serialization failure, 40P01 deadlock, 23505 another node was first.
func (db *postgresDB) retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "23505")
}

// unavailable: no answer from the server at all, or one of class 08 connection,
// 53 resources, 57 operator intervention, 58 system error.
func (db *postgresDB) unavailable(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.Contains("08 53 57 58", e.Code[:2])
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || pgconn.Timeout(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// pgConn runs statements over a pgx transaction or connection.
type pgConn struct {
	q interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
		Query(context.Context, string, ...any) (pgx.Rows, error)
		SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
	}
}

func (c pgConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	tag, err := c.q.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (c pgConn) query(ctx context.Context, sql string, args []any, each func(func(...any) error) error) error {
	rows, err := c.q.Query(ctx, sql, args...)
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

// run sends all statements in one round trip.
func (c pgConn) run(ctx context.Context, batch []statement) error {
	var b pgx.Batch
	for _, s := range batch {
		b.Queue(s.sql, s.args...)
	}
	results := c.q.SendBatch(ctx, &b)
	defer results.Close()
	for _, s := range batch {
		tag, err := results.Exec()
		if err != nil {
			return fmt.Errorf("%s: %w", s.sql, err)
		}
		if n := tag.RowsAffected(); n != s.want {
			return fmt.Errorf("%s: touched %d rows, want %d", s.sql, n, s.want)
		}
	}
	return nil
}
