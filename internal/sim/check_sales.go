package sim

import (
	"slices"
	"strconv"

	"tolem/internal/bank"
	"tolem/internal/purchase"
)

// after is what may become of a purchase, by its state.
var after = map[purchase.State][]purchase.State{
	purchase.Created: {
		purchase.Challenged, purchase.Sent, purchase.Authorized, purchase.Captured, purchase.Voided,
		purchase.Declined, purchase.Cancelled, purchase.Expired,
	},
	purchase.Challenged: {purchase.Sent, purchase.Authorized, purchase.Captured, purchase.Voided, purchase.Declined},
	purchase.Sent:       {purchase.Authorized, purchase.Captured, purchase.Voided, purchase.Declined},
	purchase.Authorized: {purchase.Captured, purchase.Voided},
}

// reached: a purchase never goes back, whether its state was stored or told.
func (w *World) reached(id int64, state purchase.State) {
	if before, ok := w.states[id]; ok && before != state && !slices.Contains(after[before], state) {
		w.fail("purchase %d went from %s to %s", id, before, state)
	}
	w.states[id] = state
}

// concluded: a step ends once, whether that was stored or told.
func (w *World) concluded(id int64, state purchase.StepState) {
	if before, ok := w.steps[id]; ok && before != state && before != purchase.Pending {
		w.fail("step %d went from %s to %s", id, before, state)
	}
	w.steps[id] = state
}

func (w *World) checkPurchases(rows []purchase.Row, steps []purchase.Step) {
	stored, alive := map[int64]purchase.State{}, map[string]int64{}
	for _, row := range rows {
		stored[row.PaymentID] = row.State
		w.reached(row.PaymentID, row.State)
		if row.Previous >= 0 && !row.State.Failed() {
			if other, ok := alive[row.OrderID]; ok {
				w.fail("order %s is sold by %d and by %d", row.OrderID, other, row.PaymentID)
			}
			alive[row.OrderID] = row.PaymentID
		}
		if row.Reason != "" && !w.sink.rejected[strconv.FormatInt(row.PaymentID, 10)] {
			w.fail("purchase %d was taken back, and the merchant did not say so", row.PaymentID)
		}
		w.checkCharge(row)
	}
	began := map[int64]bool{}
	for _, step := range steps {
		began[step.PaymentID] = true
		w.concluded(step.PaymentID, step.State)
		if stored[step.ParentID] != purchase.Cancelled { // one that was never sent is closed without the bank
			w.checkFollow(step)
		}
	}
	for _, s := range w.sales {
		for _, id := range s.payments {
			if stored[id] == "" {
				w.fail("purchase %d was acknowledged and is gone", id)
			}
		}
	}
	for _, wanted := range w.wishes {
		for _, id := range wanted.steps {
			if !began[id] {
				w.fail("step %d was acknowledged and is gone", id)
			}
		}
	}
}

// checkCharge compares a purchase with what the bank knows of it.
func (w *World) checkCharge(row purchase.Row) {
	approved := row.State.Paid() || row.State == purchase.Voided
	known := w.bank.charges["pu"+strconv.FormatInt(row.PaymentID, 10)]
	if known == nil {
		if approved {
			w.fail("purchase %d is %s, and the bank knows nothing of it", row.PaymentID, row.State)
		}
		return
	}
	switch books := known.books; {
	case books.Amount != row.Amount:
		w.fail("the bank got %s for purchase %d of %s", books.Amount, row.PaymentID, row.Amount)
	case row.State != purchase.Sent && approved != (known.code == 0):
		w.fail("purchase %d is %s, and the bank said %d", row.PaymentID, row.State, known.code)
	case row.State == purchase.Captured && books.Captured != row.Captured,
		row.State == purchase.Authorized && row.Busy == 0 && (books.Captured != 0 || books.Reversed),
		row.State == purchase.Voided && !books.Reversed,
		books.Refunded > row.Refunded:
		w.fail("purchase %d is %s, %s taken and %s given back, and the bank has %+v", row.PaymentID, row.State, row.Captured, row.Refunded, books)
	}
}

// checkFollow compares a step with what the bank knows of it.
func (w *World) checkFollow(step purchase.Step) {
	known := w.bank.follows["ps"+strconv.FormatInt(step.PaymentID, 10)]
	switch {
	case known == nil:
		if step.State == purchase.Succeeded {
			w.fail("step %d is a success the bank knows nothing of", step.PaymentID)
		}
	case known.Follow != bank.Follow{
		Reference: known.Reference, Charge: "pu" + strconv.FormatInt(step.ParentID, 10), Action: step.Action, Money: known.Money,
	} || known.Money.Amount != step.Amount:
		w.fail("the bank got %+v for step %+v", known.Follow, step)
	case step.State == purchase.Succeeded && known.code != 0, step.State == purchase.Refused && known.code == 0:
		w.fail("step %d is %s, and the bank said %d", step.PaymentID, step.State, known.code)
	}
}
