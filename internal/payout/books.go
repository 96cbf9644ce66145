package payout

import (
	"time"

	"tolem/internal/ledger"
	"tolem/internal/store"
)

// reserve holds the amount and the fee, or nothing of either (R55). It notes
// what is left on the balance.
func (r *Row) reserve(s *store.Set, now time.Time) bool {
	enough := ledger.Read(s, r.account(ledger.Payout)).Available() >= r.ToPay()
	if enough {
		r.amountHold().Hold(s, now)
		if r.Fee > 0 {
			r.feeHold().Hold(s, now)
		}
	}
	r.Balance = ledger.Read(s, r.account(ledger.Payout)).Available()
	return enough
}

// settle turns what was reserved into a payment.
func (r *Row) settle(s *store.Set, now time.Time) {
	r.amountHold().Post(s, endAmount, now)
	if r.Fee > 0 {
		r.feeHold().Post(s, endFee, now)
	}
	r.Balance = ledger.Read(s, r.account(ledger.Payout)).Available()
}

// release gives what was reserved back to the balance.
func (r *Row) release(s *store.Set, now time.Time) {
	r.amountHold().Void(s, endAmount, now)
	if r.Fee > 0 {
		r.feeHold().Void(s, endFee, now)
	}
	r.Balance = ledger.Read(s, r.account(ledger.Payout)).Available()
}

// wantBooks asks for every account that an ending may touch.
func (r Row) wantBooks(s *store.Set) {
	r.amountHold().Want(s)
	if r.Fee > 0 {
		r.feeHold().Want(s)
	}
}
