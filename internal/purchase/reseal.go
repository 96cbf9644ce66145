package purchase

import (
	"context"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// ResealPending puts every card that waits for 3-D Secure under the vault's newest key.
func ResealPending(ctx context.Context, db *store.DB, v *vault.Vault) (int, error) {
	return vault.Reseal(ctx, db, v, vault.Card, Rows, "merchant_id, payment_id",
		func(r *Row) Key { return r.Key }, func(r *Row) *[]byte { return &r.PendingCard }, func(r *Row) []byte { return r.associated() })
}

// ResealProfiles does the same for cards that are charged again.
func ResealProfiles(ctx context.Context, db *store.DB, v *vault.Vault) (int, error) {
	return vault.Reseal(ctx, db, v, vault.Card, Profiles, "merchant_id, profile_id",
		func(p *Profile) ProfileKey { return p.ProfileKey }, func(p *Profile) *[]byte { return &p.Sealed }, func(p *Profile) []byte { return p.associated() })
}
