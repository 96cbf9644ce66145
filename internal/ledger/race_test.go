package ledger_test

import (
	"context"
	"flag"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

var rounds = flag.Int("rounds", roundsTried, "rounds of TestABalanceForOneHoldGivesOne on each store")

// hold is the operation of holding all of a balance.
type hold struct {
	ledger.Transfer
	done bool
}

func (o *hold) Decide(s *store.Set, now time.Time) { o.done = o.Hold(s, now) }

// TestABalanceForOneHoldGivesOne to 64 that want it at once: through one engine,
// and as transactions of two nodes.
func TestABalanceForOneHoldGivesOne(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, other := storetest.Open(t, url), storetest.Open(t, url)
		e := engine.New(db, engine.Options{})
		t.Cleanup(func() {
			if err := e.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		nodes := func(i int64, o *hold) error {
			return book(t, []*store.DB{db, other}[i%2], []ledger.Transfer{o.Transfer}, func(s *store.Set) { o.Decide(s, now) })
		}
		one := func(_ int64, o *hold) error { return e.Do(o) }
		payment := int64(0)
		for round := range *rounds {
			way := one
			if round >= *rounds-3 {
				way = nodes
			}
			payment++
			fund(t, db, 1, payment, 500)
			var winners atomic.Int64
			var wait sync.WaitGroup
			for i := range int64(64) {
				o := &hold{Transfer: transfer(1, payment+1+i, ledger.Payout, ledger.Bank, 500)}
				wait.Go(func() {
					if err := way(i, o); err != nil {
						t.Error(err)
					}
					if o.done {
						winners.Add(1)
					}
				})
			}
			wait.Wait()
			if n := winners.Load(); n != 1 {
				t.Fatalf("round %d: %d winners", round, n)
			}
			payment += 64
		}
		for key, a := range accounts(t, db, 1) {
			if key.Name == ledger.Payout && (a.Available() != 0 || a.Held != 500*money.Amount(*rounds)) {
				t.Errorf("%+v", a)
			}
		}
		if report := verify(t, db); len(report.Problems) > 0 {
			t.Error(report.Problems)
		}
	})
}

func TestFundPutsADepositOnTheBalance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		e := engine.New(db, engine.Options{})
		defer e.Close(t.Context())
		for i := range int64(2) {
			o := &ledger.Fund{MerchantID: 1, PaymentID: 10 + i, Book: ledger.BookOf(true), Money: money.Money{Amount: 250, Currency: money.KZT}}
			if err := e.Do(o); err != nil {
				t.Fatal(err)
			}
			if o.Account.Available() != 250*money.Amount(1+i) || o.Account.Book != ledger.Test {
				t.Errorf("afterwards: %+v", o.Account)
			}
		}
		again := &ledger.Fund{MerchantID: 1, PaymentID: 10, Book: ledger.Test, Money: money.Money{Amount: 250, Currency: money.KZT}}
		if err := e.Do(again); err == nil {
			t.Error("the same deposit was booked twice")
		}
		if report := verify(t, db); len(report.Problems) > 0 || report.Transfers != 2 {
			t.Errorf("%+v", report)
		}
	})
}
