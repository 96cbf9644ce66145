package sim

import (
	"context"
	"strconv"

	"tolem/internal/callback"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// check looks at everything that must hold after every step. What is stored is
// looked at when something was.
func (w *World) check(ctx context.Context) {
	if err := w.bank.check(); err != nil {
		w.fail("%v", err)
	}
	if !w.changed || w.failure != nil {
		return
	}
	w.changed = false
	var rows []payout.Row
	var bought []purchase.Row
	var steps []purchase.Step
	err := w.db.Snapshot(ctx, func(tx *store.Tx) error {
		report, err := platform.Verify(ctx, tx)
		for _, problem := range report.Problems {
			w.fail("%s", problem)
		}
		if err == nil && len(w.orders) > 0 {
			rows, err = payout.Rows.Select(ctx, tx, "ORDER BY payment_id")
		}
		if err == nil && len(w.sales) > 0 {
			bought, err = purchase.Rows.Select(ctx, tx, "ORDER BY payment_id")
		}
		if err == nil && len(w.sales) > 0 {
			steps, err = purchase.Steps.Select(ctx, tx, "ORDER BY payment_id")
		}
		return err
	})
	if err != nil {
		w.fail("%v", err)
	}
	w.checkPayouts(rows)
	w.checkPurchases(bought, steps)
}

func (w *World) checkPayouts(rows []payout.Row) {
	alive := map[string]int64{}
	stored := map[int64]bool{}
	for _, row := range rows {
		stored[row.PaymentID] = true
		if row.State.Final() {
			w.ended(row)
		} else if before, ok := w.final[row.PaymentID]; ok {
			w.fail("payout %d left the final state %s for %s", row.PaymentID, before, row.State)
		}
		if row.State != payout.Failed && row.State != payout.Expired {
			if other, ok := alive[row.OrderID]; ok {
				w.fail("order %s is paid by %d and by %d", row.OrderID, other, row.PaymentID)
			}
			alive[row.OrderID] = row.PaymentID
		}
		w.checkBank(row)
	}
	for _, o := range w.orders {
		for _, id := range o.payments {
			if !stored[id] {
				w.fail("payout %d was acknowledged and is gone", id)
			}
		}
	}
}

// ended: a final state is the last one, whether it was stored or told.
func (w *World) ended(row payout.Row) {
	if before, ok := w.final[row.PaymentID]; ok && before != row.State {
		w.fail("payout %d left the final state %s for %s", row.PaymentID, before, row.State)
	}
	w.final[row.PaymentID] = row.State
}

// checkBank compares a payout with what the bank knows of it.
func (w *World) checkBank(row payout.Row) {
	known := w.bank.credits["po"+strconv.FormatInt(row.PaymentID, 10)]
	switch {
	case row.State == payout.Expired && !row.Late(row.FinishedAt):
		w.fail("payout %d expired before its time", row.PaymentID)
	case known == nil && row.State == payout.Success:
		w.fail("payout %d is a success the bank knows nothing of", row.PaymentID)
	case known == nil:
	case known.amount != row.Amount:
		w.fail("the bank got %s for payout %d of %s", known.amount, row.PaymentID, row.Amount)
	case known.code == 0 && (row.State == payout.Failed || row.State == payout.Expired):
		w.fail("payout %d is %s, and the bank has paid it", row.PaymentID, row.State)
	case known.code != 0 && row.State == payout.Success:
		w.fail("payout %d is a success that the bank declined", row.PaymentID)
	}
}

// finish lets the world be good until nothing is left to do, and adds it up.
func (w *World) finish(ctx context.Context) {
	w.calm = true
	w.say("CALM")
	for range 10_000 {
		w.bank.land()
		w.check(ctx)
		if w.failure != nil {
			return
		}
		if w.goOn() || w.effect() {
			continue
		}
		next := w.next()
		if next.IsZero() {
			w.addUp(ctx)
			w.addUpPurchases(ctx)
			return
		}
		w.clock.Advance(next.Sub(w.clock.Now()))
	}
	w.fail("it never ends")
}

func (w *World) addUp(ctx context.Context) {
	var rows []payout.Row
	var callbacks []callback.Row
	var account ledger.Account
	err := w.db.View(ctx, func(tx *store.Tx) (err error) {
		if rows, err = payout.Rows.Select(ctx, tx, ""); err != nil {
			return err
		}
		if callbacks, err = callback.Rows.Select(ctx, tx, "WHERE event = 'payout'"); err != nil {
			return err
		}
		account, _, err = ledger.Accounts.Find(ctx, tx, ledger.Key{
			MerchantID: w.merchant.ID, Book: ledger.Test, Name: ledger.Payout, Currency: money.KZT,
		})
		return err
	})
	if err != nil {
		w.fail("%v", err)
		return
	}
	var paid, cost, sent money.Amount
	for _, row := range rows {
		if !row.State.Final() {
			w.fail("payout %d is %s in the end", row.PaymentID, row.State)
		}
		if row.State == payout.Success {
			paid, cost = paid+row.Amount, cost+row.ToPay()
		}
		id := strconv.FormatInt(row.PaymentID, 10)
		w.delivered("done " + id)
	}
	for _, c := range w.bank.credits {
		if c.code == 0 {
			sent += c.amount
		}
	}
	if len(callbacks) != len(rows) {
		w.fail("%d notifies for %d payouts", len(callbacks), len(rows))
	}
	if paid != sent || account.Held != 0 || account.Balance() != w.funded-cost {
		w.fail("the bank paid %s, we booked %s; balance %s of %s, held %s", sent, paid, account.Balance(), w.funded, account.Held)
	}
}

// delivered: the merchant was called until it took a callback, or long enough.
func (w *World) delivered(name string) {
	if !w.sink.took[name] && w.sink.tries[name] < len(schedule) {
		w.fail("the merchant was called %d times for %q, and took nothing", w.sink.tries[name], name)
	}
}
