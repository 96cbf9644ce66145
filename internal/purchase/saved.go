package purchase

import (
	"context"
	"strconv"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Saved names the card that a purchase is created for: a token, its deprecated
// number, or both, which must agree. Zero leaves the card to the payer.
type Saved struct {
	Token  string
	CardID int64
}

// field is the one that names the card, for refusals.
func (v Saved) field() string {
	if v.Token == "" {
		return "pg_card_id"
	}
	return "pg_card_token"
}

// resolve finds the token of a card that is named by its number.
func (p *Service) resolve(ctx context.Context, merchant int64, v Saved) (token string, refusal *codes.Refusal, err error) {
	if v.CardID == 0 {
		return v.Token, nil, nil
	}
	var found cardtoken.Token
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		found, _, err = cardtoken.ByCardID(ctx, tx, merchant, v.CardID)
		return err
	})
	switch {
	case err != nil:
		return "", nil, err
	case v.Token == "" && found.Token == "":
		return "", &codes.Refusal{Code: codes.NotFoundObject, Field: v.field()}, nil
	case v.Token != "" && v.Token != found.Token:
		return "", codes.Invalid("pg_card_id", codes.NotAllowedHere), nil
	}
	return found.Token, nil, nil
}

// chargeable refuses a card that the user cannot pay with: a payout card, another
// user's, one that was deleted or has expired.
func chargeable(t cardtoken.Token, ok bool, r Row, field string, now time.Time) *codes.Refusal {
	switch {
	case !ok || !t.Usable(r.UserID, r.Test) || t.Purpose != cardtoken.ForPurchase:
		return &codes.Refusal{Code: codes.NotFoundObject, Field: field}
	case t.Expired(now):
		return &codes.Refusal{Code: codes.CardExpired, Field: field}
	}
	return nil
}

// CardOf is the saved card that a purchase was created for. It is refused when there
// is none, when it cannot pay any more, and when the purchase does not wait for
// its payer.
func (p *Service) CardOf(ctx context.Context, row Row) (token cardtoken.Token, refusal *codes.Refusal, err error) {
	now := p.Clock.Now()
	if row.CardToken == "" || !row.Open(now) {
		return token, codes.Refuse(codes.WrongPaymentStatus), nil
	}
	var ok bool
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		token, ok, err = cardtoken.Tokens.Find(ctx, tx, cardtoken.Key{MerchantID: row.MerchantID, Token: row.CardToken})
		return err
	})
	if err == nil {
		refusal = chargeable(token, ok, row, "", now)
	}
	return token, refusal, err
}

// Direct charges the saved card of a purchase without its payer (02, A.7): no
// security code, no 3-D Secure, and no check request, since it is the merchant who
// asks. It waits for the bank as long as Patience allows. A purchase that does not
// wait for its payer is refused, and stays as it is; a repeat by key finds what the
// first call began.
func (p *Service) Direct(ctx context.Context, row Row, call idempotency.Call) (Row, *codes.Refusal, error) {
	token, unfit, err := p.CardOf(ctx, row)
	if err != nil {
		return row, nil, err
	}
	o := &direct{call: call, unfit: unfit, send: send{seen: row, token: token.Key, cardID: token.CardID, method: Bankcard}}
	if o.unfit == nil {
		means := Means{Saved: token}
		if err := p.withdraw(&means); err != nil {
			return row, nil, err
		}
		o.send.shown, o.send.parcel = shown(means.Card), parcel{card: means.Card}
	}
	done := p.charges.Join(row.Key)
	defer p.charges.Leave(row.Key, done)
	if err := engine.Await(ctx, p.Engine, o); err != nil || o.refusal != nil {
		return o.send.result, o.refusal, err
	}
	return p.charged(ctx, o.send.result, done), nil, nil
}

// direct is send for a merchant, who is told when it is too late.
type direct struct {
	call    idempotency.Call
	unfit   *codes.Refusal // what CardOf said
	send    send
	refusal *codes.Refusal
}

func (o *direct) Merchant() int64 { return o.send.Merchant() }

func (o *direct) Want(s *store.Set) {
	o.call.Want(s)
	o.send.Want(s)
}

func (o *direct) Decide(s *store.Set, now time.Time) {
	o.refusal = nil
	row, ok := Rows.Get(s, o.send.seen.Key)
	o.send.result = row
	verdict, _ := o.call.Check(s, now)
	switch {
	case verdict == idempotency.Conflict:
		o.refusal = codes.Invalid("pg_idempotency_key", codes.KeyConflict)
	case verdict == idempotency.Repeat:
	case !ok || !row.Open(now):
		o.refusal = codes.Refuse(codes.WrongPaymentStatus)
	case o.unfit != nil:
		o.refusal = o.unfit
	default:
		o.send.Decide(s, now)
		o.call.Remember(s, strconv.FormatInt(row.PaymentID, 10), now)
	}
}
