package store

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"sync"
)

// sqliteConn runs statements and keeps them prepared.
type sqliteConn struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// statementsKept bounds the prepared statements of a connection. There are fewer
// than that; texts put together at hand beyond it are prepared each time.
const statementsKept = 300

func newSQLiteConn(c *sql.Conn) *sqliteConn { return &sqliteConn{c, map[string]*sql.Stmt{}} }

func (c *sqliteConn) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}

func (c *sqliteConn) statement(ctx context.Context, text string) (*sql.Stmt, func(), error) {
	if s, ok := c.prepared[text]; ok {
		return s, func() {}, nil
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	if len(c.prepared) == statementsKept {
		return s, func() { _ = s.Close() }, nil
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

func (c *sqliteConn) ask(ctx context.Context, batch []query) error {
	for _, q := range batch {
		if err := c.query(ctx, q.sql, q.args, q.each); err != nil {
			return fmt.Errorf("%s: %w", q.sql, err)
		}
	}
	return nil
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
		if err := s.check(touched); err != nil {
			return err
		}
	}
	return nil
}

// sqliteReaders lends connections that read, with what they have prepared.
type sqliteReaders struct {
	pool *sql.DB
	free chan *sqliteConn // nil stands for one that is not open yet

	ending sync.Once
	ended  chan struct{}
}

func newSQLiteReaders(pool *sql.DB, connections int) *sqliteReaders {
	r := &sqliteReaders{pool: pool, free: make(chan *sqliteConn, connections), ended: make(chan struct{})}
	for range connections {
		r.free <- nil
	}
	return r
}

// with lends a connection to f, or waits for one.
func (r *sqliteReaders) with(ctx context.Context, f func(*sqliteConn) error) error {
	var c *sqliteConn
	select {
	case c = <-r.free:
	case <-r.ended:
		return sql.ErrConnDone
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { r.free <- c }()
	if c == nil {
		opened, err := r.pool.Conn(ctx)
		if err != nil {
			return err
		}
		c = newSQLiteConn(opened)
	}
	err := f(c)
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sqldriver.ErrBadConn) {
		_ = c.close() // broken: the error of its use is returned
		c = nil
	}
	return err
}

// close waits for those that are lent and closes all. Closing twice is harmless.
func (r *sqliteReaders) close() (err error) {
	r.ending.Do(func() {
		close(r.ended)
		for range cap(r.free) {
			if c := <-r.free; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		err = errors.Join(err, r.pool.Close())
	})
	return err
}
