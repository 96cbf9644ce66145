package engine

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"time"

	"tolem/internal/store"
)

// A node shows that it lives by counting up the beat of its row. Clocks are not
// compared: whoever sees a beat stand still for a whole lease buries that node,
// which deletes its row for good and makes its effects anybody's. A node that
// could not beat stops acting before that can happen, and goes on under another
// name, as a node that has begun nothing yet.
//
// lease is a node's right to act.
type lease struct {
	node   int64     // its name, 0 when there is no lease
	beat   time.Time // beginning of the last beat that counted
	fuse   *time.Timer
	ctx    context.Context // ends with the lease
	cancel context.CancelFunc
}

// holds is how long a lease holds after a beat. The last quarter is for handlers
// to notice that it is over.
func (o Options) holds() time.Duration { return o.Lease / 4 * 3 }

// node is the name of this node, or 0 if its lease is over. The monotonic clock
// cannot be set; the wall clock goes on while the machine sleeps.
func (d *dispatcher) node() int64 {
	if d.lease.node == 0 {
		return 0
	}
	now, beat := time.Now(), d.lease.beat
	if now.Sub(beat) >= d.options.holds() || now.Round(0).Sub(beat.Round(0)) >= d.options.holds() {
		d.lapse()
	}
	return d.lease.node
}

// name is node, for those who do not hold the lock.
func (d *dispatcher) name() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.node()
}

// lapse ends the lease: what is in memory is no longer this node's, and is
// dropped when its turn comes.
func (d *dispatcher) lapse() {
	if d.lease.node == 0 {
		return
	}
	d.lease.node = 0
	d.lease.fuse.Stop()
	d.lease.cancel()
}

// grant notes a beat that began at a time; fresh is the first of a name.
func (d *dispatcher) grant(node int64, fresh bool, began time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if fresh {
		d.lapse()
		d.lease = lease{node: node}
		d.lease.ctx, d.lease.cancel = context.WithCancel(context.Background())
		d.lease.fuse = time.AfterFunc(d.options.holds(), func() {
			d.name() // notices that the lease is over
		})
	}
	if d.lease.node == node {
		d.lease.beat = began
		d.lease.fuse.Reset(d.options.holds() - time.Since(began))
	}
}

// beat keeps the lease, or takes one.
func (e *Engine) beat(ctx context.Context) error {
	d := &e.effects
	began, node := time.Now(), d.name()
	fresh, statement := node == 0, "UPDATE node SET beat = beat + 1 WHERE node_id = $1"
	if fresh {
		node, statement = 1+rand.Int64N(1<<62), "INSERT INTO node (node_id, beat) VALUES ($1, 1)"
	}
	alive, err := e.exec(ctx, statement, node)
	switch {
	case err != nil:
		return err
	case alive == 0:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lapse()
		return errors.New("another node took this one for dead")
	}
	d.grant(node, fresh, began)
	return nil
}

// sighting is since when, at least, a node's beat has not changed.
type sighting struct {
	beat  int64
	since time.Time
}

// bury looks at all beats and buries the nodes whose beat stood still, by the
// monotonic clock. A node that beats on just then is safe.
func (e *Engine) bury(ctx context.Context, seen map[int64]sighting) error {
	began := time.Now()
	beats := map[int64]int64{}
	err := e.db.View(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, "SELECT node_id, beat FROM node", nil, func(scan func(...any) error) error {
			var node, beat int64
			err := scan(&node, &beat)
			beats[node] = beat
			return err
		})
	})
	if err != nil {
		return err
	}
	maps.DeleteFunc(seen, func(node int64, s sighting) bool { return s.beat != beats[node] })
	for node, beat := range beats {
		if s, ok := seen[node]; !ok {
			seen[node] = sighting{beat, time.Now()}
		} else if began.Sub(s.since) >= e.options.Lease && node != e.effects.name() {
			_, dead := e.exec(ctx, "DELETE FROM node WHERE node_id = $1 AND beat = $2", node, beat)
			err = errors.Join(err, dead)
		}
	}
	return err
}

// retire gives the lease up at once.
func (e *Engine) retire(ctx context.Context) error {
	_, err := e.exec(ctx, "DELETE FROM node WHERE node_id = $1", e.effects.name())
	e.effects.mu.Lock()
	defer e.effects.mu.Unlock()
	e.effects.lapse()
	return err
}

func (e *Engine) exec(ctx context.Context, statement string, args ...any) (touched int64, err error) {
	err = e.db.Update(ctx, func(tx *store.Tx) (err error) {
		touched, err = tx.Exec(ctx, statement, args...)
		return err
	})
	return touched, err
}
