package cardtoken

import (
	"context"
	"strconv"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/threeds"
)

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
			return c.challenge(ctx, b, typed)
		}
	}
	after, err = c.verify(ctx, b, typed, false)
	return after, "", err
}

// challenge keeps a card until its issuer has vouched for it. Who comes with another one
// at the same time passes for the card that is kept.
func (c *Service) challenge(ctx context.Context, b Binding, typed Card) (Binding, string, error) {
	typed.CVC = card.CVC{}
	sealed, err := c.seal(b, typed)
	if err != nil {
		return b, "", err
	}
	o := &challenge{key: b.BindingKey, sealed: sealed}
	if err := c.Engine.Do(o); err != nil || o.binding.State != Challenging {
		return o.binding, "", err
	}
	return c.Resume(ctx, o.binding)
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
	if !ok {
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
	return c.Mint(ctx, Owner{b.MerchantID, b.UserID, b.Purpose, b.Test}, typed, secure)
}

func (c *Service) finish(ctx context.Context, b Binding, t Token, code codes.Code, overdue bool) (Binding, error) {
	id, err := c.Callbacks.Next(ctx)
	if err != nil {
		return b, err
	}
	o := &finish{key: b.BindingKey, token: t, code: code, overdue: overdue, callback: id}
	err = engine.Await(ctx, c.Engine, o)
	return o.binding, err
}

// expire ends a session that nobody finished.
func (c *Service) expire(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	_, err := c.finish(ctx, Binding{BindingKey: BindingKey{e.MerchantID, e.Subject}}, Token{}, codes.LifetimeOver, true)
	return nil, err
}
