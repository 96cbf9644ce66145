package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// counters are the state that the operations of these tests change.
var tables = fstest.MapFS{"00001_counter.sql": {Data: []byte(`-- +goose Up
CREATE TABLE counter (
    id BIGINT PRIMARY KEY,
    n  BIGINT NOT NULL CHECK (n < 1000000)
);
`)}}

type counterKey struct {
	ID int64 `db:"id"`
}

type counter struct {
	counterKey
	N int64 `db:"n"`
}

var counters = store.Describe("counter", func(c *counter) counterKey { return c.counterKey })

// each runs f over both kinds of database, with the counters.
func each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		if err := db.MigrateFrom(t.Context(), tables, "tables_version"); err != nil {
			t.Fatal(err)
		}
		f(t, url)
	})
}

// node is an engine with connections of its own, closed when the test ends.
func node(t *testing.T, url string, options Options) *Engine {
	t.Helper()
	e := New(storetest.Open(t, url), options)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return e
}

func start(t *testing.T, e *Engine) {
	t.Helper()
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
}

// op is an operation made of functions.
type op struct {
	want      func(*store.Set)
	decide    func(*store.Set, time.Time)
	committed func()
}

func (o *op) Want(s *store.Set) {
	if o.want != nil {
		o.want(s)
	}
}

func (o *op) Decide(s *store.Set, now time.Time) { o.decide(s, now) }

func (o *op) Committed() {
	if o.committed != nil {
		o.committed()
	}
}

// add counts up a counter, and tells into which set.
func add(id, n int64, set func(*store.Set)) *op {
	return &op{
		want: func(s *store.Set) { counters.Want(s, counterKey{id}) },
		decide: func(s *store.Set, _ time.Time) {
			if set != nil {
				set(s)
			}
			c, ok := counters.Get(s, counterKey{id})
			if c.N += n; ok {
				counters.Update(s, c)
			} else {
				counters.Insert(s, counter{counterKey{id}, c.N})
			}
		},
	}
}

// count reads a counter; one that is not there is 0.
func count(t testing.TB, db *store.DB, id int64) int64 {
	t.Helper()
	var c counter
	err := db.View(context.Background(), func(tx *store.Tx) (err error) {
		c, _, err = counters.Find(context.Background(), tx, counterKey{id})
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return c.N
}

// gate is an operation that holds up the committer until it is opened.
func gate(e *Engine) (open func()) {
	entered, opened, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once sync.Once
	go func() {
		defer close(done)
		_ = e.Do(&op{decide: func(*store.Set, time.Time) {
			once.Do(func() { close(entered) })
			<-opened
		}})
	}()
	<-entered
	return func() {
		close(opened)
		<-done
	}
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// queued waits until the engine's queue holds n operations.
func queued(t testing.TB, e *Engine, n int) {
	t.Helper()
	eventually(t, "the queue fills", func() bool { return len(e.queue) == n })
}

// key is the effect of a merchant with a number.
func key(merchant, subject int64) EffectKey { return EffectKey{merchant, "test", subject} }

// schedule is the operation that schedules effects of the kind "test".
func schedule(wait time.Duration, keys ...EffectKey) *op {
	return &op{
		want: func(s *store.Set) {
			for _, k := range keys {
				Effects.Want(s, k)
			}
		},
		decide: func(s *store.Set, now time.Time) {
			for _, k := range keys {
				Schedule(s, k, now.Add(wait), now)
			}
		},
	}
}

func finish(k EffectKey) *op {
	return &op{
		want:   func(s *store.Set) { Effects.Want(s, k) },
		decide: func(s *store.Set, _ time.Time) { Finish(s, k) },
	}
}

func do(t testing.TB, e *Engine, o Operation) {
	t.Helper()
	if err := e.Do(o); err != nil {
		t.Fatal(err)
	}
}

// pending are the effects in the database, by number.
func pending(t testing.TB, db *store.DB) map[int64]Effect {
	t.Helper()
	found := map[int64]Effect{}
	err := db.View(context.Background(), func(tx *store.Tx) error {
		rows, err := Effects.Select(context.Background(), tx, "")
		for _, e := range rows {
			found[e.Subject] = e
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return found
}

// left is how many effects there are in the database.
func left(t testing.TB, db *store.DB) (n int64) {
	t.Helper()
	err := db.View(context.Background(), func(tx *store.Tx) error {
		return tx.Query(context.Background(), "SELECT COUNT(*) FROM effect", nil, func(scan func(...any) error) error { return scan(&n) })
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// runs notes which effects were run, and what for.
type runs struct {
	mu   sync.Mutex
	seen []Effect
	now  atomic.Int64 // running at the moment
	most atomic.Int64
}

// handler notes a run, does what it is told, and finishes the effect.
func (r *runs) handler(e *Engine, f func(context.Context, Effect) error) func(context.Context, Effect) (Operation, error) {
	return func(ctx context.Context, effect Effect) (Operation, error) {
		if now := r.now.Add(1); now > r.most.Load() {
			r.most.Store(now)
		}
		defer r.now.Add(-1)
		r.mu.Lock()
		r.seen = append(r.seen, effect)
		r.mu.Unlock()
		if f != nil {
			if err := f(ctx, effect); err != nil {
				return nil, err
			}
		}
		return finish(effect.EffectKey), nil
	}
}

// of are the runs of one effect, in order.
func (r *runs) of(k EffectKey) (found []Effect) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.seen {
		if e.EffectKey == k {
			found = append(found, e)
		}
	}
	return found
}

func (r *runs) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}
