package purchase

import (
	"cmp"
	"context"
	"time"

	"tolem/internal/card/wallet"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/threeds"
)

// Means is how a payer pays: with a typed card, a saved one, or one in a wallet.
type Means struct {
	Card  cardtoken.Card
	Save  bool            // keep the typed card for the payer's next purchases
	Saved cardtoken.Token // zero for any other card
	// Wallet is "" for any other card.
	Wallet wallet.Kind
	// Contact is what the payer tells of itself besides.
	Contact Contact
}

// Turn is what a page does next. Row is the purchase as it is now.
type Turn struct {
	Row  Row
	Next string // path of the issuer's page, "" to stay with us
	// Refusal is the merchant's no to the check request; the payer may try again.
	Refusal *Verdict
}

// Submit takes what the payer chose: the merchant is asked first, then the card's
// issuer if it takes part in 3-D Secure, then the bank. What was submitted already
// comes back as it is.
func (p *Service) Submit(ctx context.Context, row Row, means Means) (Turn, error) {
	if !row.Open(p.Clock.Now()) || row.Amount == 0 {
		return Turn{Row: row}, nil
	}
	row, verdict, err := p.permit(ctx, row, Bankcard)
	if err != nil || !verdict.OK {
		return Turn{Row: row, Refusal: &verdict}, err
	}
	if means.Saved.Token != "" {
		if err := p.withdraw(&means); err != nil {
			return Turn{Row: row}, err
		}
	}
	enrolled, err := p.Banks.For(row.Test).Enrolled(ctx, means.Card.PAN)
	if err != nil {
		return Turn{Row: row}, err
	}
	if enrolled || row.Terms().Challenge {
		return p.challenge(ctx, row, means, verdict.Until)
	}
	return p.send(ctx, row, means, false)
}

// withdraw takes the card of a token.
func (p *Service) withdraw(means *Means) (err error) {
	if means.Card.PAN, err = means.Saved.PAN(p.Vault); err != nil {
		return err
	}
	means.Card.Expiry, err = means.Saved.Until()
	return err
}

func (p *Service) challenge(ctx context.Context, row Row, means Means, until time.Time) (Turn, error) {
	sealed, err := means.seal(p.Vault, row.associated())
	if err != nil {
		return Turn{Row: row}, err
	}
	o := &challenge{seen: row, shown: shown(means.Card), sealed: sealed, until: until, contact: means.Contact}
	if err := engine.Await(ctx, p.Engine, o); err != nil || o.result.State != Challenged {
		return Turn{Row: o.result}, err
	}
	next, err := p.ask(o.result)
	return Turn{Row: o.result, Next: next}, err
}

// Origin tells a purchase's challenges from others.
const Origin = "purchase"

// ask sets the challenge, if it is not set yet, and tells where the issuer's page is.
func (p *Service) ask(row Row) (string, error) {
	set, err := p.Issuer.Begin(threeds.Challenge{
		Key: threeds.Key(row.Key), CardMask: row.Card().Mask, Amount: row.Amount,
		Currency: row.Currency, Language: row.Terms().Language, Origin: Origin,
	})
	return p.Issuer.PagePath(set.Key), err
}

// Resume goes on after 3-D Secure: by what the issuer's page stored, never by what
// a browser brings back (R26). What is not with the issuer comes back as it is.
func (p *Service) Resume(ctx context.Context, row Row) (Turn, error) {
	if row.State != Challenged {
		return Turn{Row: row}, nil
	}
	set, ok, err := p.Issuer.Find(ctx, threeds.Key(row.Key))
	switch {
	case err != nil:
		return Turn{Row: row}, err
	case !ok: // the process ended between keeping the card and setting the challenge
		next, err := p.ask(row)
		return Turn{Row: row, Next: next}, err
	case set.State == threeds.Open:
		return Turn{Row: row, Next: p.Issuer.PagePath(set.Key)}, nil
	case set.State == threeds.Passed:
		means, err := open(p.Vault, row.PendingCard, row.associated())
		if err != nil {
			return Turn{Row: row}, err
		}
		return p.send(ctx, row, means, true)
	}
	row, err = p.give(ctx, row.Key, set.Failure())
	return Turn{Row: row}, err
}

// Abandon closes a purchase that its payer does not want to pay.
func (p *Service) Abandon(ctx context.Context, row Row) (Row, error) { return p.give(ctx, row.Key, 0) }

func (p *Service) give(ctx context.Context, key Key, code codes.Code) (Row, error) {
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return Row{}, err
	}
	o := &abandon{key: key, code: code, callback: id, notice: p.notify}
	err = engine.Await(ctx, p.Engine, o)
	return o.result, err
}

// Choose fixes the amount of a purchase whose payer may choose it. ok is false for
// one that is out of bounds, or when there is nothing to choose any more.
func (p *Service) Choose(ctx context.Context, row Row, amount money.Amount) (after Row, ok bool, err error) {
	o := &choose{key: row.Key, amount: amount}
	err = engine.Await(ctx, p.Engine, o)
	return o.result, o.done, err
}

// send hands the purchase to the bank and waits for its answer. A card that the payer
// wants to be kept, or that the merchant may charge again, waits for it too.
func (p *Service) send(ctx context.Context, row Row, means Means, secure bool) (Turn, error) {
	o := &send{
		seen: row, shown: shown(means.Card), secure: secure, token: means.Saved.Key, cardID: means.Saved.CardID,
		parcel: parcel{card: means.Card}, method: cmp.Or(string(means.Wallet), Bankcard), contact: means.Contact,
	}
	means.Save = means.Save && row.UserID != "" && means.Saved.Token == ""
	if means.Save || row.Terms().Recurring > 0 {
		var err error
		if o.sealed, err = means.seal(p.Vault, row.associated()); err != nil {
			return Turn{Row: row}, err
		}
	}
	done := p.charges.Join(row.Key)
	defer p.charges.Leave(row.Key, done)
	if err := engine.Await(ctx, p.Engine, o); err != nil {
		return Turn{Row: row}, err
	}
	return Turn{Row: p.charged(ctx, o.result, done)}, nil
}

// Await is the purchase once the bank has answered, or as it is when time is up.
func (p *Service) Await(ctx context.Context, row Row) Row {
	done := p.charges.Join(row.Key)
	defer p.charges.Leave(row.Key, done)
	return p.charged(ctx, row, done)
}

func (p *Service) charged(ctx context.Context, row Row, done <-chan *Row) Row {
	look := func(ctx context.Context) (Row, bool, error) { return p.Find(ctx, row.Key) }
	return engine.Watch(ctx, row, done, p.Patience, firstLook, func(r Row) bool { return r.State == Sent }, look)
}

// firstLook is the pause before what another node may have brought to an end is looked at.
const firstLook = 100 * time.Millisecond
