package payout

import "sync"

// waiting is who waits on this node for a payout to leave the state created.
// The zero value is ready.
type waiting struct {
	mu    sync.Mutex
	calls map[Key][]chan Row
}

// join returns a channel that gets the payout once; leave must follow.
func (w *waiting) join(k Key) chan Row {
	done := make(chan Row, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[Key][]chan Row{}
	}
	w.calls[k] = append(w.calls[k], done)
	return done
}

func (w *waiting) leave(k Key, done chan Row) {
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

func (w *waiting) tell(r Row) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, done := range w.calls[r.Key] {
		select {
		case done <- r:
		default: // told already
		}
	}
}
