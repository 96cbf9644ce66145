package payout

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Register makes the service carry out the effects of payouts.
func (p *Service) Register() {
	p.Engine.Handle(SendKind, engine.Handler{Run: p.send, Workers: 128, PerMerchant: 64})
	p.Engine.Handle(ExpireKind, engine.Handler{Run: p.lapse, Workers: 4, PerMerchant: 4})
}

// send deals with the bank. Only the node that wrote the effect, straight from
// memory, knows that nobody has sent the payout yet; everybody else inquires
// first, and sends only what the bank has never seen.
func (p *Service) send(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	parcel, err := p.parcel(ctx, e)
	if err != nil {
		return nil, err
	}
	row, decided := parcel.row, p.Clock.Now()
	fresh := e.Attempt == 0 && row.State == Created
	if !fresh || row.Late(decided) {
		o, err := p.inquire(ctx, row, fresh)
		if err == nil {
			err = p.Engine.Do(o)
		}
		if err != nil || !o.send {
			return nil, err
		}
		row, decided = o.result, o.result.SentAt
	}
	credit, err := p.credit(row, parcel.token)
	if err != nil {
		return nil, err
	}
	now := p.Clock.Now()
	if now.Sub(decided) > moment {
		return p.settle(ctx, row, bank.Answer{}, whatIsIt, now) // held up: a silence may be over before this call is
	}
	call, cancel := context.WithTimeout(ctx, bank.CallLimit)
	defer cancel()
	answer, err := p.Banks.For(row.Test).Credit(call, credit)
	if err != nil {
		answer = bank.Answer{}
	}
	return p.settle(ctx, row, answer, toPay, now)
}

// parcel is what is sent to the bank: the payout, and the token when it goes to a
// saved card, also to one that was deleted since: the payout was accepted with it.
type parcel struct {
	row   Row
	token cardtoken.Token
}

// parcel is what the effect carries, or else what is stored.
func (p *Service) parcel(ctx context.Context, e engine.Effect) (parcel, error) {
	if carried, ok := e.Carries.(parcel); ok {
		return carried, nil
	}
	var found parcel
	err := p.DB.View(ctx, func(tx *store.Tx) (err error) {
		var ok bool
		found.row, ok, err = Rows.Find(ctx, tx, Key{e.MerchantID, e.Subject})
		if ok && err == nil && found.row.Route == ToToken {
			found.token, ok, err = cardtoken.Tokens.Find(ctx, tx, cardtoken.Key{MerchantID: e.MerchantID, Token: found.row.CardToken})
		}
		if err == nil && !ok {
			err = gone(e)
		}
		return err
	})
	return found, err
}

func gone(e engine.Effect) error {
	return fmt.Errorf("payout %d of merchant %d is gone, or its token", e.Subject, e.MerchantID)
}

// inquire asks the bank what became of the payout, and returns what settles it. Of
// one that nobody has sent yet the answer is known.
func (p *Service) inquire(ctx context.Context, row Row, unsent bool) (*settle, error) {
	now := p.Clock.Now()
	if unsent {
		return p.settle(ctx, row, bank.Answer{Outcome: bank.NotFound}, nothing, now)
	}
	call, cancel := context.WithTimeout(ctx, bank.CallLimit)
	defer cancel()
	answer, err := p.Banks.For(row.Test).Inquire(call, row.reference())
	if err != nil {
		answer = bank.Answer{}
	}
	return p.settle(ctx, row, answer, whatIsIt, now)
}

func (p *Service) settle(ctx context.Context, row Row, answer bank.Answer, asked question, at time.Time) (*settle, error) {
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, err
	}
	return &settle{seen: row, answer: answer, asked: asked, at: at, callback: id, notice: p.notify, done: p.settled}, nil
}

// settled tells whoever waits for the payout. A payment that the bank made and the books
// gave up is for people to mend.
func (p *Service) settled(o *settle) {
	if o.contradicted {
		p.Log.Error("the bank has paid a payout that was given up", "merchant", o.result.MerchantID, "payment", o.result.PaymentID, "state", o.result.State)
	}
	p.waiting.Tell(o.result.Key, o.result)
}

func (p *Service) lapse(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	row, ok, err := p.Find(ctx, Key{e.MerchantID, e.Subject})
	if err == nil && !ok {
		err = gone(e)
	}
	if err != nil {
		return nil, err
	}
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, err
	}
	return &lapse{seen: row, callback: id, notice: p.notify}, nil
}

// reference is how the bank knows the payout: unique, and the same each time.
func (k Key) reference() string { return "po" + strconv.FormatInt(k.PaymentID, 10) }

// credit opens the destination of a payout for the bank.
func (p *Service) credit(row Row, token cardtoken.Token) (bank.Credit, error) {
	c := bank.Credit{
		Reference: row.reference(), Description: row.Description,
		Money: money.Money{Amount: row.Amount, Currency: row.Currency},
	}
	if row.Route == ToToken {
		pan, err := token.PAN(p.Vault)
		c.Card = pan
		return c, err
	}
	text, err := p.Vault.Open(vault.Card, row.Destination, row.associated())
	if err != nil {
		return c, fmt.Errorf("destination of payout %d: %w", row.PaymentID, err)
	}
	if row.Route == ToIBAN {
		return c, json.Unmarshal(text, &c.Account)
	}
	c.Card, err = card.ParsePAN(string(text))
	return c, err
}
