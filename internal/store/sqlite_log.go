package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// sqliteLog moves what is in a database's log into the database, beside the one that
// writes. SQLite would have a commit do it, now and then, and all who come after that
// commit would wait for it.
type sqliteLog struct {
	conn    *sqliteConn
	writing *sync.Mutex  // of the connection that writes
	commits atomic.Int64 // since the log was looked at

	ending sync.Once
	end    context.CancelFunc
	ended  chan struct{}
}

// The pages that payments change are the last ones of a table, of the accounts, and of each
// merchant's orders, the same again and again: a long log writes them to the database once
// instead of often. Should nobody move it, a commit does when it is too long.
const (
	longLog    = 16000 // pages
	tooLongLog = "wal_autocheckpoint(64000)"
)

func tendSQLiteLog(ctx context.Context, path, synchronous string, writing *sync.Mutex) (*sqliteLog, error) {
	conn, err := openSQLiteConn(ctx, path, []string{"busy_timeout(10000)", synchronous, "wal_autocheckpoint(0)"})
	if err != nil {
		return nil, err
	}
	l := &sqliteLog{conn: conn, writing: writing, ended: make(chan struct{})}
	ctx, l.end = context.WithCancel(context.Background())
	go l.tend(ctx)
	return l, nil
}

// tend looks at the log again and again. What fails is tried again at the next look.
func (l *sqliteLog) tend(ctx context.Context) {
	defer close(l.ended)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		if l.commits.Swap(0) == 0 {
			continue
		}
		if length, _, err := l.checkpoint(ctx, "NOOP"); err == nil && length >= longLog {
			l.move(ctx)
		}
	}
}

// move takes up what was written before it began, and what was written meanwhile, as long
// as that is much. Then it keeps others from writing for a moment: the log begins anew
// when there is nothing left in it.
func (l *sqliteLog) move(ctx context.Context) {
	const much, rounds = longLog / 16, 4
	for range rounds {
		before, _, err := l.checkpoint(ctx, "PASSIVE")
		if err != nil {
			return
		}
		if now, moved, err := l.checkpoint(ctx, "NOOP"); err != nil || moved < before || now-moved < much {
			break // or somebody reads what is to be moved
		}
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_, _, _ = l.checkpoint(ctx, "PASSIVE")
}

// checkpoint tells how many pages are in the log, and how many of these are in the
// database as well.
func (l *sqliteLog) checkpoint(ctx context.Context, mode string) (length, moved int64, err error) {
	var busy int64
	err = l.conn.query(ctx, "PRAGMA wal_checkpoint("+mode+")", nil, func(scan func(...any) error) error {
		return scan(&busy, &length, &moved)
	})
	return length, moved, err
}

// close leaves the rest to the last connection that closes.
func (l *sqliteLog) close() (err error) {
	l.ending.Do(func() {
		l.end()
		<-l.ended
		err = l.conn.close()
	})
	return err
}
