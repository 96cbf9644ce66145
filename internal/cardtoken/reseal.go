package cardtoken

import (
	"context"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// ResealTokens puts every saved card under the vault's newest key.
func ResealTokens(ctx context.Context, db *store.DB, v *vault.Vault) (int, error) {
	return vault.Reseal(ctx, db, v, vault.Card, Tokens, "merchant_id, token",
		func(t *Token) Key { return t.Key }, func(t *Token) *[]byte { return &t.Sealed }, func(t *Token) []byte { return t.associated() })
}

// ResealBindings does the same for cards that wait for 3-D Secure.
func ResealBindings(ctx context.Context, db *store.DB, v *vault.Vault) (int, error) {
	return vault.Reseal(ctx, db, v, vault.Card, Bindings, "merchant_id, payment_id",
		func(b *Binding) BindingKey { return b.BindingKey }, func(b *Binding) *[]byte { return &b.PendingCard }, func(b *Binding) []byte { return b.associated() })
}
