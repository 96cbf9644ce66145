package payout

import (
	"context"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// Reseal puts the destination of every payout under the vault's newest key.
func Reseal(ctx context.Context, db *store.DB, v *vault.Vault) (int, error) {
	return vault.Reseal(ctx, db, v, vault.Card, Rows, "merchant_id, payment_id",
		func(r *Row) Key { return r.Key }, func(r *Row) *[]byte { return &r.Destination }, func(r *Row) []byte { return r.associated() })
}
