package sim

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/money"
)

// TestTheUnreliableBankKeepsItsBooks of purchases: what it said once holds, what it
// lost it never did, and its books are what it approved.
func TestTheUnreliableBankKeepsItsBooks(t *testing.T) {
	seen := map[bank.Outcome]int{}
	refunds, silent := 0, 0
	for seed := range uint64(300) {
		w := &World{chances: rand.New(rand.NewPCG(seed, 0)), clock: clock.At(epoch)}
		w.habits = w.draw()
		w.bank = newBank(w)
		said := map[string]bank.Answer{}
		w.begin(true, func() {
			buy(t.Context(), w, func(reference string, a bank.Answer, err error) {
				seen[a.Outcome]++
				if err != nil {
					silent++
				} else if a.Outcome == bank.Approved || a.Outcome == bank.Declined {
					said[reference] = a
				}
				w.sleep(w.span(0, 4*time.Minute))
			})
		})
		for len(w.tasks) > 0 {
			if !w.goOn() {
				w.clock.Advance(time.Second)
			}
		}
		w.calm = true
		for reference, before := range said {
			if a, err := w.bank.Inquire(t.Context(), reference); err != nil || a != before {
				t.Errorf("seed %d: %s was answered %+v, then %+v %v", seed, reference, before, a, err)
			}
		}
		refunds += keepsBooks(t, seed, w.bank)
	}
	if seen[bank.Approved] == 0 || seen[bank.Declined] == 0 || seen[bank.Pending] == 0 || silent == 0 || refunds == 0 {
		t.Errorf("%v, %d without an answer, %d refunds", seen, silent, refunds)
	}
}

// buy charges 700, tries all that can be done with it, and says what it heard.
func buy(ctx context.Context, w *World, heard func(reference string, a bank.Answer, err error)) {
	tenge := func(n money.Amount) money.Money { return money.Money{Amount: n, Currency: money.KZT} }
	a, err := w.bank.Charge(ctx, bank.Charge{Reference: "pu1", Money: tenge(700), Capture: w.chance(30)})
	heard("pu1", a, err)
	for _, f := range []bank.Follow{
		{Reference: "rv1", Action: bank.Reverse, Money: tenge(600)},
		{Reference: "ca1", Action: bank.Capture, Money: tenge(500)},
		{Reference: "rv2", Action: bank.Reverse, Money: tenge(700)},
		{Reference: "re1", Action: bank.Refund, Money: tenge(300)},
		{Reference: "re2", Action: bank.Refund, Money: tenge(300)},
		{Reference: "re3", Action: bank.Refund, Money: tenge(300)},
	} {
		f.Charge = "pu1"
		a, err := w.bank.Follow(ctx, f)
		heard(f.Reference, a, err)
	}
}

// keepsBooks compares the books with the follow-ups, and counts the refunds.
func keepsBooks(t *testing.T, seed uint64, b *unreliable) (refunds int) {
	done := map[bank.Action]money.Amount{}
	for _, f := range b.follows {
		if f.code == 0 {
			done[f.Action] += f.Money.Amount
		}
		if f.code == 0 && f.Action == bank.Refund {
			refunds++
		}
	}
	charge := b.charges["pu1"]
	if charge == nil {
		if len(done) > 0 {
			t.Errorf("seed %d: %v of no charge", seed, done)
		}
		return refunds
	}
	books := charge.books
	oneStep := books.Captured == 700
	if charge.code != 0 && len(done) > 0 || books.Refunded != done[bank.Refund] || books.Refunded > books.Captured ||
		books.Reversed != (done[bank.Reverse] == 700) || !oneStep && books.Captured != done[bank.Capture] ||
		books.Reversed && books.Captured > 0 || (charge.authCode != "") != (charge.code == 0) {
		t.Errorf("seed %d: %+v of %+v, done %v", seed, books, *charge.deal, done)
	}
	if err := b.check(); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	b.arrive(flight{what: "charge", reference: "pu1"})
	if b.check() == nil {
		t.Errorf("seed %d: a second arrival was not noticed", seed)
	}
	return refunds
}
