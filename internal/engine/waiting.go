package engine

import (
	"context"
	"sync"
	"time"
)

// Waiting is who waits on this node for something to become of the things that
// are named by a K. The zero value is ready.
type Waiting[K comparable, R any] struct {
	mu    sync.Mutex
	calls map[K][]chan *R
}

// Join returns a channel that gets what became of it, once; Leave must follow.
func (w *Waiting[K, R]) Join(k K) chan *R {
	done := make(chan *R, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[K][]chan *R{}
	}
	w.calls[k] = append(w.calls[k], done)
	return done
}

// Leave ends a wait.
func (w *Waiting[K, R]) Leave(k K, done chan *R) {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls[k]
	for i, c := range calls {
		if c == done {
			calls = append(calls[:i], calls[i+1:]...)
			break
		}
	}
	if len(calls) == 0 {
		delete(w.calls, k)
	} else {
		w.calls[k] = calls
	}
}

// Tell tells all who wait for k.
func (w *Waiting[K, R]) Tell(k K, r R) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, done := range w.calls[k] {
		select {
		case done <- &r:
		default: // told already
		}
	}
}

// Watch returns a thing once nobody has to wait for it any more, or as it is when
// patience or ctx is over. done tells of it when this node is the one that deals with
// it; as another may be, it is looked at too, after pauses that grow to a second.
func Watch[R any](ctx context.Context, thing R, done <-chan *R, patience, pause time.Duration,
	waits func(R) bool, look func(context.Context) (R, bool, error)) R {
	if patience <= 0 {
		return thing
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	for waits(thing) {
		select {
		case now := <-done:
			thing = *now
		case <-time.After(pause):
			pause = min(2*pause, time.Second)
			if now, ok, err := look(ctx); ok && err == nil {
				thing = now
			}
		case <-over.C:
			return thing
		case <-ctx.Done():
			return thing
		}
	}
	return thing
}
