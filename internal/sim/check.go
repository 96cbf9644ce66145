package sim

import (
	"context"
	"strconv"
	"time"

	"tolem/internal/callback"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// check looks at everything that must hold after every step.
func (w *World) check(ctx context.Context) {
	var rows []payout.Row
	err := w.db.Snapshot(ctx, func(tx *store.Tx) error {
		report, err := platform.Verify(ctx, tx)
		for _, problem := range report.Problems {
			w.fail("%s", problem)
		}
		if err == nil {
			rows, err = payout.Rows.Select(ctx, tx, "ORDER BY payment_id")
		}
		return err
	})
	if err != nil {
		w.fail("%v", err)
	}
	if err := w.bank.check(); err != nil {
		w.fail("%v", err)
	}
	w.checkPayouts(rows)
}

func (w *World) checkPayouts(rows []payout.Row) {
	alive := map[string]int64{}
	stored := map[int64]bool{}
	for _, row := range rows {
		stored[row.PaymentID] = true
		if before, ok := w.final[row.PaymentID]; ok && before != row.State {
			w.fail("payout %d left the final state %s for %s", row.PaymentID, before, row.State)
		}
		if row.State.Final() {
			w.final[row.PaymentID] = row.State
		}
		if row.State != payout.Failed && row.State != payout.Expired {
			if other, ok := alive[row.OrderID]; ok {
				w.fail("order %s is paid by %d and by %d", row.OrderID, other, row.PaymentID)
			}
			alive[row.OrderID] = row.PaymentID
		}
		known := w.bank.credits["po"+strconv.FormatInt(row.PaymentID, 10)]
		switch {
		case known == nil && row.State == payout.Success:
			w.fail("payout %d is a success the bank knows nothing of", row.PaymentID)
		case known != nil && known.code == 0 && (row.State == payout.Failed || row.State == payout.Expired):
			w.fail("payout %d is %s, and the bank has paid it", row.PaymentID, row.State)
		case known != nil && known.code != 0 && row.State == payout.Success:
			w.fail("payout %d is a success that the bank declined", row.PaymentID)
		}
	}
	for _, o := range w.orders {
		for _, id := range o.payments {
			if !stored[id] {
				w.fail("payout %d was acknowledged and is gone", id)
			}
		}
	}
}

// finish lets the world be good until nothing is left to do, and adds it up.
func (w *World) finish(ctx context.Context) {
	w.calm = true
	w.say("CALM")
	for range 10_000 {
		if w.failure != nil {
			return
		}
		if w.effect() {
			continue
		}
		all, err := w.node.effects()
		if err != nil || len(all) == 0 {
			break
		}
		w.clock.Advance(max(time.Microsecond, all[0].DueAt.Sub(w.clock.Now())))
	}
	w.check(ctx)
	w.addUp(ctx)
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
	var paid, sent money.Amount
	for _, row := range rows {
		if !row.State.Final() {
			w.fail("payout %d is %s in the end", row.PaymentID, row.State)
		}
		if row.State == payout.Success {
			paid += row.ToPay()
		}
		if n := w.sink.count[strconv.FormatInt(row.PaymentID, 10)]; n == 0 {
			w.fail("the merchant was never told of payout %d", row.PaymentID)
		}
	}
	for _, c := range w.bank.credits {
		if c.code == 0 {
			sent += c.amount
		}
	}
	if len(callbacks) != len(rows) {
		w.fail("%d notifies for %d payouts", len(callbacks), len(rows))
	}
	if paid != sent || account.Held != 0 || account.Balance() != w.funded-paid {
		w.fail("the bank paid %s, we booked %s; balance %s of %s, held %s", sent, paid, account.Balance(), w.funded, account.Held)
	}
}
