package merchant

import (
	"context"
	"time"

	"tolem/internal/store"
)

// revised notes, in the transaction that changes a merchant, that one did. Its row
// is locked until the commit, so that whoever sees a number sees every change up
// to it.
func revised(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO revision (name, number) VALUES ('merchant', 1) ON CONFLICT (name) DO UPDATE SET number = revision.number + 1")
	return err
}

// patience is how long a look may take: all calls wait for it.
const patience = 3 * time.Second

// look forgets all merchants when one of them changed since the last look, which
// is at most a second ago. One caller looks, the others wait for it, and for none but
// that one.
func (r *Registry) look(ctx context.Context, now time.Time) error {
	fresh, failures := r.looks(now)
	if fresh {
		return nil
	}
	select {
	case r.looking <- struct{}{}:
		defer func() { <-r.looking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if fresh, since := r.looks(now); fresh {
		return nil
	} else if since != failures {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.failure
	}
	number, err := r.number(context.WithoutCancel(ctx))
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failures, r.failure = r.failures+1, err
		return err
	}
	if number != r.revision {
		clear(r.seen)
	}
	r.revision, r.looked = number, now
	return nil
}

// number reads what revised counts.
func (r *Registry) number(ctx context.Context) (number int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = r.db.View(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, "SELECT number FROM revision WHERE name = 'merchant'", nil,
			func(scan func(...any) error) error { return scan(&number) })
	})
	return number, err
}

// looks tells whether the last look is recent, and how many have failed. A clock that
// was set back makes it look again.
func (r *Registry) looks(now time.Time) (recent bool, failures int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	age := now.Sub(r.looked)
	return age > -fresh && age < fresh, r.failures
}
