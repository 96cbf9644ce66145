package stage

import (
	"context"
	"errors"
	"fmt"

	"tolem/internal/bank"
	"tolem/internal/bank/simulator"
	"tolem/internal/bench"
	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/platform"
)

// What each merchant has: a balance that no benchmark uses up, and one user with
// a card that payouts to succeed.
const (
	balance = money.Amount(1_000_000_000_00)
	user    = "bench-user"
	number  = "4671593866478252"
)

// maker makes merchants with the systems of a node that carries out no effects.
type maker struct {
	*platform.Installation
	engine *engine.Engine
	cards  *cardtoken.Service
}

// Merchants adds n test merchants, which may pay out, be paid, and call as often as they like. A server
// may run meanwhile. progress is told how many there are, now and then.
func Merchants(ctx context.Context, i *platform.Installation, n int, progress func(done int)) (shops []bench.Shop, err error) {
	e := engine.New(i.DB, engine.Options{Clock: i.Config.Clock, Log: i.Config.Log})
	defer func() { err = errors.Join(err, e.Close(ctx)) }()
	m := maker{Installation: i, engine: e, cards: &cardtoken.Service{
		DB: i.DB, Engine: e, Vault: i.Vault, Payments: i.Payments, Clock: i.Config.Clock,
		Cards: ids.NewNumbers(i.DB, "card", 100), Callbacks: ids.NewNumbers(i.DB, "callback", 100),
		Banks: bank.Banks{Test: new(simulator.Bank)}, // asked for the issuer's name only
	}}
	for len(shops) < n {
		s, err := m.merchant(ctx, fmt.Sprintf("Bench Shop %d", len(shops)+1))
		if err != nil {
			return nil, err
		}
		if shops = append(shops, s); len(shops)%100 == 0 {
			progress(len(shops))
		}
	}
	return shops, nil
}

func (m maker) merchant(ctx context.Context, name string) (none bench.Shop, err error) {
	settings := merchant.Defaults()
	settings.Tokens, settings.Payouts, settings.Purchases = true, true, true
	settings.RequestsPerSecond, settings.RequestsBurst = 1_000_000, 1_000_000
	made, err := m.Installation.Merchants.Create(ctx, 0, name, merchant.Test, settings, nil)
	if err != nil {
		return none, err
	}
	payment, err := m.Payments.Next(ctx)
	if err != nil {
		return none, err
	}
	if err := m.engine.Do(&ledger.Fund{
		MerchantID: made.ID, PaymentID: payment, Book: ledger.Test, Money: money.Money{Amount: balance, Currency: money.KZT},
	}); err != nil {
		return none, err
	}
	token, err := m.saveCard(ctx, made.ID)
	return bench.Shop{
		Merchant: made.ID, Purchase: made.Signing(merchant.Purchase).Reveal(), Payout: made.Signing(merchant.Payout).Reveal(),
		User: user, Token: token,
	}, err
}

func (m maker) saveCard(ctx context.Context, id int64) (string, error) {
	pan, err := card.ParsePAN(number)
	if err != nil {
		return "", err
	}
	b, refusal, err := m.cards.Begin(ctx, idempotency.Call{MerchantID: id}, cardtoken.Binding{
		BindingKey: cardtoken.BindingKey{MerchantID: id}, Purpose: cardtoken.ForPayout, Test: true, UserID: user,
	})
	if err != nil {
		return "", err
	}
	if refusal != nil {
		return "", refusal
	}
	b, _, err = m.cards.Submit(ctx, b, cardtoken.Card{PAN: pan, Holder: "BENCH USER"})
	return b.Token, err
}
