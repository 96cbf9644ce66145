package engine

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"tolem/internal/store"
)

type request struct {
	operation Operation
	err       error
	done      chan struct{}
}

// Do hands the operation to the committer and returns when the transaction
// that holds it is durable. It does not end early: an operation that was handed
// over is decided, whatever its caller would like.
func (e *Engine) Do(operation Operation) error { return e.do(operation, false) }

// follow is Do for what must follow from something done outside: it waits for room
// in the queue.
func (e *Engine) follow(operation Operation) error { return e.do(operation, true) }

func (e *Engine) do(operation Operation, patient bool) error {
	r := &request{operation: operation, done: make(chan struct{})}
	if err := e.enter(r, patient); err != nil {
		return err
	}
	<-r.done
	return r.err
}

// enter puts a request in the queue, if need be when there is room.
func (e *Engine) enter(r *request, patient bool) error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return ErrClosed
	}
	if patient {
		e.queue <- r
		return nil
	}
	select {
	case e.queue <- r:
		return nil
	default:
		return ErrBusy
	}
}

func (e *Engine) commitAll() {
	defer close(e.done)
	for first := range e.queue {
		time.Sleep(e.options.Pause)
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
	began := time.Now()
	effects, now, err := e.transact(batch)
	if err != nil && len(batch) > 1 && !e.db.Unavailable(err) {
		e.commit(batch[:len(batch)/2])
		e.commit(batch[len(batch)/2:])
		return
	}
	e.committed(len(batch), began, err)
	if err != nil {
		e.options.Log.Error("commit failed", "operations", len(batch), "error", err)
	} else {
		e.options.Log.Debug("committed", "operations", len(batch), "took", time.Since(began))
		e.effects.add(effects, now)
	}
	for _, r := range batch {
		r.err = err
		if c, ok := r.operation.(Committed); ok && err == nil {
			if p := guard(c.Committed); p != nil {
				e.options.Log.Error("after a commit", "error", p)
			}
		}
		close(r.done)
	}
}

// transact loads, decides and writes a batch in one transaction and returns
// the effects that it wrote, and the time for which it decided.
func (e *Engine) transact(batch []*request) (written []Effect, now time.Time, err error) {
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
		now = e.options.Clock.Now()
		if err := guard(func() { decide(set, batch, now) }); err != nil {
			return err
		}
		written = e.effects.assign(set, now)
		return set.Flush(ctx, tx)
	})
	return written, now, err
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

// guard turns a panic into an error, so that a bug in one operation or handler
// costs that one and not the process.
func guard(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p, debug.Stack()}
		}
	}()
	f()
	return nil
}

// panicked shows in the log where it happened.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (p *panicked) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("%v\n%s", p, p.stack))
}
