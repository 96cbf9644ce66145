package platform

import (
	"context"

	"tolem/internal/cardtoken"
	"tolem/internal/payout"
	"tolem/internal/vault"
)

// Rotated counts what was sealed anew.
type Rotated struct {
	Secrets      int `json:"secrets"`
	Cards        int `json:"cards"`
	Destinations int `json:"destinations"`
	Pending      int `json:"pending_cards"`
}

// RotateVault gives every family of records a new key, wraps the keys under the
// key-encryption key of a file when one is named, and seals every record anew.
// Servers go on working meanwhile: old keys still open.
func (i *Installation) RotateVault(ctx context.Context, newKeyFile string) (r Rotated, err error) {
	if err = i.Vault.RotateData(ctx); err != nil {
		return r, err
	}
	if r.Secrets, err = i.Merchants.Reseal(ctx); err != nil {
		return r, err
	}
	if r.Cards, err = cardtoken.ResealTokens(ctx, i.DB, i.Vault); err != nil {
		return r, err
	}
	if r.Pending, err = cardtoken.ResealBindings(ctx, i.DB, i.Vault); err != nil {
		return r, err
	}
	if r.Destinations, err = payout.Reseal(ctx, i.DB, i.Vault); err != nil {
		return r, err
	}
	if newKeyFile == "" {
		return r, nil
	}
	next, err := vault.ReadKEKFile(newKeyFile)
	if err != nil {
		return r, err
	}
	return r, i.Vault.RotateKEK(ctx, next)
}
