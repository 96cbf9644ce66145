package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// sqliteConn runs statements, one at a time, and keeps them prepared.
type sqliteConn struct {
	conn     *sqlite.Conn // nil when closed
	prepared map[string]*sqliteStatement
	reading  bool

	stop   chan struct{}   // closed to interrupt what runs
	done   <-chan struct{} // of the context that closes stop
	ignore func() bool     // makes it not do so any more
}

// statementsKept bounds the prepared statements of a connection. There are fewer
// than that; texts put together at hand beyond it are prepared each time.
const statementsKept = 300

// errReading is the error of a statement amid the rows of another.
var errReading = errors.New("the rows of another statement are being read")

// openSQLiteConn opens a file with settings such as "foreign_keys(1)".
func openSQLiteConn(ctx context.Context, path string, settings []string) (*sqliteConn, error) {
	opened, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	c := &sqliteConn{conn: opened, prepared: map[string]*sqliteStatement{}, ignore: func() bool { return false }}
	for _, s := range settings {
		if err := c.set(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %s: %w", path, s, err), c.close())
		}
	}
	return c, c.heed(context.Background())
}

// set changes a setting. Two that both begin to write ahead in a new file are told at
// once that the other is in the way: no timeout of SQLite's helps them.
func (c *sqliteConn) set(ctx context.Context, setting string) error {
	const tries, pause = 200, 20 * time.Millisecond
	for try := 1; ; try++ {
		_, err := c.exec(ctx, "PRAGMA "+setting, nil)
		if sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy || try == tries || ctx.Err() != nil {
			return err
		}
		time.Sleep(pause)
	}
}

// close ends what is prepared as well. Closing twice is harmless.
func (c *sqliteConn) close() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.conn = nil
	return err
}

// heed makes the connection stop, whatever it is at, when ctx is done. Contexts
// come and go with each transaction; the channel that SQLite heeds stays until one
// of them has closed it.
func (c *sqliteConn) heed(ctx context.Context) error {
	if c.conn == nil {
		return errClosed
	}
	if c.reading {
		return errReading
	}
	if done := ctx.Done(); done != c.done {
		if !c.ignore() {
			c.stop = make(chan struct{})
			c.conn.SetInterrupt(c.stop)
		}
		stop := c.stop
		c.done, c.ignore = done, context.AfterFunc(ctx, func() { close(stop) })
	}
	return ctx.Err()
}

// with lends the prepared statement of a text to f.
func (c *sqliteConn) with(ctx context.Context, text string, f func(*sqliteStatement) error) error {
	if err := c.heed(ctx); err != nil {
		return err
	}
	s, kept := c.prepared[text]
	if !kept {
		var err error
		if s, err = c.prepare(text); err != nil {
			return err
		}
		if len(c.prepared) == statementsKept {
			defer s.Finalize()
		} else {
			c.prepared[text] = s
		}
	}
	err := f(s)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func (c *sqliteConn) exec(ctx context.Context, text string, args []any) (touched int64, err error) {
	err = c.with(ctx, text, func(s *sqliteStatement) error {
		if err := s.bind(args); err != nil {
			return err
		}
		touched, err = c.do(s)
		return err
	})
	return touched, err
}

// do runs a statement whatever it answers, and tells how many rows it touched.
func (c *sqliteConn) do(s *sqliteStatement) (int64, error) {
	err := s.each(func() error { return nil })
	return int64(c.conn.Changes()), err
}

func (c *sqliteConn) query(ctx context.Context, text string, args []any, each func(func(...any) error) error) error {
	return c.with(ctx, text, func(s *sqliteStatement) error {
		if err := s.bind(args); err != nil {
			return err
		}
		return c.read(s, each)
	})
}

// read hands the rows of an answer to each.
func (c *sqliteConn) read(s *sqliteStatement, each func(func(...any) error) error) error {
	c.reading = true
	defer func() { c.reading = false }()
	return s.each(func() error { return each(s.scan) })
}

func (c *sqliteConn) ask(ctx context.Context, batch []query) error {
	for _, q := range batch {
		err := c.with(ctx, q.sql, func(s *sqliteStatement) error {
			for i := range q.keys.all {
				s.bindRecord(q.keys, i)
				if err := c.read(s, q.each); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", q.sql, err)
		}
	}
	return nil
}

func (c *sqliteConn) run(ctx context.Context, batch []statement) error {
	for _, s := range batch {
		var touched int64
		err := c.with(ctx, s.sql, func(prepared *sqliteStatement) error {
			for i := range s.rows.all {
				prepared.bindRecord(s.rows, i)
				n, err := c.do(prepared)
				if err != nil {
					return err
				}
				touched += n
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.sql, err)
		}
		if err := s.check(touched); err != nil {
			return err
		}
	}
	return nil
}
