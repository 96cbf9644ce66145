package merchant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"tolem/internal/clock"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// fresh is how long merchants in memory are trusted without a look at their
// revision: a change made by another process takes effect within it.
const fresh = time.Second

// ErrUnknown is returned for a merchant that does not exist.
var ErrUnknown = errors.New("there is no such merchant")

// Registry is where merchants are looked up and kept.
type Registry struct {
	db    *store.DB
	vault *vault.Vault
	clock clock.Clock

	looking chan struct{} // held by whoever looks at the revision

	mu       sync.Mutex
	seen     map[int64]cached // all of them as of revision or later
	revision int64
	looked   time.Time
	failures int // of looks, and why the last one failed
	failure  error
}

// cached is a merchant until one of its secrets ends.
type cached struct {
	merchant *Merchant
	until    time.Time // zero when none does
}

// NewRegistry keeps merchants in db, their secrets sealed by v.
func NewRegistry(db *store.DB, v *vault.Vault, c clock.Clock) *Registry {
	return &Registry{db: db, vault: v, clock: c, looking: make(chan struct{}, 1), seen: map[int64]cached{}}
}

// Get is the merchant of that id, at most a second old, or ErrUnknown.
func (r *Registry) Get(ctx context.Context, id int64) (*Merchant, error) {
	now := r.clock.Now()
	if err := r.look(ctx, now); err != nil {
		return nil, err
	}
	r.mu.Lock()
	c, ok := r.seen[id]
	revision := r.revision
	r.mu.Unlock()
	if ok && (c.until.IsZero() || now.Before(c.until)) {
		return c.merchant, nil
	}
	c, err := r.read(ctx, id, now)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.revision == revision { // else it may be older than what was forgotten meanwhile
		r.seen[id] = c
	}
	return c.merchant, nil
}

// List is every merchant, by id.
func (r *Registry) List(ctx context.Context) ([]*Merchant, error) {
	var found []Row
	err := r.db.View(ctx, func(tx *store.Tx) (err error) {
		found, err = rows.Select(ctx, tx, "ORDER BY merchant_id")
		return err
	})
	merchants := make([]*Merchant, 0, len(found))
	for _, row := range found {
		m, e := row.open()
		err = errors.Join(err, e)
		merchants = append(merchants, m)
	}
	return merchants, err
}

func (r *Registry) read(ctx context.Context, id int64, now time.Time) (c cached, err error) {
	var row Row
	var secrets []secretRow
	err = r.db.View(ctx, func(tx *store.Tx) error {
		var ok bool
		var err error
		if row, ok, err = rows.Find(ctx, tx, Key{id}); err != nil {
			return err
		}
		if !ok {
			return ErrUnknown
		}
		secrets, err = secretRows.Select(ctx, tx, "WHERE merchant_id = $1 AND (ends_at = 0 OR ends_at > $2) ORDER BY version DESC", id, store.Micros(now))
		return err
	})
	if err != nil {
		return c, err
	}
	if c.merchant, err = row.open(); err != nil {
		return c, err
	}
	for _, s := range secrets {
		text, err := r.vault.Open(vault.Secret, s.Sealed, s.associated())
		if err != nil {
			return c, fmt.Errorf("secret of merchant %d: %w", id, err)
		}
		c.merchant.secrets[s.Purpose] = append(c.merchant.secrets[s.Purpose], secretOf(string(text)))
		if !s.EndsAt.IsZero() && (c.until.IsZero() || s.EndsAt.Before(c.until)) {
			c.until = s.EndsAt
		}
	}
	return c, nil
}

func (row Row) open() (*Merchant, error) {
	m := &Merchant{ID: row.MerchantID, Name: row.Name, Status: row.Status, secrets: map[Purpose][]Secret{}}
	if err := json.Unmarshal([]byte(row.Settings), &m.Settings); err != nil {
		return nil, fmt.Errorf("settings of merchant %d: %w", row.MerchantID, err)
	}
	return m, nil
}
