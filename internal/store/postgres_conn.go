package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgConn runs statements over a connection. What need not be answered at once
// waits, and travels with what comes next.
type pgConn struct {
	*pgx.Conn
	waiting []statement
}

var begin = statement{sql: "BEGIN"}

// transact runs f in a transaction. Its BEGIN travels with the first statement of
// f, and what f writes last with the COMMIT: a set that is loaded and flushed
// takes two round trips. What is sent in one is a transaction without saying so.
func transact(ctx context.Context, c *pgx.Conn, f func(conn) error) error {
	t := &pgConn{c, []statement{begin}}
	defer func() {
		if !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
			_, _ = c.Exec(ctx, "ROLLBACK") // one that fails costs the connection
		}
	}()
	if err := f(t); err != nil || len(t.waiting) == 1 && t.waiting[0].sql == begin.sql {
		return err // or nothing was asked
	}
	return t.commit(ctx)
}

func (c *pgConn) commit(ctx context.Context) error {
	var b pgx.Batch
	begun := len(c.waiting) == 0 || c.waiting[0].sql != begin.sql
	if begun {
		b.Queue("COMMIT")
	} else {
		c.waiting = c.waiting[1:]
	}
	results, err := c.send(ctx, &b)
	switch {
	case errors.As(err, new(*pgconn.PgError)):
		return err // a statement before it failed, whatever became of the connection then
	case err != nil:
		return &uncertain{err}
	}
	var tag pgconn.CommandTag
	if begun {
		tag, _ = results.Exec()
	}
	if err := results.Close(); err != nil {
		return &uncertain{err}
	}
	if begun && tag.String() != "COMMIT" {
		return errors.New("the transaction had failed before its commit")
	}
	return nil
}

// divisionByZero is how a counted statement fails.
const divisionByZero = "22012"

// send sends a batch behind what waits, and reads the answers to the latter.
func (c *pgConn) send(ctx context.Context, b *pgx.Batch) (pgx.BatchResults, error) {
	before := c.waiting
	c.waiting = nil
	var all pgx.Batch
	for _, s := range before {
		all.Queue(s.sql, s.args...)
	}
	all.QueuedQueries = append(all.QueuedQueries, b.QueuedQueries...)
	results := c.SendBatch(ctx, &all)
	for _, s := range before {
		tag, err := results.Exec()
		var e *pgconn.PgError
		switch {
		case err == nil:
			err = s.check(tag.RowsAffected())
		case errors.As(err, &e) && e.Code == divisionByZero:
			err = fmt.Errorf("%s: touched other rows, want %d: %w", s.sql, s.args[len(s.args)-1], err)
		default:
			err = fmt.Errorf("%s: %w", s.sql, err)
		}
		if err != nil {
			_ = results.Close() // says the same
			return nil, err
		}
	}
	return results, nil
}

func (c *pgConn) exec(ctx context.Context, sql string, args []any) (touched int64, err error) {
	var b pgx.Batch
	b.Queue(sql, args...)
	results, err := c.send(ctx, &b)
	if err != nil {
		return 0, err
	}
	tag, _ := results.Exec()
	return tag.RowsAffected(), results.Close()
}

func (c *pgConn) query(ctx context.Context, sql string, args []any, each func(func(...any) error) error) error {
	if len(c.waiting) == 0 {
		rows, err := c.Query(ctx, sql, args...)
		return take(rows, err, each)
	}
	return c.ask(ctx, []query{{sql: sql, args: args, each: each}})
}

func (c *pgConn) ask(ctx context.Context, batch []query) error {
	var b pgx.Batch
	for _, q := range batch {
		b.Queue(q.sql, q.args...)
	}
	results, err := c.send(ctx, &b)
	if err != nil {
		return err
	}
	for _, q := range batch {
		rows, err := results.Query()
		if err := take(rows, err, q.each); err != nil {
			_ = results.Close()
			return fmt.Errorf("%s: %w", q.sql, err)
		}
	}
	return results.Close()
}

func take(rows pgx.Rows, err error, each func(func(...any) error) error) error {
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

// run lets the statements wait: their errors are those of what comes next.
func (c *pgConn) run(_ context.Context, batch []statement) error {
	c.waiting = append(c.waiting, batch...)
	return nil
}
