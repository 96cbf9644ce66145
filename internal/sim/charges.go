package sim

import (
	"context"

	"tolem/internal/bank"
	"tolem/internal/bank/simulator"
	"tolem/internal/protocol/codes"
)

// charged is a charge as the bank knows it, and its books of it: those of the test
// mode's bank, whatever the card.
type charged struct {
	*deal
	books simulator.Charge
}

// followed is what was asked to be done with a charge.
type followed struct {
	*deal
	bank.Follow
}

// Charge is bank.Bank.
func (b *unreliable) Charge(_ context.Context, c bank.Charge) (bank.Answer, error) {
	return b.send(flight{what: "charge", reference: c.Reference, enter: func(d *deal) {
		books := simulator.Charge{Key: simulator.Key{Reference: c.Reference}, Amount: c.Money.Amount, Currency: c.Money.Currency, Code: d.code}
		if d.code == 0 {
			d.authCode = "000001"
			if c.Capture {
				books.Captured = books.Amount
			}
		}
		b.charges[c.Reference] = &charged{d, books}
	}})
}

// Follow is bank.Bank. The books say what is refused; the rest is done or declined
// as it comes.
func (b *unreliable) Follow(_ context.Context, f bank.Follow) (bank.Answer, error) {
	return b.send(flight{what: string(f.Action), reference: f.Reference, enter: func(d *deal) {
		if charge := b.charges[f.Charge]; charge == nil {
			d.code = codes.PaymentNotFound
		} else if after, refusal := charge.books.After(f.Action, f.Money); refusal != 0 {
			d.code = refusal
		} else if d.code == 0 {
			charge.books = after
		}
		b.follows[f.Reference] = &followed{d, f}
	}})
}
