package ledger_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

// model is the books as plain arithmetic.
type model struct {
	accounts  map[ledger.Key]ledger.Account
	transfers int64
	open      []ledger.Transfer // holds
}

func (m *model) touch(t ledger.Transfer, debits, held money.Amount) {
	m.transfers++
	from := ledger.Key{MerchantID: t.MerchantID, Book: t.Book, Name: t.Debit, Currency: t.Currency}
	a := m.accounts[from]
	a.Key, a.Debits, a.Held = from, a.Debits+debits, a.Held+held
	m.accounts[from] = a
	if to := from; debits > 0 {
		to.Name = t.Credit
		b := m.accounts[to]
		b.Key, b.Credits = to, b.Credits+debits
		m.accounts[to] = b
	}
}

func (m *model) covers(t ledger.Transfer) bool {
	a := m.accounts[ledger.Key{MerchantID: t.MerchantID, Book: t.Book, Name: t.Debit, Currency: t.Currency}]
	return t.Debit != ledger.Payout || a.Credits-a.Debits-a.Held >= t.Amount
}

// draw is a transfer with a payment number of its own. Amounts are small and few,
// so that balances are often just enough.
func draw(r *rapid.T, merchant int64, payment *int64) ledger.Transfer {
	*payment++
	pair := rapid.SampledFrom([][2]ledger.Name{
		{ledger.Funding, ledger.Payout}, {ledger.Payout, ledger.Bank}, {ledger.Payout, ledger.Fees}, {ledger.Bank, ledger.Payout},
	}).Draw(r, "from and to")
	t := transfer(merchant+rapid.Int64Range(0, 1).Draw(r, "merchant"), *payment, pair[0], pair[1], money.Amount(rapid.Int64Range(1, 3).Draw(r, "amount")))
	t.Book = rapid.SampledFrom([]ledger.Book{ledger.Live, ledger.Live, ledger.Live, ledger.Test}).Draw(r, "book")
	t.Currency = rapid.SampledFrom([]money.Currency{"KZT", "KZT", "KZT", "USD"}).Draw(r, "currency")
	return t
}

// step does one thing to the set and to the model alike.
func (m *model) step(r *rapid.T, s *store.Set, t ledger.Transfer) {
	if len(m.open) > 0 && rapid.Bool().Draw(r, "end a hold") {
		i := rapid.IntRange(0, len(m.open)-1).Draw(r, "which")
		hold := m.open[i]
		m.open = append(m.open[:i:i], m.open[i+1:]...)
		if rapid.Bool().Draw(r, "post") {
			hold.Post(s, 2, now)
			m.touch(hold, hold.Amount, -hold.Amount)
		} else {
			hold.Void(s, 2, now)
			m.touch(hold, 0, -hold.Amount)
		}
		return
	}
	hold := rapid.Bool().Draw(r, "hold")
	covered := m.covers(t)
	var done bool
	if hold {
		done = t.Hold(s, now)
	} else {
		done = t.Move(s, now)
	}
	if done != covered {
		r.Fatalf("%+v: done %v, but covered %v by %+v", t, done, covered, m.accounts)
	}
	switch {
	case done && hold:
		m.touch(t, 0, t.Amount)
		m.open = append(m.open, t)
	case done:
		m.touch(t, t.Amount, 0)
	}
}

