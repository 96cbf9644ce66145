package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pgConn runs statements over a connection. What is to be sent first travels with
// the first of them.
type pgConn struct {
	*pgx.Conn
	first string
}

// begin says what every transaction relies on, whatever the server's default is.
const begin = "BEGIN ISOLATION LEVEL READ COMMITTED"

// transact runs f in a transaction. Its BEGIN, its statements and its COMMIT make
// as many round trips as f makes, and one.
func transact(ctx context.Context, c *pgx.Conn, f func(conn) error) error {
	t := &pgConn{c, begin}
	done := false
	defer func() {
		if !done && !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
			_, _ = c.Exec(ctx, "ROLLBACK") // one that fails costs the connection
		}
	}()
	if err := f(t); err != nil || t.first != "" {
		return err
	}
	tag, err := c.Exec(ctx, "COMMIT")
	if err != nil {
		return &uncertain{err}
	}
	if done = true; tag.String() != "COMMIT" {
		return errors.New("the transaction had failed before its commit")
	}
	return nil
}

// send sends a batch together with what is to be sent first.
func (c *pgConn) send(ctx context.Context, b *pgx.Batch) (pgx.BatchResults, error) {
	if c.first == "" {
		return c.SendBatch(ctx, b), nil
	}
	first := &pgx.QueuedQuery{SQL: c.first}
	c.first = ""
	b.QueuedQueries = append([]*pgx.QueuedQuery{first}, b.QueuedQueries...)
	results := c.SendBatch(ctx, b)
	if _, err := results.Exec(); err != nil {
		_ = results.Close() // says the same
		return nil, err
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
	if c.first == "" {
		rows, err := c.Query(ctx, sql, args...)
		return take(rows, err, each)
	}
	return c.ask(ctx, []query{{sql, args, each}})
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

func (c *pgConn) run(ctx context.Context, batch []statement) error {
	var b pgx.Batch
	for _, s := range batch {
		b.Queue(s.sql, s.args...)
	}
	results, err := c.send(ctx, &b)
	if err != nil {
		return err
	}
	for _, s := range batch {
		tag, err := results.Exec()
		if err == nil {
			err = s.check(tag.RowsAffected())
		} else {
			err = fmt.Errorf("%s: %w", s.sql, err)
		}
		if err != nil {
			_ = results.Close()
			return err
		}
	}
	return results.Close()
}
