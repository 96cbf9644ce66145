package cardtoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/merchant"
	"tolem/internal/money"
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
	if err := c.Engine.Do(o); err != nil || o.refusal != nil {
		return b, o.refusal, err
	}
	if o.repeats != 0 {
		b, _, err = c.Find(ctx, BindingKey{b.MerchantID, o.repeats})
	}
	return b, nil, err
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

// Submit saves the card that was typed on the page of a binding. When the
// issuer wants to see the payer first, the binding comes back as challenging and
// next is the path of the issuer's page.
func (c *Service) Submit(ctx context.Context, b Binding, typed Card) (after Binding, next string, err error) {
	bank := c.Banks.For(b.Test)
	if b.Purpose == ForPurchase {
		enrolled, err := bank.Enrolled(ctx, typed.PAN)
		if err != nil {
			return b, "", err
		}
		if enrolled {
			return c.challenge(b, typed)
		}
	}
	after, err = c.verify(ctx, b, typed, false)
	return after, "", err
}

func (c *Service) challenge(b Binding, typed Card) (Binding, string, error) {
	typed.CVC = card.CVC{}
	sealed, err := c.seal(b, typed)
	if err != nil {
		return b, "", err
	}
	o := &challenge{key: b.BindingKey, sealed: sealed}
	if err := c.Engine.Do(o); err != nil || o.binding.State != Challenging {
		return o.binding, "", err
	}
	next, err := c.ask(b, typed)
	return o.binding, next, err
}

// ask sets the challenge, if it is not set yet, and tells where the issuer's page is.
func (c *Service) ask(b Binding, typed Card) (string, error) {
	set, err := c.Issuer.Begin(threeds.Challenge{
		Key: threeds.Key(b.BindingKey), CardMask: typed.PAN.Mask(), Amount: VerificationAmount,
		Currency: money.KZT, Language: b.Language, Origin: Origin,
	})
	return c.Issuer.PagePath(set.Key), err
}

// Origin tells a binding's challenges from others.
const Origin = "binding"

// VerificationAmount is what is held and let go to prove that a card works, in
// minor units (spec 02, A.1: 1 to 100 units).
const VerificationAmount money.Amount = 100

// Resume goes on after 3-D Secure. next is the issuer's page when the challenge
// is still open.
func (c *Service) Resume(ctx context.Context, b Binding) (after Binding, next string, err error) {
	set, ok, err := c.Issuer.Find(ctx, threeds.Key(b.BindingKey))
	if err != nil {
		return b, "", err
	}
	if !ok { // we crashed between keeping the card and setting the challenge
		typed, err := c.unseal(b)
		if err != nil {
			return b, "", err
		}
		next, err = c.ask(b, typed)
		return b, next, err
	}
	switch {
	case set.State == threeds.Open:
		return b, c.Issuer.PagePath(set.Key), nil
	case set.State == threeds.Passed:
		typed, err := c.unseal(b)
		if err != nil {
			return b, "", err
		}
		after, err = c.verify(ctx, b, typed, true)
		return after, "", err
	}
	after, err = c.finish(ctx, b, Token{}, set.Failure(), false)
	return after, "", err
}

// verify asks the bank whether the card works, unless it will only be paid out
// to, and ends the session with what the bank said.
func (c *Service) verify(ctx context.Context, b Binding, typed Card, secure bool) (Binding, error) {
	bank := c.Banks.For(b.Test)
	if b.Purpose == ForPurchase {
		code, err := check(ctx, bank, b, typed)
		if err != nil {
			return b, err
		}
		if code != 0 {
			return c.finish(ctx, b, Token{}, code, false)
		}
	}
	token, err := c.token(ctx, b, typed, secure)
	if err != nil {
		return b, err
	}
	return c.finish(ctx, b, token, 0, false)
}

// check is 0 for a card that works.
func check(ctx context.Context, port bank.Bank, b Binding, typed Card) (codes.Code, error) {
	answer, err := port.Verify(ctx, bank.Verification{
		Reference: "cb" + strconv.FormatInt(b.PaymentID, 10), Currency: money.KZT,
		Card: typed.PAN, Holder: typed.Holder, Expiry: typed.Expiry, CVC: typed.CVC,
	})
	switch {
	case err != nil:
		return 0, err
	case answer.Outcome == bank.Approved:
		return 0, nil
	case answer.Code == 0:
		return codes.TryLater, nil
	}
	return answer.Code, nil
}

func (c *Service) token(ctx context.Context, b Binding, typed Card, secure bool) (Token, error) {
	number, err := c.Cards.Next(ctx)
	if err != nil {
		return Token{}, err
	}
	t := Token{
		Key:    Key{b.MerchantID, name(c.Vault, b.MerchantID, b.UserID, b.Purpose, b.Test, typed.PAN)},
		CardID: number, UserID: b.UserID, Purpose: b.Purpose, Test: b.Test, Mask: typed.PAN.Mask(),
		HHash: c.Vault.CardHHash(b.MerchantID, typed.PAN), Brand: typed.PAN.Brand(), Secure: secure,
	}
	if b.Purpose == ForPurchase {
		t.Expiry = typed.Expiry.String()
	}
	issuer := c.Banks.For(b.Test).Issuer(typed.PAN)
	t.Bank, t.Country = issuer.Bank, issuer.Country
	t.Sealed, err = c.Vault.Seal(vault.Card, []byte(typed.PAN.Digits()), t.associated())
	return t, err
}

func (c *Service) finish(ctx context.Context, b Binding, t Token, code codes.Code, overdue bool) (Binding, error) {
	id, err := c.Callbacks.Next(ctx)
	if err != nil {
		return b, err
	}
	o := &finish{key: b.BindingKey, token: t, code: code, overdue: overdue, callback: id}
	err = c.Engine.Do(o)
	return o.binding, err
}

// expire ends a session that nobody finished.
func (c *Service) expire(ctx context.Context, e engine.Effect) error {
	_, err := c.finish(ctx, Binding{BindingKey: BindingKey{e.MerchantID, e.Subject}}, Token{}, codes.LifetimeOver, true)
	return err
}

// pending is how a card waits, sealed, for 3-D Secure.
type pending struct {
	PAN, Holder, Expiry string
}

func (k BindingKey) associated() []byte {
	return fmt.Appendf(nil, "binding/%d/%d", k.MerchantID, k.PaymentID)
}

func (c *Service) seal(b Binding, typed Card) ([]byte, error) {
	text, err := json.Marshal(pending{typed.PAN.Digits(), typed.Holder, typed.Expiry.String()})
	if err != nil {
		return nil, err
	}
	return c.Vault.Seal(vault.Card, text, b.associated())
}

func (c *Service) unseal(b Binding) (typed Card, err error) {
	text, err := c.Vault.Open(vault.Card, b.PendingCard, b.associated())
	if err != nil {
		return typed, err
	}
	var p pending
	if err := json.Unmarshal(text, &p); err != nil {
		return typed, errors.New("the pending card of a binding cannot be read")
	}
	typed.Holder = p.Holder
	if typed.PAN, err = card.ParsePAN(p.PAN); err != nil {
		return typed, err
	}
	typed.Expiry, err = card.ParseExpiry(p.Expiry)
	return typed, err
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
	err := c.Engine.Do(o)
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
