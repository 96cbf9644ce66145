package simulator

import (
	"context"
	"time"

	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Charge is a purchase as the bank remembers it. Received counts how often it was
// sent: more than once is the platform's fault. Code is the outcome, 0 for success.
// Captured and Refunded are sums of minor units; the codes beside them are what the
// card's row of the table says of each operation, 0 where it is available.
type Charge struct {
	Key
	Amount    money.Amount   `db:"amount,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Card      string         `db:"card,fixed"` // mask
	Secure    bool           `db:"secure,fixed"`
	Code      codes.Code     `db:"code,fixed"`
	OnCapture codes.Code     `db:"on_capture,fixed"`
	OnReverse codes.Code     `db:"on_reverse,fixed"`
	OnRefund  codes.Code     `db:"on_refund,fixed"`
	Captured  money.Amount   `db:"captured"`
	Reversed  bool           `db:"reversed"`
	Refunded  money.Amount   `db:"refunded"`
	Received  int64          `db:"received"`
	CreatedAt time.Time      `db:"created_at,fixed"`
}

// Charges is where the bank keeps the purchases it was sent.
var Charges = store.Describe("simulator_charge", func(c *Charge) Key { return c.Key })

// answer is what the bank says of a charge at any time.
func (c Charge) answer(time.Time) bank.Answer {
	a := outcome(c.Key, c.Code)
	if c.Code == 0 {
		a.AuthCode = authorisation(c.Reference)
	}
	return a
}

// outcome is what the bank says of an operation that it decides at once.
func outcome(k Key, code codes.Code) bank.Answer {
	a := bank.Answer{Outcome: bank.Approved, Code: code, Reference: retrieval(k.Reference)}
	if code != 0 {
		a.Outcome = bank.Declined
	}
	return a
}

// misused is the answer to a charge with the reference of a follow-up, and the
// other way round. Nothing is remembered of it.
var misused = bank.Answer{Outcome: bank.Declined, Code: codes.OperationIncorrect}

// charge is the operation of being sent one.
type charge struct {
	row    Charge
	answer bank.Answer
}

func (o *charge) Want(s *store.Set) {
	Charges.Want(s, o.row.Key)
	Follows.Look(s, o.row.Key)
}

func (o *charge) Decide(s *store.Set, now time.Time) {
	if _, other := Follows.Get(s, o.row.Key); other {
		o.answer = misused
		return
	}
	row, known := Charges.Get(s, o.row.Key)
	if known {
		row.Received++
		Charges.Update(s, row)
	} else {
		row = o.row
		row.Received, row.CreatedAt = 1, now
		Charges.Insert(s, row)
	}
	o.answer = row.answer(now)
}

// Charge follows the table of test cards. A one-step charge asks for authorisation
// and capture, and of a card that lacks one of them takes nothing. A reference that
// is known keeps its first outcome.
func (b *Bank) Charge(_ context.Context, c bank.Charge) (bank.Answer, error) {
	card, known := purchaseCards[c.Card.Digits()]
	o := &charge{row: Charge{
		Key: Key{c.Reference}, Amount: c.Money.Amount, Currency: c.Money.Currency, Card: c.Card.Mask(), Secure: c.Secure,
		Code: card.auth, OnCapture: card.capture, OnReverse: card.reverse, OnRefund: card.refund,
	}}
	switch {
	case !known:
		o.row.Code = codes.UnknownBankError
	case c.Money.Amount <= 0:
		o.row.Code = codes.Validation
	case c.Capture && card.auth == 0:
		o.row.Code = card.capture
	}
	if c.Capture && o.row.Code == 0 {
		o.row.Captured = c.Money.Amount
	}
	err := b.engine.Do(o)
	return o.answer, err
}
