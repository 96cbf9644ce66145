package platform

import (
	"context"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// keysets stores the vault's wrapped keysets in the database.
type keysets struct{ db *store.DB }

type keysetKey struct {
	Family string `db:"family"`
}

type keysetRow struct {
	keysetKey
	KEKID   string `db:"kek_id"`
	Wrapped []byte `db:"wrapped"`
	Version int64  `db:"version"`
}

var keysetRows = store.Describe("vault_keyset", func(r *keysetRow) keysetKey { return r.keysetKey })

// LoadKeysets is vault.Rows.
func (k keysets) LoadKeysets(ctx context.Context) ([]vault.Row, error) {
	var rows []vault.Row
	err := k.db.View(ctx, func(tx *store.Tx) error {
		found, err := keysetRows.Select(ctx, tx, "ORDER BY family")
		for _, r := range found {
			rows = append(rows, vault.Row{Family: r.Family, KEKID: r.KEKID, Wrapped: r.Wrapped, Version: r.Version})
		}
		return err
	})
	return rows, err
}

// SaveKeysets is vault.Rows.
func (k keysets) SaveKeysets(ctx context.Context, old, next []vault.Row) error {
	return k.db.Update(ctx, func(tx *store.Tx) error {
		set := store.NewSet()
		for _, row := range append(old[:len(old):len(old)], next...) {
			keysetRows.Want(set, keysetKey{row.Family})
		}
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		for _, row := range old {
			if stored, ok := keysetRows.Get(set, keysetKey{row.Family}); !ok || stored.Version != row.Version {
				return vault.ErrMoved
			}
		}
		replaced := map[string]bool{}
		for _, row := range old {
			replaced[row.Family] = true
		}
		for _, row := range next {
			stored := keysetRow{keysetKey{row.Family}, row.KEKID, row.Wrapped, row.Version}
			_, exists := keysetRows.Get(set, stored.keysetKey)
			switch {
			case exists != replaced[row.Family]:
				return vault.ErrMoved
			case exists:
				keysetRows.Update(set, stored)
			default:
				keysetRows.Insert(set, stored)
			}
		}
		return set.Flush(ctx, tx)
	})
}
