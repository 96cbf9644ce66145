package merchant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// associated ties a sealed secret to its place, so that it cannot be moved to
// another merchant's row.
func (k secretKey) associated() []byte {
	return fmt.Appendf(nil, "secret/%d/%s/%d", k.MerchantID, k.Purpose, k.Version)
}

// Create adds a merchant and draws its secrets. An id of 0 takes the next one.
// given sets secrets instead of drawing them: for the sandbox's demo merchant.
func (r *Registry) Create(ctx context.Context, id int64, name string, status Status, settings Settings, given map[Purpose]string) (*Merchant, error) {
	if id < 0 {
		return nil, fmt.Errorf("merchant %d: want a number above zero", id)
	}
	now := r.clock.Now()
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	m := &Merchant{Name: name, Status: status, Settings: settings}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		m.ID, m.secrets = id, map[Purpose][]Secret{}
		if id == 0 {
			err := tx.Query(ctx, "SELECT CAST(COALESCE(MAX(merchant_id), 700123) + 1 AS BIGINT) FROM merchant WHERE merchant_id >= 700123", nil,
				func(scan func(...any) error) error { return scan(&m.ID) })
			if err != nil {
				return err
			}
		}
		if _, exists, err := rows.Find(ctx, tx, Key{m.ID}); err != nil {
			return err
		} else if exists {
			return fmt.Errorf("merchant %d exists", m.ID)
		}
		set := store.NewSet()
		set.Ready()
		rows.Insert(set, Row{Key: Key{m.ID}, Name: name, Status: status, Settings: string(text), CreatedAt: now, ChangedAt: now})
		for _, purpose := range Purposes {
			secret := newSecret()
			if given[purpose] != "" {
				secret = secretOf(given[purpose])
			}
			if err := r.insertSecret(set, secretKey{m.ID, purpose, 1}, secret, now); err != nil {
				return err
			}
			m.secrets[purpose] = []Secret{secret}
		}
		if err := revised(ctx, tx); err != nil {
			return err
		}
		return set.Flush(ctx, tx)
	})
	return m, err
}

func (r *Registry) insertSecret(set *store.Set, key secretKey, secret Secret, now time.Time) error {
	box, err := r.vault.Seal(vault.Secret, []byte(secret.Reveal()), key.associated())
	if err != nil {
		return err
	}
	secretRows.Insert(set, secretRow{secretKey: key, Sealed: box, CreatedAt: now})
	return nil
}

// Rotate draws a new secret. Older ones go on verifying, but no longer sign, until
// overlap has passed at most (R1).
func (r *Registry) Rotate(ctx context.Context, id int64, purpose Purpose, overlap time.Duration) (Secret, error) {
	secret, now := newSecret(), r.clock.Now()
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		old, err := secretRows.Select(ctx, tx, "WHERE merchant_id = $1 AND purpose = $2 ORDER BY version DESC", id, string(purpose))
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return ErrUnknown
		}
		set := store.NewSet()
		for _, row := range old {
			secretRows.Want(set, row.secretKey)
		}
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		end := now.Add(max(overlap, time.Microsecond))
		for _, row := range old {
			if row.EndsAt.IsZero() || row.EndsAt.After(end) {
				row.EndsAt = end
				secretRows.Update(set, row)
			}
		}
		if err := r.insertSecret(set, secretKey{id, purpose, old[0].Version + 1}, secret, now); err != nil {
			return err
		}
		if err := revised(ctx, tx); err != nil {
			return err
		}
		return set.Flush(ctx, tx)
	})
	r.forget(id)
	return secret, err
}

// Change edits a merchant's name, status or settings.
func (r *Registry) Change(ctx context.Context, id int64, edit func(*Merchant) error) (*Merchant, error) {
	var m *Merchant
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		rows.Want(set, Key{id})
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		row, ok := rows.Get(set, Key{id})
		if !ok {
			return ErrUnknown
		}
		var err error
		if m, err = row.open(); err != nil {
			return err
		}
		if err := edit(m); err != nil {
			return err
		}
		text, err := json.Marshal(m.Settings)
		if err != nil {
			return err
		}
		row.Name, row.Status, row.Settings, row.ChangedAt = m.Name, m.Status, string(text), r.clock.Now()
		rows.Update(set, row)
		if err := revised(ctx, tx); err != nil {
			return err
		}
		return set.Flush(ctx, tx)
	})
	r.forget(id)
	return m, err
}

func (r *Registry) forget(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seen, id)
}

// Reseal puts every secret under the vault's newest key and tells how many
// there were to change.
func (r *Registry) Reseal(ctx context.Context) (int, error) {
	return vault.Reseal(ctx, r.db, r.vault, vault.Secret, secretRows, "merchant_id, purpose, version",
		func(s *secretRow) secretKey { return s.secretKey }, func(s *secretRow) *[]byte { return &s.Sealed },
		func(s *secretRow) []byte { return s.associated() })
}
