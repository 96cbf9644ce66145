package platform

import (
	"context"

	"tolem/internal/cardtoken"
	"tolem/internal/payout"
	"tolem/internal/purchase"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Rotated counts what was sealed anew.
type Rotated struct {
	Secrets      int `json:"secrets"`
	Cards        int `json:"cards"`
	Destinations int `json:"destinations"`
	Pending      int `json:"pending_cards"`
}

// RotateVault gives every family of records a new key and seals every record
// anew. Servers go on working meanwhile: old keys still open, and new ones are
// read as soon as a record needs them.
func (i *Installation) RotateVault(ctx context.Context) (r Rotated, err error) {
	if err = i.Vault.RotateData(ctx); err != nil {
		return r, err
	}
	if r.Secrets, err = i.Merchants.Reseal(ctx); err != nil {
		return r, err
	}
	if r.Cards, err = cardtoken.ResealTokens(ctx, i.DB, i.Vault); err != nil {
		return r, err
	}
	for _, reseal := range []func(context.Context, *store.DB, *vault.Vault) (int, error){
		cardtoken.ResealBindings, purchase.ResealPending, purchase.ResealProfiles,
	} {
		sealed, err := reseal(ctx, i.DB, i.Vault)
		if r.Pending += sealed; err != nil {
			return r, err
		}
	}
	r.Destinations, err = payout.Reseal(ctx, i.DB, i.Vault)
	return r, err
}

// RewrapVault wraps the keys under the key-encryption key of a file; no record
// is touched. Servers go on with the keys in their memory, which they could no
// longer read again: new ones must not be made in the same breath. Their next
// start needs the new file.
func (i *Installation) RewrapVault(ctx context.Context, newKeyFile string) error {
	next, err := vault.ReadKEKFile(newKeyFile)
	if err != nil {
		return err
	}
	return i.Vault.RotateKEK(ctx, next)
}
