package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tolem/internal/clock"
	"tolem/internal/store"
)

// Options of an engine; zero values mean the defaults given.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	Queue int           // operations waiting at most: 8192
	Batch int           // operations per transaction at most: 512
	Pause time.Duration // before a transaction, so that it gathers more: none
	Lease time.Duration // how long a silent node keeps its effects: 10 s

	Observe Observer // told what happens: nobody
}

// Engine is one node's committer and its effects.
type Engine struct {
	db      *store.DB
	options Options
	queue   chan *request
	done    chan struct{} // committer ended
	mu      sync.RWMutex  // guards closed against a late Do
	closed  bool

	effects  dispatcher
	stop     context.CancelFunc // ends what Start began; nil before
	watching sync.WaitGroup
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
	e := &Engine{db: db, options: options, queue: make(chan *request, options.Queue), done: make(chan struct{})}
	e.effects.init(options, e.follow)
	go e.commitAll()
	return e
}

// Start takes a lease and begins to carry out effects: those of this node's own
// commits, those of dead nodes, and those whose time has come.
func (e *Engine) Start() error {
	ctx, stop := context.WithCancel(context.Background())
	first, cancel := context.WithTimeout(ctx, e.options.Lease/2)
	defer cancel()
	if err := e.beat(first); err != nil {
		stop()
		return err
	}
	e.stop = stop
	e.watching.Go(func() {
		seen := map[int64]sighting{}
		e.every(ctx, e.options.Lease/4, "lease not renewed", func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, e.options.Lease/2)
			defer cancel()
			return errors.Join(e.beat(ctx), e.bury(ctx, seen))
		})
	})
	e.watching.Go(func() { e.every(ctx, min(e.options.Lease/4, 500*time.Millisecond), "effects not taken up", e.takeUp) })
	e.watching.Go(func() { e.every(ctx, e.options.Lease, "effects not reclaimed", e.reclaim) })
	return nil
}

// every runs f at once and then again and again until ctx is done.
func (e *Engine) every(ctx context.Context, pause time.Duration, trouble string, f func(context.Context) error) {
	beat := time.NewTicker(pause)
	defer beat.Stop()
	for ctx.Err() == nil {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			e.options.Log.Error(trouble, "error", err)
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
		}
	}
}

// Close waits for running effects as long as ctx allows, finishes what was
// handed over, and leaves the rest to other nodes or to the next start.
func (e *Engine) Close(ctx context.Context) error {
	err := e.effects.drain(ctx)
	if e.stop != nil {
		e.stop()
		e.watching.Wait()
	}
	e.mu.Lock()
	if !e.closed {
		e.closed = true
		close(e.queue)
	}
	e.mu.Unlock()
	<-e.done
	if e.stop == nil {
		return err // never took a lease
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, e.retire(ctx))
}
