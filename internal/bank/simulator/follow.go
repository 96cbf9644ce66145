package simulator

import (
	"context"
	"time"

	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Follow is what was asked to be done with a charge, as the bank remembers it.
// Received and Code are as a Charge's.
type Follow struct {
	Key
	Charge    string         `db:"charge,fixed"` // its reference
	Action    bank.Action    `db:"action,fixed"`
	Amount    money.Amount   `db:"amount,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Code      codes.Code     `db:"code,fixed"`
	Received  int64          `db:"received"`
	CreatedAt time.Time      `db:"created_at,fixed"`
}

// Follows is where the bank keeps what it was asked to do with charges.
var Follows = store.Describe("simulator_follow", func(f *Follow) Key { return f.Key })

func (f Follow) answer(time.Time) bank.Answer { return outcome(f.Key, f.Code) }

// follow is the operation of being sent one.
type follow struct {
	row    Follow
	answer bank.Answer
}

func (o *follow) Want(s *store.Set) {
	Charges.Want(s, Key{o.row.Charge})
	Charges.Look(s, o.row.Key)
	Follows.Want(s, o.row.Key)
}

func (o *follow) Decide(s *store.Set, now time.Time) {
	if _, other := Charges.Get(s, o.row.Key); other {
		o.answer = misused
		return
	}
	row, known := Follows.Get(s, o.row.Key)
	if known {
		row.Received++
		Follows.Update(s, row)
	} else {
		row = o.row
		row.Code, row.Received, row.CreatedAt = o.book(s), 1, now
		Follows.Insert(s, row)
	}
	o.answer = row.answer(now)
}

// book does to the charge what is asked for, or says why not.
func (o *follow) book(s *store.Set) codes.Code {
	charge, known := Charges.Get(s, Key{o.row.Charge})
	if !known {
		return codes.PaymentNotFound
	}
	after, code := charge.After(o.row.Action, money.Money{Amount: o.row.Amount, Currency: o.row.Currency})
	if code == 0 {
		Charges.Update(s, after)
	}
	return code
}

// Follow does what the state of the charge and its card allow, once for each
// reference.
func (b *Bank) Follow(_ context.Context, f bank.Follow) (bank.Answer, error) {
	o := &follow{row: Follow{
		Key: Key{f.Reference}, Charge: f.Charge, Action: f.Action, Amount: f.Money.Amount, Currency: f.Money.Currency,
	}}
	err := b.engine.Do(o)
	return o.answer, err
}
