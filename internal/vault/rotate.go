package vault

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// RotateData gives each family a new primary key. What the old keys sealed stays readable and becomes [Vault.Stale]. When another
// process changes the keysets at the same time the error is [ErrMoved] and nothing is changed.
func (v *Vault) RotateData(ctx context.Context) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	return v.rewrite(ctx, v.kek, addPrimaryKey)
}

// RotateKEK wraps all keysets under next in one transaction; no record is touched. The old KEK opens nothing afterwards, but keep it as
// long as backups of the old rows. Other processes go on with the keysets in their memory and need next when they start again. When
// another process changes the keysets at the same time the error is [ErrMoved] and nothing is changed.
func (v *Vault) RotateKEK(ctx context.Context, next KEK) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	return v.rewrite(ctx, next, func(_ string, handle *keyset.Handle) (*keyset.Handle, error) { return handle, nil })
}

// rewrite stores what change makes of each keyset, under the KEK next, and goes on with it. The caller holds v.changing.
func (v *Vault) rewrite(ctx context.Context, next KEK, change func(name string, handle *keyset.Handle) (*keyset.Handle, error)) error {
	rows, err := v.rows.LoadKeysets(ctx)
	if err != nil {
		return fmt.Errorf("vault: loading keysets: %w", err)
	}
	rewritten := make([]Row, 0, len(rows))
	for _, row := range rows {
		handle, err := unwrap(v.kek, row)
		if err != nil {
			return err
		}
		if handle, err = change(row.Family, handle); err != nil {
			return fmt.Errorf("vault: rotating keyset %s: %w", row.Family, err)
		}
		renewed, err := wrap(next, row.Family, row.Version+1, handle)
		if err != nil {
			return err
		}
		rewritten = append(rewritten, renewed)
	}
	ring, err := newKeyring(next, rewritten) // what is stored below is known to open
	if err != nil {
		return err
	}
	if err := v.rows.SaveKeysets(ctx, rows, rewritten); err != nil {
		return fmt.Errorf("vault: storing keysets: %w", err)
	}
	v.kek = next
	v.ring.Store(ring)
	return nil
}

func addPrimaryKey(name string, handle *keyset.Handle) (*keyset.Handle, error) {
	if name == fingerprintRow {
		return handle, nil
	}
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	return manager.Handle()
}
