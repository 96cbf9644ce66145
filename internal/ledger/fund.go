package ledger

import (
	"time"

	"tolem/internal/money"
	"tolem/internal/store"
)

// Fund is the operation that puts a merchant's deposit on its payout balance.
type Fund struct {
	MerchantID, PaymentID int64
	Book                  Book
	Money                 money.Money
	Account               Account // the payout account afterwards
}

func (o *Fund) transfer() Transfer {
	return Transfer{
		TransferKey: TransferKey{o.MerchantID, o.PaymentID, 1},
		Book:        o.Book, Debit: Funding, Credit: Payout, Currency: o.Money.Currency, Amount: o.Money.Amount,
	}
}

// Want is engine.Operation.
func (o *Fund) Want(s *store.Set) { o.transfer().Want(s) }

// Decide is engine.Operation.
func (o *Fund) Decide(s *store.Set, now time.Time) {
	o.transfer().Move(s, now)
	o.Account = Read(s, o.transfer().account(Payout))
}
