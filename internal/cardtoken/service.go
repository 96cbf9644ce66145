package cardtoken

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
	"tolem/internal/threeds"
	"tolem/internal/vault"
)

// SessionLife is how long a person may take to type a card (spec 02, A.1).
const SessionLife = 30 * time.Minute

// Service is what calls and pages ask saved cards of.
type Service struct {
	DB        *store.DB
	Engine    engine.Node
	Vault     *vault.Vault
	Banks     bank.Banks
	Issuer    *threeds.Issuer
	Payments  *ids.Numbers
	Cards     *ids.Numbers
	Callbacks *ids.Numbers
	Clock     clock.Clock
}

// Register makes the service carry out the effects of bindings.
func (c *Service) Register() {
	c.Engine.Handle(ExpireKind, engine.Handler{Run: c.expire, Workers: 4, PerMerchant: 4})
}

// Begin opens a session for the fields of b that a merchant chooses, or finds
// the one that the same call opened before.
func (c *Service) Begin(ctx context.Context, call idempotency.Call, b Binding) (Binding, *codes.Refusal, error) {
	id, err := c.Payments.Next(ctx)
	if err != nil {
		return b, nil, err
	}
	now := c.Clock.Now()
	b.PaymentID, b.State, b.CreatedAt, b.ExpiresAt = id, Waiting, now, now.Add(SessionLife)
	b.PageHash = ids.PageHash(c.pageKey(b))
	o := &begin{call: call, binding: b}
	if err := engine.Await(ctx, c.Engine, o); err != nil || o.refusal != nil {
		return b, o.refusal, err
	}
	if o.repeats == 0 {
		return b, nil, nil
	}
	before, _, err := c.Find(ctx, BindingKey{b.MerchantID, o.repeats})
	if err == nil && before.Purpose != b.Purpose {
		return b, codes.Invalid("pg_idempotency_key", codes.KeyConflict), nil // both storages have a script "add"
	}
	return before, nil, err
}

// pageKey is the key of a binding's page, 26 hex digits (R20). It is derived, not
// stored: a copied database opens no page (R60).
func (c *Service) pageKey(b Binding) string {
	return ids.PageKey(c.Vault.Fingerprint("page.binding", fmt.Append(nil, b.MerchantID), fmt.Append(nil, b.PaymentID), []byte(b.Purpose)))
}

// Storages are the names of the two kinds of binding in paths.
var Storages = map[Purpose]string{ForPurchase: "cardstorage", ForPayout: "cardstoragepayout"}

// PagePath is the path and query of a binding's page.
func (c *Service) PagePath(b Binding) string {
	return fmt.Sprintf("/v1/merchant/%d/%s/view?pg_payment_id=%s", b.MerchantID, Storages[b.Purpose], c.pageKey(b))
}

// Page reads the binding that a page key opens.
func (c *Service) Page(ctx context.Context, merchant int64, pageKey string) (b Binding, ok bool, err error) {
	err = c.DB.View(ctx, func(tx *store.Tx) (err error) {
		b, ok, err = byPage(ctx, tx, merchant, pageKey)
		return err
	})
	return b, ok, err
}

// Find reads a binding by its number.
func (c *Service) Find(ctx context.Context, k BindingKey) (b Binding, ok bool, err error) {
	err = c.DB.View(ctx, func(tx *store.Tx) (err error) {
		b, ok, err = Bindings.Find(ctx, tx, k)
		return err
	})
	return b, ok, err
}

// Remove deletes a token, named by itself or by its deprecated number.
func (c *Service) Remove(ctx context.Context, call idempotency.Call, m *merchant.Merchant, user, token string, cardID int64) (Token, *codes.Refusal, error) {
	named := "pg_card_token"
	if token == "" {
		named = "pg_card_id"
	}
	if cardID != 0 {
		var byID Token
		err := c.DB.View(ctx, func(tx *store.Tx) (err error) {
			byID, _, err = ByCardID(ctx, tx, m.ID, cardID)
			return err
		})
		switch {
		case err != nil:
			return Token{}, nil, err
		case token != "" && token != byID.Token:
			return Token{}, codes.Invalid("pg_card_id", codes.NotAllowedHere), nil
		}
		token = byID.Token
	}
	o := &remove{call: call, key: Key{m.ID, token}, named: named, user: user}
	err := engine.Await(ctx, c.Engine, o)
	return o.token, o.refusal, err
}

// List is the usable tokens of a user, oldest first.
func (c *Service) List(ctx context.Context, merchant int64, user string) (tokens []Token, err error) {
	err = c.DB.View(ctx, func(tx *store.Tx) (err error) {
		tokens, err = Tokens.Select(ctx, tx, "WHERE merchant_id = $1 AND user_id = $2 AND status = 'approved' ORDER BY card_id", merchant, user)
		return err
	})
	return tokens, err
}
