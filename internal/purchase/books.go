package purchase

import (
	"time"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/store"
)

// Steps of a purchase in the ledger.
const (
	bookHold int64 = iota + 1 // what the bank holds on the card
	bookEnd                   // the end of that hold
	bookTake                  // what was taken, when it is not just what was held
	bookFee
)

func (r Row) transfer(step int64, from, to ledger.Name, amount money.Amount) ledger.Transfer {
	return ledger.Transfer{
		TransferKey: ledger.TransferKey{MerchantID: r.MerchantID, PaymentID: r.PaymentID, Step: step},
		Book:        ledger.BookOf(r.Test), Debit: from, Credit: to, Currency: r.Currency, Amount: amount,
	}
}

// wantBooks asks for every account that a purchase or a refund may touch.
func (r Row) wantBooks(s *store.Set) {
	for _, name := range []ledger.Name{ledger.Acquirer, ledger.Fees, ledger.Takings} {
		ledger.Accounts.Want(s, ledger.Key{MerchantID: r.MerchantID, Book: ledger.BookOf(r.Test), Name: name, Currency: r.Currency})
	}
}

func (r Row) hold() ledger.Transfer {
	return r.transfer(bookHold, ledger.Acquirer, ledger.Takings, r.Amount)
}

// reserve notes that the bank holds the amount on the card.
func (r Row) reserve(s *store.Set, now time.Time) { r.hold().Hold(s, now) }

// release notes that the bank let the hold go.
func (r Row) release(s *store.Set, now time.Time) { r.hold().Void(s, bookEnd, now) }

// take notes that the bank took an amount, of what it held if held is set, and
// charges the merchant's fee.
func (r *Row) take(s *store.Set, amount money.Amount, held bool, now time.Time) {
	switch {
	case held && amount == r.Amount:
		r.hold().Post(s, bookEnd, now)
	case held:
		r.release(s, now)
		fallthrough
	default:
		r.transfer(bookTake, ledger.Acquirer, ledger.Takings, amount).Move(s, now)
	}
	r.Captured, r.Fee = amount, r.fee(amount)
	if r.Fee > 0 {
		r.transfer(bookFee, ledger.Takings, ledger.Fees, r.Fee).Move(s, now)
	}
}

// fee is what the merchant pays for an amount, never more than the amount.
func (r Row) fee(amount money.Amount) money.Amount {
	return min(r.Terms().Tariff.Fee(amount), amount)
}

// giving is the transfer of a refund: held while the bank is at it.
func (r Row) giving(t Step) ledger.Transfer {
	back := r.transfer(bookHold, ledger.Takings, ledger.Acquirer, t.Amount)
	back.PaymentID = t.PaymentID
	return back
}
