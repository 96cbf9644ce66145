package ledger

import (
	"fmt"
	"math"
	"time"

	"tolem/internal/money"
	"tolem/internal/store"
)

// TransferKey names a transfer by the payment it belongs to and its step in
// that payment's life, so that the same step can never be booked twice.
type TransferKey struct {
	MerchantID int64 `db:"merchant_id"`
	PaymentID  int64 `db:"payment_id"`
	Step       int64 `db:"step"`
}

// Kind is what a transfer does.
type Kind string

// A move is done at once. A hold sets money aside on the debit account until a
// post moves it or a void lets it go; both take the whole of it.
const (
	Moved  Kind = "move"
	Held   Kind = "hold"
	Posted Kind = "post"
	Voided Kind = "void"
)

// Transfer is one immutable line of the books: Amount minor units from Debit to
// Credit, both accounts of the same merchant, book and currency. Ends is the
// step of the hold that a post or a void ends, else 0.
type Transfer struct {
	TransferKey
	Kind      Kind           `db:"kind,fixed"`
	Ends      int64          `db:"ends,fixed"`
	Book      Book           `db:"book,fixed"`
	Debit     Name           `db:"debit,fixed"`
	Credit    Name           `db:"credit,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Amount    money.Amount   `db:"amount,fixed"`
	CreatedAt time.Time      `db:"created_at,fixed"`
}

// Transfers is where transfers are stored. They are only ever inserted.
var Transfers = store.Describe("transfer", func(t *Transfer) TransferKey { return t.TransferKey })

func (t Transfer) account(name Name) Key {
	return Key{t.MerchantID, t.Book, name, t.Currency}
}

// Want asks for the two accounts of a transfer.
func (t Transfer) Want(s *store.Set) {
	Accounts.Want(s, t.account(t.Debit))
	Accounts.Want(s, t.account(t.Credit))
}

// Move books the transfer at once. It reports false, and books nothing, when
// the debit account may not fall below zero and would.
func (t Transfer) Move(s *store.Set, at time.Time) bool {
	if !t.covered(s) {
		return false
	}
	t.Kind, t.CreatedAt = Moved, at
	t.insert(s)
	t.debit(s, 0)
	return true
}

// Hold sets the amount aside on the debit account; the credit account sees
// nothing of it yet. It reports false, and books nothing, when the debit
// account does not have it.
func (t Transfer) Hold(s *store.Set, at time.Time) bool {
	if !t.covered(s) {
		return false
	}
	t.Kind, t.CreatedAt = Held, at
	t.insert(s)
	a := Read(s, t.account(t.Debit))
	a.Held = add(a.Held, t.Amount)
	write(s, a)
	return true
}

// Post ends the hold t, which was placed as t, by moving its amount. The
// database refuses a second end of the same hold.
func (t Transfer) Post(s *store.Set, step int64, at time.Time) {
	t.end(Posted, step, at).insert(s)
	t.debit(s, t.Amount)
}

// Void ends the hold t by letting its amount go back to what is available.
func (t Transfer) Void(s *store.Set, step int64, at time.Time) {
	t.end(Voided, step, at).insert(s)
	a := Read(s, t.account(t.Debit))
	a.Held = release(a, t.Amount)
	write(s, a)
}

func (t Transfer) end(kind Kind, step int64, at time.Time) Transfer {
	t.Kind, t.Ends, t.Step, t.CreatedAt = kind, t.Step, step, at
	return t
}

func (t Transfer) insert(s *store.Set) {
	if t.Amount <= 0 || t.Debit == t.Credit || t.Step <= 0 {
		panic(fmt.Sprintf("ledger: transfer of %d from %s to %s at step %d", t.Amount, t.Debit, t.Credit, t.Step))
	}
	Transfers.Insert(s, t)
}

// debit moves the amount between the two accounts and lets go what was held.
func (t Transfer) debit(s *store.Set, held money.Amount) {
	from := Read(s, t.account(t.Debit))
	from.Held = release(from, held)
	from.Debits = add(from.Debits, t.Amount)
	write(s, from)
	to := Read(s, t.account(t.Credit))
	to.Credits = add(to.Credits, t.Amount)
	write(s, to)
}

func (t Transfer) covered(s *store.Set) bool {
	return t.Debit != Payout || Read(s, t.account(t.Debit)).Available() >= t.Amount
}

func release(a Account, amount money.Amount) money.Amount {
	if amount > a.Held {
		panic(fmt.Sprintf("ledger: %v holds %d, cannot release %d", a.Key, a.Held, amount))
	}
	return a.Held - amount
}

func add(a, b money.Amount) money.Amount {
	if a > math.MaxInt64-b {
		panic("ledger: account overflow")
	}
	return a + b
}
