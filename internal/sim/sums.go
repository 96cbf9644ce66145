package sim

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// tally is all that is stored of purchases at the end of a history.
type tally struct {
	rows     []purchase.Row
	steps    []purchase.Step
	notices  map[string]int // by event and purchase
	accounts map[ledger.Name]ledger.Account
}

func (w *World) tally(ctx context.Context) (t tally, err error) {
	t.notices, t.accounts = map[string]int{}, map[ledger.Name]ledger.Account{}
	err = w.db.View(ctx, func(tx *store.Tx) (err error) {
		if t.rows, err = purchase.Rows.Select(ctx, tx, ""); err != nil {
			return err
		}
		if t.steps, err = purchase.Steps.Select(ctx, tx, ""); err != nil {
			return err
		}
		callbacks, err := callback.Rows.Select(ctx, tx, "")
		for _, c := range callbacks {
			t.notices[fmt.Sprint(c.Event, " ", c.PaymentID)]++
		}
		for _, name := range []ledger.Name{ledger.Acquirer, ledger.Takings, ledger.Fees} {
			if err == nil {
				t.accounts[name], _, err = ledger.Accounts.Find(ctx, tx, ledger.Key{
					MerchantID: platform.DemoMerchant, Book: ledger.Test, Name: name, Currency: money.KZT,
				})
			}
		}
		return err
	})
	return t, err
}

// addUpPurchases looks at what must hold when nothing is left to do.
func (w *World) addUpPurchases(ctx context.Context) {
	t, err := w.tally(ctx)
	if err != nil {
		w.fail("%v", err)
		return
	}
	w.checkPurchases(t.rows, t.steps)
	captured, refunded, closed, refused := map[int64]int{}, map[int64]int{}, map[int64]bool{}, map[int64]bool{}
	for _, step := range t.steps {
		switch {
		case step.State == purchase.Pending:
			w.fail("step %d is %s in the end", step.PaymentID, step.State)
		case step.State == purchase.Refused:
			refused[step.ParentID] = true
		case step.Action == bank.Refund:
			refunded[step.ParentID]++
			w.delivered(fmt.Sprint("refund ", step.ParentID, " ", step.PaymentID))
		case step.Action == bank.Capture:
			captured[step.ParentID]++
			w.delivered(fmt.Sprint("capture ", step.ParentID))
		case w.states[step.ParentID] == purchase.Cancelled:
			closed[step.ParentID] = true // the merchant knows
		}
	}
	var taken, given, fees money.Amount
	for _, row := range t.rows {
		id := strconv.FormatInt(row.PaymentID, 10)
		if w.waits(row.State) || row.Busy != 0 || row.PendingCard != nil {
			w.fail("purchase %d is %s in the end, busy with %d", row.PaymentID, row.State, row.Busy)
		}
		results := 1
		if closed[row.PaymentID] {
			results = 0
		} else {
			w.delivered("result " + id)
			w.checkTold(row, w.sink.told["result "+id])
		}
		if t.notices["result "+id] != results || t.notices["capture "+id] != captured[row.PaymentID] || t.notices["refund "+id] != refunded[row.PaymentID] {
			w.fail("purchase %d is %s; notifies: %v, want %d results, %d captures, %d refunds",
				row.PaymentID, row.State, t.notices, results, captured[row.PaymentID], refunded[row.PaymentID])
		}
		if row.State == purchase.Captured {
			taken, given, fees = taken+row.Captured, given+row.Refunded, fees+row.Fee
		}
		if !refused[row.PaymentID] { // by the bank: then the payment stands
			w.checkRejected(row)
		}
	}
	w.settleUp(t, taken, given, fees)
}

// checkTold: the merchant was told whether the purchase was paid.
func (w *World) checkTold(row purchase.Row, says string) {
	if paid := !row.PaidAt.IsZero(); strings.Contains(says, "pg_result=1") != paid || !strings.Contains(says, "pg_amount="+row.Amount.String()) {
		w.fail("purchase %d of %s is %s, and the merchant was told %q", row.PaymentID, row.Amount, row.State, says)
	}
}

// checkRejected: a purchase that the merchant did not want is taken back, whatever it
// asked for itself, unless it was told again that it had it.
func (w *World) checkRejected(row purchase.Row) {
	id := strconv.FormatInt(row.PaymentID, 10)
	if !w.sink.rejected[id] || w.sink.bound[id] || row.State == purchase.Voided || row.State == purchase.Captured && row.Refundable() == 0 {
		return
	}
	w.fail("purchase %d was rejected, and is %s", row.PaymentID, row.State)
}

// settleUp compares our sums with the bank's, and with the accounts.
func (w *World) settleUp(t tally, taken, given, fees money.Amount) {
	var banked, back money.Amount
	for _, c := range w.bank.charges {
		banked, back = banked+c.books.Captured, back+c.books.Refunded
	}
	acquirer, takings := t.accounts[ledger.Acquirer], t.accounts[ledger.Takings]
	if banked != taken || back != given || acquirer.Held != 0 || takings.Held != 0 ||
		acquirer.Balance() != given-taken || takings.Balance() != taken-given-fees {
		w.fail("the bank took %s and gave back %s, we booked %s, %s and fees of %s; acquirer %s, held %s; takings %s, held %s",
			banked, back, taken, given, fees, acquirer.Balance(), acquirer.Held, takings.Balance(), takings.Held)
	}
}
