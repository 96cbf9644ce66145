package store

import (
	"context"
	"sync"
	"time"
)

// Reader finds rows for many callers. Those who ask while others are being
// answered wait, and share one query, which sees all that was committed before
// they asked.
type Reader[I comparable, R any] struct {
	db   *DB
	want func(*Set, I)
	get  func(*Set, I) (R, bool)

	mu      sync.Mutex
	waiting []*question[I, R]
	flights int
}

// flightsAtMost is how many queries of a Reader run at once, questionsAtMost how
// many questions one of them answers.
const (
	flightsAtMost   = 2
	questionsAtMost = 256
)

type question[I comparable, R any] struct {
	about I
	row   R
	found bool
	err   error
	done  chan struct{}
}

// NewReader reads rows of a table or an index: want and get are its Look or Want,
// and its Get.
func NewReader[I comparable, R any](db *DB, want func(*Set, I), get func(*Set, I) (R, bool)) *Reader[I, R] {
	return &Reader[I, R]{db: db, want: want, get: get}
}

// Find reads the row of i.
func (r *Reader[I, R]) Find(ctx context.Context, i I) (row R, found bool, err error) {
	q := &question[I, R]{about: i, done: make(chan struct{})}
	r.mu.Lock()
	r.waiting = append(r.waiting, q)
	if r.flights < flightsAtMost {
		r.flights++
		go r.fly()
	}
	r.mu.Unlock()
	select {
	case <-q.done:
		return q.row, q.found, q.err
	case <-ctx.Done():
		return row, false, ctx.Err()
	}
}

// fly answers until nobody waits.
func (r *Reader[I, R]) fly() {
	for {
		r.mu.Lock()
		asked := r.waiting[:min(len(r.waiting), questionsAtMost)]
		r.waiting = r.waiting[len(asked):]
		if len(asked) == 0 {
			r.waiting = nil
			r.flights--
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		r.answer(asked)
	}
}

func (r *Reader[I, R]) answer(asked []*question[I, R]) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	set := NewSet()
	for _, q := range asked {
		r.want(set, q.about)
	}
	err := r.db.View(ctx, func(tx *Tx) error { return set.Load(ctx, tx) })
	for _, q := range asked {
		if q.err = err; err == nil {
			q.row, q.found = r.get(set, q.about)
		}
		close(q.done)
	}
}
