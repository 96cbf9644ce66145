package payout

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Patience is how long a call waits for the bank before it answers that the
// payout is in process (spec 02, B.2.4).
const Patience = 15 * time.Second

// Service is what calls and pages ask payouts of.
type Service struct {
	DB        *store.DB
	Engine    engine.Node
	Vault     *vault.Vault
	Banks     bank.Banks
	Payments  *ids.Numbers
	Callbacks *ids.Numbers
	Clock     clock.Clock
	Zone      *time.Location
	Patience  time.Duration // how long a call waits for the bank
	Log       *slog.Logger
	waiting   engine.Waiting[Key, Row]
	reads     readers
}

// Proposal is what a merchant asks for. Money is what the recipient gets.
type Proposal struct {
	Route       Route
	Test        bool
	OrderID     string
	Money       money.Money
	Description string
	UserID      string
	PostLink    string
	BackLink    string
	Language    string
	Framed      bool
	SendBefore  time.Time     // zero for no limit
	Token       string        // for ToToken
	CardID      int64         // for ToToken, instead of Token or to confirm it
	Account     *bank.Account // for ToIBAN
	Call        idempotency.Call
}

// Pay begins a payout, or finds the one that the same call began before, and
// waits for its outcome as long as Patience allows. It returns the payout as it
// stands then, or a refusal after which nothing has happened.
func (p *Service) Pay(ctx context.Context, m *merchant.Merchant, proposal Proposal) (Row, *codes.Refusal, error) {
	o, refusal, err := p.propose(ctx, m, proposal)
	if err != nil || refusal != nil {
		return Row{}, refusal, err
	}
	done := p.waiting.Join(o.row.Key)
	defer p.waiting.Leave(o.row.Key, done)
	err = o.by(func(o engine.Operation) error { return engine.Await(ctx, p.Engine, o) })
	if err != nil || o.refusal != nil {
		return Row{}, o.refusal, err
	}
	if o.repeats != 0 {
		return p.repeated(ctx, Key{m.ID, o.repeats})
	}
	return p.wait(ctx, o.result, done, time.Second), nil, nil
}

// repeated is the payout that a call asked for before. If the first call still
// waits for the bank, this one waits with it.
func (p *Service) repeated(ctx context.Context, key Key) (Row, *codes.Refusal, error) {
	done := p.waiting.Join(key)
	defer p.waiting.Leave(key, done)
	row, ok, err := p.Find(ctx, key)
	if err == nil && !ok {
		err = fmt.Errorf("payout %d of merchant %d is gone", key.PaymentID, key.MerchantID)
	}
	if err != nil {
		return Row{}, nil, err
	}
	return p.wait(ctx, row, done, 50*time.Millisecond), nil, nil
}

// wait returns the payout once it has left the state created, or as it is when
// time is up. An open page waits for a person, not for the bank.
func (p *Service) wait(ctx context.Context, row Row, done <-chan *Row, pause time.Duration) Row {
	waits := func(r Row) bool { return r.State == Created && !r.PageOpen() }
	look := func(ctx context.Context) (Row, bool, error) { return p.Find(ctx, row.Key) }
	return engine.Watch(ctx, row, done, p.Patience, pause, waits, look)
}

// propose turns a proposal into an operation: with numbers drawn, and with the
// account sealed. A card number that is given as its deprecated id is looked up.
func (p *Service) propose(ctx context.Context, m *merchant.Merchant, w Proposal) (*accept, *codes.Refusal, error) {
	named := "pg_card_token_to"
	if w.Token == "" {
		named = "pg_card_id_to"
	}
	if w.CardID != 0 {
		if refusal, err := p.resolve(ctx, m.ID, &w); err != nil || refusal != nil {
			return nil, refusal, err
		}
	}
	payment, err := p.Payments.Next(ctx)
	if err != nil {
		return nil, nil, err
	}
	notify, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, nil, err
	}
	row := Row{
		Key: Key{m.ID, payment}, OrderID: w.OrderID, Route: w.Route, Test: w.Test,
		Amount: w.Money.Amount, Fee: m.Settings.PayoutTariff.Fee(w.Money.Amount), Currency: w.Money.Currency,
		Description: w.Description, UserID: w.UserID, PostLink: w.PostLink, BackLink: w.BackLink,
		Language: w.Language, Framed: w.Framed, SendBefore: w.SendBefore, CardToken: w.Token,
		Fingerprint: w.fingerprint(),
	}
	var near string
	row.Message, near = w.Call.Replay(p.Clock.Now())
	switch w.Route {
	case ToIBAN:
		text, err := json.Marshal(w.Account)
		if err != nil {
			return nil, nil, err
		}
		if row.Destination, err = p.Vault.Seal(vault.Card, text, row.associated()); err != nil {
			return nil, nil, err
		}
	case ToPage:
		row.PageHash = ids.PageHash(p.pageKey(row.Key))
	}
	return &accept{
		call: w.Call, row: row, near: near, named: named, reuse: m.Settings.PayoutOrderReuse,
		limits: Limits{m.Settings.PayoutMin, m.Settings.PayoutMax}, callback: notify, notice: p.notify,
	}, nil, nil
}

// resolve finds the token of a card id; a token that says otherwise is a mistake.
func (p *Service) resolve(ctx context.Context, merchant int64, w *Proposal) (*codes.Refusal, error) {
	var token cardtoken.Token
	var ok bool
	err := p.DB.View(ctx, func(tx *store.Tx) (err error) {
		token, ok, err = cardtoken.ByCardID(ctx, tx, merchant, w.CardID)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case w.Token == "" && !ok:
		return &codes.Refusal{Code: codes.NotFoundObject, Field: "pg_card_id_to"}, nil
	case w.Token != "" && w.Token != token.Token:
		return codes.Invalid("pg_card_id_to", codes.NotAllowedHere), nil
	}
	w.Token = token.Token
	return nil, nil
}

// fingerprint is what makes two payouts of one order id the same: how much goes
// where, and whether it is real money (R45, S16).
func (w Proposal) fingerprint() []byte {
	where := w.Token
	if w.Account != nil {
		where = w.Account.IBAN
	}
	text := append(make([]byte, 0, 128), w.Route...)
	text = strconv.AppendBool(append(text, 0), w.Test)
	text = strconv.AppendInt(append(text, 0), int64(w.Money.Amount), 10)
	for _, s := range [...]string{string(w.Money.Currency), w.UserID, where} {
		text = append(append(text, 0), s...)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// associated ties a sealed destination to its payout.
func (k Key) associated() []byte { return fmt.Appendf(nil, "payout/%d/%d", k.MerchantID, k.PaymentID) }

// PagePath is the path and query of a payout's page.
func (p *Service) PagePath(k Key) string { return "/payout.html?customer=" + p.pageKey(k) }

// pageKey is the key of a payout's page, a UUID (R20), derived like R60 asks.
func (p *Service) pageKey(k Key) string {
	return ids.UUID(p.Vault.Fingerprint("page.payout", fmt.Append(nil, k.MerchantID), fmt.Append(nil, k.PaymentID)))
}

func (p *Service) notify(s *store.Set, r Row, id int64, now time.Time) {
	callback.Enqueue(s, r.notice(id, p.Zone), now)
}
