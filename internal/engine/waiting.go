package engine

import "sync"

// Waiting is who waits on this node for something to become of the things that
// are named by a K. The zero value is ready.
type Waiting[K comparable, R any] struct {
	mu    sync.Mutex
	calls map[K][]chan R
}

// Join returns a channel that gets what became of it, once; Leave must follow.
func (w *Waiting[K, R]) Join(k K) chan R {
	done := make(chan R, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[K][]chan R{}
	}
	w.calls[k] = append(w.calls[k], done)
	return done
}

// Leave ends a wait.
func (w *Waiting[K, R]) Leave(k K, done chan R) {
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
		case done <- r:
		default: // told already
		}
	}
}
