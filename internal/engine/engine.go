package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tolem/internal/clock"
	"tolem/internal/store"
)

// An Operation is one wish to change state. It names the rows it needs, then
// decides on them without any I/O, clock or chance. Decide may run more than
// once (a batch can be repeated or split); the last run counts. Its result, a
// refusal included, stays in fields of its own and may be read after Do.
type Operation interface {
	Want(*store.Set)
	Decide(s *store.Set, now time.Time)
}

// Committed is an operation that wants to know, before its caller does, that
// it is durable.
type Committed interface {
	Committed()
}

// Errors of Do. After ErrBusy and ErrClosed nothing happened; after any other
// error the outcome is unknown and the caller must say so.
var (
	ErrBusy   = errors.New("engine: queue is full")
	ErrClosed = errors.New("engine: closed")
)

// Options of an engine; zero values mean the defaults given.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	Queue int           // operations waiting at most: 8192
	Batch int           // operations per transaction at most: 512
	Lease time.Duration // how long a silent node keeps its effects: 10 s
}

// Engine is one node's committer and its effects.
type Engine struct {
	db      *store.DB
	options Options
	node    int64
	queue   chan *request
	done    chan struct{} // committer ended
	mu      sync.RWMutex  // guards closed against a late Do
	closed  bool
	effects dispatcher

	stop     context.CancelFunc // ends the lease watch, nil before Start
	watching chan struct{}
}

type request struct {
	operation Operation
	err       error
	done      chan struct{}
}

// New starts committing. Effects start with Start, once every kind has its handler.
func New(db *store.DB, options Options) *Engine {
	if options.Clock == nil {
		options.Clock = clock.System{}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Queue == 0 {
		options.Queue = 8192
	}
	if options.Batch == 0 {
		options.Batch = 512
	}
	if options.Lease == 0 {
		options.Lease = 10 * time.Second
	}
	e := &Engine{
		db: db, options: options, node: 1 + rand.Int64N(1<<62),
		queue: make(chan *request, options.Queue), done: make(chan struct{}),
	}
	e.effects.init(e)
	go e.commitAll()
	return e
}

// Do hands the operation to the committer and returns when the transaction
// that holds it is durable. It does not end early: an operation that was handed
// over is decided, whatever its caller would like.
func (e *Engine) Do(operation Operation) error {
	e.mu.RLock()
	if e.closed {
		e.mu.RUnlock()
		return ErrClosed
	}
	r := &request{operation: operation, done: make(chan struct{})}
	select {
	case e.queue <- r:
		e.mu.RUnlock()
	default:
		e.mu.RUnlock()
		return ErrBusy
	}
	<-r.done
	return r.err
}

// Close finishes what was handed over, waits for running effects as long as ctx
// allows, and gives the rest up to other nodes.
func (e *Engine) Close(ctx context.Context) error {
	if e.stop != nil {
		e.stop()
		<-e.watching
	}
	err := e.effects.drain(ctx)
	e.mu.Lock()
	if !e.closed {
		e.closed = true
		close(e.queue)
	}
	e.mu.Unlock()
	<-e.done
	return errors.Join(err, e.retire(ctx))
}

func (e *Engine) commitAll() {
	defer close(e.done)
	for first := range e.queue {
		batch := []*request{first}
	gather:
		for len(batch) < e.options.Batch {
			select {
			case r, ok := <-e.queue:
				if !ok {
					break gather
				}
				batch = append(batch, r)
			default:
				break gather
			}
		}
		e.commit(batch)
	}
}

// commit makes a batch durable and answers it. A batch that fails through one
// of its operations is halved until that one stands alone.
func (e *Engine) commit(batch []*request) {
	effects, err := e.transact(batch)
	if err != nil && len(batch) > 1 && !e.db.Unavailable(err) {
		e.commit(batch[:len(batch)/2])
		e.commit(batch[len(batch)/2:])
		return
	}
	if err != nil {
		e.options.Log.Error("commit failed", "operations", len(batch), "error", err)
	}
	for _, r := range batch {
		r.err = err
		if c, ok := r.operation.(Committed); ok && err == nil {
			c.Committed()
		}
		close(r.done)
	}
	e.effects.add(effects)
}

// transact loads, decides and writes a batch in one transaction and returns
// the effects that are now this node's to carry out.
func (e *Engine) transact(batch []*request) (mine []Effect, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err = e.db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		if err := guard(func() { want(set, batch) }); err != nil {
			return err
		}
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		now := e.options.Clock.Now()
		if err := guard(func() { decide(set, batch, now) }); err != nil {
			return err
		}
		mine = e.effects.claimWritten(set, now)
		return set.Flush(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return mine, nil
}

func want(set *store.Set, batch []*request) {
	for _, r := range batch {
		r.operation.Want(set)
	}
}

func decide(set *store.Set, batch []*request, now time.Time) {
	for _, r := range batch {
		r.operation.Decide(set, now)
	}
}

// guard turns a panic into an error, so that a bug in one operation costs that
// operation and not the process.
func guard(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("operation panicked: %v", p)
		}
	}()
	f()
	return nil
}
