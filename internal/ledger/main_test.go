package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/pgtest"
	"tolem/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// book commits what f does with the books of some transfers.
func book(t testing.TB, db *store.DB, transfers []ledger.Transfer, f func(*store.Set)) error {
	return db.Update(t.Context(), func(tx *store.Tx) error {
		set := store.NewSet()
		for _, transfer := range transfers {
			transfer.Want(set)
		}
		if err := set.Load(t.Context(), tx); err != nil {
			return err
		}
		f(set)
		return set.Flush(t.Context(), tx)
	})
}

// transfer is the first step of a payment, in the live book in KZT.
func transfer(merchant, payment int64, debit, credit ledger.Name, amount money.Amount) ledger.Transfer {
	return ledger.Transfer{
		TransferKey: ledger.TransferKey{MerchantID: merchant, PaymentID: payment, Step: 1},
		Book:        ledger.Live, Debit: debit, Credit: credit, Currency: money.KZT, Amount: amount,
	}
}

// fund puts a deposit on a merchant's balance.
func fund(t testing.TB, db *store.DB, merchant, payment int64, amount money.Amount) {
	t.Helper()
	deposit := transfer(merchant, payment, ledger.Funding, ledger.Payout, amount)
	if err := book(t, db, []ledger.Transfer{deposit}, func(s *store.Set) { deposit.Move(s, now) }); err != nil {
		t.Fatal(err)
	}
}

// try turns a panic into an error, as the engine does.
func try(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// accounts are those of the merchants from one on.
func accounts(t testing.TB, db *store.DB, from int64) map[ledger.Key]ledger.Account {
	t.Helper()
	found := map[ledger.Key]ledger.Account{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		rows, err := ledger.Accounts.Select(t.Context(), tx, "WHERE merchant_id >= $1", from)
		for _, a := range rows {
			found[a.Key] = a
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func verify(t testing.TB, db *store.DB) (report ledger.Report) {
	t.Helper()
	err := db.Snapshot(t.Context(), func(tx *store.Tx) (err error) {
		report, err = ledger.Verify(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
