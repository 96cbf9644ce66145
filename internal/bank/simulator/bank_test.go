package simulator

import (
	"context"
	"sync"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/clock"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

const delay = 30 * time.Second

// each runs a test against a bank on each kind of database.
func each(t *testing.T, f func(t *testing.T, b *Bank, c *clock.Manual)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		f(t, open(t, db, c), c)
	})
}

func open(t *testing.T, db *store.DB, c clock.Clock) *Bank {
	t.Helper()
	b, err := Open(t.Context(), db, c, delay)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func credit(t *testing.T, reference, pan string) bank.Credit {
	number, err := card.ParsePAN(pan)
	if err != nil {
		t.Fatal(err)
	}
	return bank.Credit{Reference: reference, Money: money.Money{Amount: 1500000, Currency: money.KZT}, Card: number}
}

func TestTestCardsHaveTheirOutcomes(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, c *clock.Manual) {
		for pan, want := range map[string]struct {
			at   bank.Outcome
			then bank.Outcome
			code codes.Code
		}{
			"4671593866478252":    {bank.Approved, bank.Approved, 0},
			"6204500338419360939": {bank.Approved, bank.Approved, 0},
			"629656013969216940":  {bank.Approved, bank.Approved, 0},
			"62861819783765929":   {bank.Approved, bank.Approved, 0},
			"5325349472901311":    {bank.Declined, bank.Declined, 10000},
			"4556046085041740":    {bank.Declined, bank.Declined, 10001},
			"5543974702876045":    {bank.Declined, bank.Declined, 8888},
			"5507841999732294":    {bank.Pending, bank.Approved, 0},
			"4532676596620704":    {bank.Pending, bank.Declined, 10001},
			"4111111111111111":    {bank.Declined, bank.Declined, 99999},
		} {
			reference := "po-" + pan
			first, err := b.Credit(t.Context(), credit(t, reference, pan))
			if err != nil || first.Outcome != want.at {
				t.Errorf("%s: %+v %v, want %d", pan, first, err, want.at)
			}
			c.Advance(delay)
			later, err := b.Inquire(t.Context(), reference)
			if err != nil || later.Outcome != want.then || later.Code != want.code {
				t.Errorf("%s later: %+v %v, want %d code %d", pan, later, err, want.then, want.code)
			}
			if len(later.Reference) != 12 {
				t.Errorf("%s: retrieval reference %q has not 12 digits", pan, later.Reference)
			}
		}
	})
}

func TestAccountsAreToldByTheirLastDigit(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, c *clock.Manual) {
		for iban, want := range map[string]struct {
			at, then bank.Outcome
			code     codes.Code
		}{
			"KZ64999KZT0000012345": {bank.Pending, bank.Approved, 0},
			"KZ64999KZT0000012348": {bank.Pending, bank.Declined, 10001},
			"KZ64999KZT0000012349": {bank.Declined, bank.Declined, 10001},
		} {
			order := bank.Credit{Reference: iban, Money: money.Money{Amount: 100, Currency: money.KZT}, Account: &bank.Account{IBAN: iban}}
			first, err := b.Credit(t.Context(), order)
			if err != nil || first.Outcome != want.at {
				t.Errorf("%s: %+v %v", iban, first, err)
			}
			if want.at == bank.Pending && first.AskAgain != delay {
				t.Errorf("%s: ask again in %s, want %s", iban, first.AskAgain, delay)
			}
			c.Advance(delay)
			if later, err := b.Inquire(t.Context(), iban); err != nil || later.Outcome != want.then || later.Code != want.code {
				t.Errorf("%s later: %+v %v", iban, later, err)
			}
		}
	})
}

func TestAReferenceIsPaidOnceAndRemembered(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		if answer, err := b.Inquire(t.Context(), "po-1"); err != nil || answer.Outcome != bank.NotFound {
			t.Fatalf("before: %+v %v", answer, err)
		}
		var senders sync.WaitGroup
		for range 20 {
			senders.Go(func() {
				if answer, err := b.Credit(t.Context(), credit(t, "po-1", "4671593866478252")); err != nil || answer.Outcome != bank.Approved {
					t.Errorf("%+v %v", answer, err)
				}
			})
		}
		senders.Wait()
		var record Record
		err := b.db.View(t.Context(), func(tx *store.Tx) (err error) {
			record, _, err = Records.Find(t.Context(), tx, Key{"po-1"})
			return err
		})
		if err != nil || record.Received != 20 || record.Amount != 1500000 {
			t.Errorf("%+v %v, want one record of 20 receipts", record, err)
		}
	})
}
