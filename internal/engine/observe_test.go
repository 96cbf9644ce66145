package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// witness is an observer that keeps what it is told.
type witness struct {
	mu        sync.Mutex
	waits     []error
	sizes     []int // of transactions that went well
	failures  []int // of those that did not
	lateness  []time.Duration
	ended     []error
	forgotten int // ends of effects without their beginning
}

type begunKey struct{}

func (w *witness) Waited(_ context.Context, _ time.Time, _ time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = append(w.waits, err)
}

func (w *witness) Committed(operations int, _ time.Time, _ time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failures = append(w.failures, operations)
		return
	}
	w.sizes = append(w.sizes, operations)
}

func (w *witness) Began(ctx context.Context, e Effect, late time.Duration) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lateness = append(w.lateness, late)
	return context.WithValue(ctx, begunKey{}, e.EffectKey)
}

func (w *witness) Ended(ctx context.Context, e Effect, _ time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = append(w.ended, err)
	if ctx.Value(begunKey{}) != e.EffectKey {
		w.forgotten++
	}
}

// TestObserversAreToldOfCommits: of each transaction once, of its size, and of one
// that failed only when it stands alone.
func TestObserversAreToldOfCommits(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		w := &witness{}
		e := node(t, url, Options{Observe: w})
		open := gate(e)
		var wait sync.WaitGroup
		for i := range int64(8) {
			wait.Go(func() {
				amount := int64(1)
				if i == 3 {
					amount = 1000000 // more than the table takes
				}
				if err := Await(t.Context(), e, add(i, amount, nil)); (err != nil) != (i == 3) {
					t.Errorf("operation %d: %v", i, err)
				}
			})
		}
		queued(t, e, 8)
		if load := e.Load(); load.Waiting != 8 || load.Room != 8192 {
			t.Errorf("load: %+v", load)
		}
		open()
		wait.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		total := 0
		for _, n := range w.sizes {
			total += n
		}
		if total != 8 || w.sizes[0] != 1 || !slices.Equal(w.failures, []int{1}) { // the gate, and seven of eight
			t.Errorf("transactions of %v, failed ones of %v", w.sizes, w.failures)
		}
		failed := slices.DeleteFunc(slices.Clone(w.waits), func(err error) bool { return err == nil })
		if len(w.waits) != 8 || len(failed) != 1 {
			t.Errorf("waits: %v", w.waits)
		}
	})
}

// TestObserversAreToldOfEffects: when they begin, how late, and how they end. One
// that is tried again is not late anew.
func TestObserversAreToldOfEffects(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		w := &witness{}
		trouble := make(chan error, 1)
		trouble <- errors.New("not now")
		entered, release := make(chan struct{}, 2), make(chan struct{})
		e, _ := worker(t, url, Options{Observe: w}, wide, func(ctx context.Context, effect Effect) error {
			if ctx.Value(begunKey{}) != effect.EffectKey {
				t.Error("the effect runs under another context")
			}
			entered <- struct{}{}
			<-release
			select {
			case err := <-trouble:
				return err
			default:
				return nil
			}
		})
		do(t, e, schedule(0, key(1, 1)))
		do(t, e, schedule(2*time.Second, key(1, 2)))
		<-entered
		if kinds := e.Load().Kinds; !slices.Equal(kinds, []KindLoad{{"test", 2, 1}}) {
			t.Errorf("load: %+v", kinds)
		}
		close(release)
		eventually(t, "both are done", func() bool { return left(t, e.db) == 0 })
		eventually(t, "nothing runs", func() bool { return slices.Equal(e.Load().Kinds, []KindLoad{{Kind: "test"}}) })
		w.mu.Lock()
		defer w.mu.Unlock()
		late, again := 0, 0
		for _, d := range w.lateness {
			switch {
			case d < 0:
				again++
			case d < 20*time.Second:
				late++
			}
		}
		if late != 2 || again != 1 || len(w.ended) != 3 || w.ended[0] == nil || w.forgotten != 0 {
			t.Errorf("late by %v, ended with %v, %d ends without a beginning", w.lateness, w.ended, w.forgotten)
		}
	})
}
