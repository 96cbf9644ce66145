package ledger

import (
	"tolem/internal/money"
	"tolem/internal/store"
)

// Book keeps test money apart from real money: the two never meet (S16).
type Book string

// The two books.
const (
	Live Book = "live"
	Test Book = "test"
)

// BookOf is the book of a payment that is a test or is not.
func BookOf(test bool) Book {
	if test {
		return Test
	}
	return Live
}

// Name says what an account of a merchant is for.
type Name string

// The accounts of a merchant. Only Payout is the merchant's own money and must
// never fall below zero; the others are the platform's side of it, kept per
// merchant so that a transaction stays with one merchant.
const (
	Payout   Name = "payout"   // what the merchant can pay out
	Bank     Name = "bank"     // what went to recipients through the bank
	Fees     Name = "fees"     // what the platform earned
	Funding  Name = "funding"  // where the merchant's deposits came from
	Acquirer Name = "acquirer" // what came from payers through the acquirer
	Takings  Name = "takings"  // what the merchant sold, refunds and fees deducted
)

// Key names an account.
type Key struct {
	MerchantID int64          `db:"merchant_id"`
	Book       Book           `db:"book"`
	Name       Name           `db:"name"`
	Currency   money.Currency `db:"currency"`
}

// Account is a row of the books, in minor units. Debits and Credits only grow.
// Held is the part of the balance that holds have set aside.
type Account struct {
	Key
	Debits  money.Amount `db:"debits"`
	Credits money.Amount `db:"credits"`
	Held    money.Amount `db:"held"`
}

// Balance is what the account has, holds included.
func (a Account) Balance() money.Amount { return a.Credits - a.Debits }

// Available is what can still be moved or held.
func (a Account) Available() money.Amount { return a.Balance() - a.Held }

// Accounts is where accounts are stored. Its rows are locked first in every
// transaction, so a merchant's account orders all that touches its money.
var Accounts = store.Describe("account", func(a *Account) Key { return a.Key }).Remembered(4096)

// Read is the account as the set holds it; one that does not exist yet is empty.
func Read(s *store.Set, key Key) Account {
	if a, ok := Accounts.Get(s, key); ok {
		return a
	}
	return Account{Key: key}
}

func write(s *store.Set, a Account) {
	if _, ok := Accounts.Get(s, a.Key); ok {
		Accounts.Update(s, a)
	} else {
		Accounts.Insert(s, a)
	}
}
