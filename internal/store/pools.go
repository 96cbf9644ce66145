package store

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool is the state of a group of connections at a moment.
type Pool struct {
	Name       string // "writers" or "readers"
	Most       int
	Open, Busy int
	Waited     time.Duration // for a connection, all callers together; 0 where nobody counts it
}

// Pools tells how the connections are used.
func (db *DB) Pools() []Pool {
	switch d := db.driver.(type) {
	case *postgresDB:
		return []Pool{pgPool("writers", d.writers), pgPool("readers", d.readers)}
	case *sqliteDB:
		return []Pool{d.readers.state()}
	}
	return nil
}

func pgPool(name string, pool *pgxpool.Pool) Pool {
	s := pool.Stat()
	return Pool{Name: name, Most: int(s.MaxConns()), Open: int(s.TotalConns()), Busy: int(s.AcquiredConns()), Waited: s.EmptyAcquireWaitTime()}
}

// state counts what is lent; the one connection that writes is not among them.
func (r *sqliteReaders) state() Pool {
	return Pool{Name: "readers", Most: cap(r.free), Open: int(r.open.Load()), Busy: cap(r.free) - len(r.free)}
}
