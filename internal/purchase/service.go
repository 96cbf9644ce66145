package purchase

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/card/wallet"
	"tolem/internal/cardtoken"
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

// Service is what calls and pages ask purchases of.
type Service struct {
	DB        *store.DB
	Engine    engine.Node
	Vault     *vault.Vault
	Banks     bank.Banks
	Wallets   wallet.Rings
	Cards     *cardtoken.Service
	Issuer    *threeds.Issuer
	Merchants *merchant.Registry
	Client    callback.Caller
	Payments  *ids.Numbers
	Profiles  *ids.Numbers
	Callbacks *ids.Numbers
	Clock     clock.Clock
	Zone      *time.Location
	Patience  time.Duration // how long a call or a page waits for the bank
	Log       *slog.Logger
	charges   engine.Waiting[Key, Row]
	steps     engine.Waiting[Key, Step]
}

// Proposal is what a merchant asks for. Money.Amount is 0 when the payer chooses
// it within the terms' bounds.
type Proposal struct {
	Test     bool
	OrderID  string
	Money    money.Money
	UserID   string
	OneStep  bool
	Lifetime time.Duration
	Unique   bool // the shop has one purchase for each order id
	Terms    Terms
	Saved    Saved // the card that pays, of the user
	Call     idempotency.Call
}

// Create opens a purchase, or finds the one that the same call opened before. A
// refusal means that nothing has happened.
func (p *Service) Create(ctx context.Context, m *merchant.Merchant, w Proposal) (Row, *codes.Refusal, error) {
	row, err := p.row(ctx, m, w)
	if err != nil {
		return row, nil, err
	}
	row.ExpiresAt = p.Clock.Now().Add(w.Lifetime)
	row.PageHash = ids.PageHash(p.pageKey(row.Key))
	token, refusal, err := p.resolve(ctx, m.ID, w.Saved)
	if err != nil || refusal != nil {
		return row, refusal, err
	}
	row.CardToken = token
	o := &create{call: w.Call, row: row, named: w.Saved.field(), unique: w.Unique && w.OrderID != ""}
	if err := engine.Await(ctx, p.Engine, o); err != nil || o.refusal != nil {
		return row, o.refusal, err
	}
	if o.repeats != 0 {
		row, err = p.known(ctx, Key{m.ID, o.repeats})
		return row, nil, err
	}
	return o.result, nil, nil
}

func (p *Service) row(ctx context.Context, m *merchant.Merchant, w Proposal) (Row, error) {
	id, err := p.Payments.Next(ctx)
	if err != nil {
		return Row{}, err
	}
	w.Terms.Tariff = m.Settings.PurchaseTariffIn(w.Money.Currency)
	text, err := w.Terms.text()
	return Row{
		Key: Key{m.ID, id}, OrderID: w.OrderID, Previous: -1, Test: w.Test, Amount: w.Money.Amount, Currency: w.Money.Currency,
		UserID: w.UserID, OneStep: w.OneStep, TermsText: text,
	}, err
}

// Recur charges a profile, one-step and without the payer (2.6). It returns once
// the charge is accepted; what became of it, the Result notify tells.
func (p *Service) Recur(ctx context.Context, m *merchant.Merchant, profile int64, w Proposal) (Row, *codes.Refusal, error) {
	key := ProfileKey{m.ID, profile}
	var found Profile
	var ok bool
	err := p.DB.View(ctx, func(tx *store.Tx) (err error) {
		found, ok, err = Profiles.Find(ctx, tx, key)
		return err
	})
	if err != nil || !ok {
		return Row{}, &codes.Refusal{Code: codes.PaymentNotFound, Field: "pg_recurring_profile"}, err
	}
	if w.Money.Amount == 0 {
		w.Money.Amount = found.Amount
	}
	w.Money.Currency, w.OneStep = found.Currency, true
	row, err := p.row(ctx, m, w)
	if err != nil {
		return row, nil, err
	}
	means, err := open(p.Vault, found.Sealed, found.associated())
	if err != nil {
		return row, nil, err
	}
	o := &recur{call: w.Call, row: row, parcel: parcel{card: means.Card}}
	o.row.ProfileID = profile
	o.row.Message, o.near = w.Call.Replay(p.Clock.Now())
	if err := engine.Await(ctx, p.Engine, o); err != nil || o.refusal != nil {
		return row, o.refusal, err
	}
	if o.repeats != 0 {
		row, err = p.known(ctx, Key{m.ID, o.repeats})
		return row, nil, err
	}
	return o.result, nil, nil
}

// Ask is what a merchant wants done with a purchase. Amount is 0 for all there is.
// A refund that is for Review waits for an operator, to whom Comment is addressed.
type Ask struct {
	Key     Key
	Action  bank.Action
	Amount  money.Amount
	Receipt []Position
	Review  bool
	Comment string
	Call    idempotency.Call
}

// Follow does something with a purchase and waits for the bank as long as Patience
// allows. The step comes back as it stands then; one that the bank refused is no
// refusal of ours. closed says that the purchase had not been paid, and is closed.
func (p *Service) Follow(ctx context.Context, ask Ask) (step Step, closed bool, refusal *codes.Refusal, err error) {
	o, err := p.follow(ctx, ask)
	if err != nil {
		return step, false, nil, err
	}
	o.step.Message, o.near = ask.Call.Replay(p.Clock.Now())
	done := p.steps.Join(o.step.Key)
	defer p.steps.Leave(o.step.Key, done)
	if err := engine.Await(ctx, p.Engine, o); err != nil || o.refusal != nil {
		return step, false, o.refusal, err
	}
	if o.repeats != 0 {
		key := Key{ask.Key.MerchantID, o.repeats}
		done = p.steps.Join(key)
		defer p.steps.Leave(key, done)
		o.result, _, err = p.step(ctx, key)
	}
	return p.finished(ctx, o.result, done), o.closed, nil, err
}

func (p *Service) follow(ctx context.Context, ask Ask) (*follow, error) {
	row, ok, err := p.Find(ctx, ask.Key)
	if err != nil || !ok {
		return &follow{seen: Row{Key: ask.Key}}, err // which finds nothing either, and says so
	}
	id, err := p.Payments.Next(ctx)
	if err != nil {
		return nil, err
	}
	receipt, err := receiptText(ask.Receipt)
	return &follow{call: ask.Call, seen: row, review: ask.Review, step: Step{
		Key: Key{row.MerchantID, id}, ParentID: row.PaymentID, Action: ask.Action, Amount: ask.Amount, Receipt: receipt, Comment: ask.Comment,
	}}, err
}

// finished is the step once the bank has answered, or as it is when time is up.
func (p *Service) finished(ctx context.Context, step Step, done <-chan *Step) Step {
	look := func(ctx context.Context) (Step, bool, error) { return p.step(ctx, step.Key) }
	return engine.Watch(ctx, step, done, p.Patience, firstLook, func(t Step) bool { return t.State == Pending }, look)
}

// PagePath is the path and query of a purchase's page (R20).
func (p *Service) PagePath(k Key) string { return "/pay.html?customer=" + p.pageKey(k) }

// pageKey is derived, not stored (R60).
func (p *Service) pageKey(k Key) string {
	return ids.UUID(p.Vault.Fingerprint("page.purchase", fmt.Append(nil, k.MerchantID), fmt.Append(nil, k.PaymentID)))
}

// notify books the Result notify.
func (p *Service) notify(s *store.Set, r Row, id int64, now time.Time) {
	callback.Enqueue(s, r.result(id, p.Zone), now)
}
