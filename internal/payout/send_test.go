package payout_test

import (
	"context"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// willing is a bank that pays at once.
type willing struct {
	bank.Bank
	paid map[string]int
}

func (b *willing) Credit(_ context.Context, c bank.Credit) (bank.Answer, error) {
	b.paid[c.Reference]++
	return bank.Answer{Outcome: bank.Approved, Reference: "000000000001"}, nil
}

func (b *willing) Inquire(_ context.Context, reference string) (bank.Answer, error) {
	if b.paid[reference] == 0 {
		return bank.Answer{Outcome: bank.NotFound}, nil
	}
	return bank.Answer{Outcome: bank.Approved, Reference: "000000000001"}, nil
}

// byHand is an engine whose effects the test carries out.
type byHand struct {
	*engine.Engine
	handlers map[string]engine.Handler
}

func (n byHand) Handle(kind string, h engine.Handler) { n.handlers[kind] = h }

// heldUp is the clock of a process that is held up before the n-th time it looks.
type heldUp struct {
	*clock.Manual
	looks int
	while func()
}

func (c *heldUp) Now() time.Time {
	if c.looks--; c.looks == 0 {
		c.while()
	}
	return c.Manual.Now()
}

// TestAProcessThatWasHeldUpPaysNothingThatWasGivenUp: a node that is about to send a
// payout sleeps, its lease ends, another one asks the bank twice and gives the payout
// up. The first wakes up at any of the moments at which it looks at the clock.
func TestAProcessThatWasHeldUpPaysNothingThatWasGivenUp(t *testing.T) {
	ctx := t.Context()
	for looks := 1; looks <= 2; looks++ {
		at := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		house, err := platform.Open(ctx, platform.Config{Data: t.TempDir(), Clock: at})
		if err != nil {
			t.Fatal(err)
		}
		defer house.Close()
		settings := merchant.Defaults()
		settings.Payouts, settings.PayoutIBAN = true, true
		shop, err := house.Merchants.Create(ctx, 700200, "Shop", merchant.Test, settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := &willing{paid: map[string]int{}}
		node := func(c clock.Clock) (*payout.Service, byHand) {
			n := byHand{engine.New(house.DB, engine.Options{Clock: at}), map[string]engine.Handler{}}
			t.Cleanup(func() { _ = n.Close(context.Background()) })
			p := &payout.Service{
				DB: house.DB, Engine: n, Vault: house.Vault, Banks: bank.Banks{Test: b}, Payments: ids.NewNumbers(house.DB, "payment", 10),
				Callbacks: ids.NewNumbers(house.DB, "callback", 10), Clock: c, Zone: time.UTC, Patience: -1,
			}
			p.Register()
			return p, n
		}
		sleepy := &heldUp{Manual: at}
		p, first := node(sleepy)
		_, second := node(at)
		carryOut := func(n byHand, takenUp int64) {
			var found []engine.Effect
			err := house.DB.View(ctx, func(tx *store.Tx) (err error) {
				found, err = engine.Effects.Select(ctx, tx, "WHERE kind = $1", payout.SendKind)
				return err
			})
			if err != nil || len(found) != 1 {
				t.Fatalf("effects %v, error %v", found, err)
			}
			found[0].Attempt += takenUp
			next, err := n.handlers[payout.SendKind].Run(ctx, found[0])
			if err == nil && next != nil {
				err = n.Do(next)
			}
			if err != nil {
				t.Fatal(err)
			}
		}

		fund := ledger.Fund{MerchantID: shop.ID, PaymentID: 1, Book: ledger.Test, Money: money.Money{Amount: 100_000, Currency: money.KZT}}
		if err := first.Do(&fund); err != nil {
			t.Fatal(err)
		}
		row, refusal, err := p.Pay(ctx, shop, payout.Proposal{
			Route: payout.ToIBAN, Test: true, OrderID: "po-1", Money: money.Money{Amount: 50_000, Currency: money.KZT}, UserID: "drv-88",
			SendBefore: at.Now().Add(5 * time.Second), Account: &bank.Account{IBAN: "KZ86125KZT5004100100", BIC: "X", Name: "N"},
			Call: idempotency.Call{MerchantID: shop.ID},
		})
		if err != nil || refusal != nil {
			t.Fatal(refusal, err)
		}
		sleepy.looks, sleepy.while = looks, func() {
			at.Advance(15 * time.Second)
			carryOut(second, 1)
			at.Advance(15 * time.Second)
			carryOut(second, 1)
		}
		carryOut(first, 0)
		if row, _, err = p.Find(ctx, row.Key); err != nil || row.State != payout.Expired || len(b.paid) != 0 {
			t.Errorf("held up before look %d: %s, paid %v, error %v", looks, row.State, b.paid, err)
		}
	}
}
