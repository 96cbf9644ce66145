package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// sqliteReaders lends connections that read, with what they have prepared.
type sqliteReaders struct {
	path string
	free chan *sqliteConn // nil stands for one that is not open yet
	open atomic.Int64

	ending sync.Once
	ended  chan struct{}
}

func newSQLiteReaders(path string, connections int) *sqliteReaders {
	r := &sqliteReaders{path: path, free: make(chan *sqliteConn, connections), ended: make(chan struct{})}
	for range connections {
		r.free <- nil
	}
	return r
}

// with lends a connection to f, or waits for one. One that broke, or whose use
// did not end, is not lent again.
func (r *sqliteReaders) with(ctx context.Context, f func(*sqliteConn) error) (err error) {
	var c *sqliteConn
	select {
	case c = <-r.free:
	case <-r.ended:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	ended := false
	defer func() {
		if c != nil && (!ended || broken(err) || c.heed(context.Background()) != nil) {
			_ = c.close() // the error of its use is returned
			r.open.Add(-1)
			c = nil
		}
		r.free <- c
	}()
	if c == nil {
		if c, err = openSQLiteConn(ctx, r.path, []string{"busy_timeout(10000)", "query_only(1)"}); err != nil {
			return err
		}
		r.open.Add(1)
	}
	err = f(c)
	ended = true
	return err
}

// close waits for those that are lent and closes all. Closing twice is harmless.
func (r *sqliteReaders) close() (err error) {
	r.ending.Do(func() {
		close(r.ended)
		for range cap(r.free) {
			if c := <-r.free; c != nil {
				err = errors.Join(err, c.close())
				r.open.Add(-1)
			}
		}
	})
	return err
}