// TestBooksAgreeWithArithmetic commits random transactions over several
// merchants, books and currencies.
func TestBooksAgreeWithArithmetic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := &model{}
		payment, merchant, total := int64(0), int64(0), 0
		rapid.Check(t, func(r *rapid.T) {
			merchant += 2 // two that have nothing yet
			m.open, m.accounts = nil, map[ledger.Key]ledger.Account{}
			for range rapid.IntRange(1, 3).Draw(r, "transactions") {
				var drawn []ledger.Transfer
				for range rapid.IntRange(1, 8).Draw(r, "steps") {
					drawn = append(drawn, draw(r, merchant, &payment))
				}
				if err := book(t, db, append(drawn, m.open...), func(s *store.Set) {
					for _, transfer := range drawn {
						m.step(r, s, transfer)
					}
				}); err != nil {
					r.Fatal(err)
				}
				stored := accounts(t, db, merchant)
				if diff := cmp.Diff(m.accounts, stored); diff != "" {
					r.Fatal(diff)
				}
				sums := map[[2]string]money.Amount{}
				for key, a := range stored {
					sums[[2]string{string(key.Book), string(key.Currency)}] += a.Balance()
					if key.Name == ledger.Payout && a.Available() < 0 {
						r.Fatalf("%+v is below zero", a)
					}
				}
				for what, sum := range sums {
					if sum != 0 {
						r.Fatalf("%v sums to %d", what, sum)
					}
				}
			}
			total += len(m.accounts)
			if report := verify(t, db); len(report.Problems) > 0 || report.Transfers != m.transfers || report.Accounts != int64(total) {
				r.Fatalf("%+v; want %d transfers, %d accounts", report, m.transfers, total)
			}
		})
	})
}

func TestAHoldEndsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fund(t, db, 1, 1, 100)
		first, second := transfer(1, 2, ledger.Payout, ledger.Bank, 40), transfer(1, 3, ledger.Payout, ledger.Bank, 40)
		both := []ledger.Transfer{first, second}
		if err := book(t, db, both, func(s *store.Set) {
			if !first.Hold(s, now) || !second.Hold(s, now) {
				t.Error("not covered")
			}
			first.Post(s, 2, now)
		}); err != nil {
			t.Fatal(err)
		}
		before := accounts(t, db, 1)
		for name, end := range map[string]func(*store.Set){
			"posted, at the same step":  func(s *store.Set) { first.Post(s, 2, now) },
			"posted, at another step":   func(s *store.Set) { first.Post(s, 3, now) },
			"voided":                    func(s *store.Set) { first.Void(s, 3, now) },
			"twice in one transaction":  func(s *store.Set) { second.Post(s, 2, now); second.Void(s, 3, now) },
			"more than is held at last": func(s *store.Set) { second.Void(s, 2, now); first.Void(s, 3, now) },
		} {
			if err := try(func() error { return book(t, db, both, end) }); err == nil {
				t.Errorf("%s: no error", name)
			}
			if diff := cmp.Diff(before, accounts(t, db, 1)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if report := verify(t, db); len(report.Problems) > 0 {
			t.Error(report.Problems)
		}
	})
}

func TestBooksRefuseToOverflow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fund(t, db, 1, 1, math.MaxInt64-10)
		before := accounts(t, db, 1)
		more := transfer(1, 2, ledger.Funding, ledger.Payout, 11)
		err := try(func() error {
			return book(t, db, []ledger.Transfer{more}, func(s *store.Set) { more.Move(s, now) })
		})
		if err == nil {
			t.Error("no error")
		}
		if diff := cmp.Diff(before, accounts(t, db, 1)); diff != "" {
			t.Error(diff)
		}
		fund(t, db, 1, 3, 10)
		fund(t, db, 2, 4, math.MaxInt64) // the sum over merchants may be larger than any account
		if report := verify(t, db); len(report.Problems) > 0 {
			t.Error(report.Problems)
		}
	})
}

func TestTransfersThatMoveNothingPanic(t *testing.T) {
	for name, broken := range map[string]ledger.Transfer{
		"nothing":           transfer(1, 1, ledger.Funding, ledger.Bank, 0),
		"less than nothing": transfer(1, 1, ledger.Payout, ledger.Bank, -5),
		"nowhere":           transfer(1, 1, ledger.Funding, ledger.Funding, 5),
		"no step":           {Debit: ledger.Funding, Credit: ledger.Bank, Amount: 5},
	} {
		for way, f := range map[string]func(ledger.Transfer, *store.Set) bool{
			"move": func(x ledger.Transfer, s *store.Set) bool { return x.Move(s, now) },
			"hold": func(x ledger.Transfer, s *store.Set) bool { return x.Hold(s, now) },
		} {
			set := store.NewSet()
			broken.Want(set)
			set.Ready()
			if try(func() error { f(broken, set); return nil }) == nil {
				t.Errorf("%s of %s is booked", way, name)
			}
		}
	}
}
