package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"tolem/internal/bank/simulator"
	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
)

// audit waits until nothing is left to do, stops the server, and compares.
func (w *traffic) audit(t *testing.T, s *site, last *process) {
	t.Helper()
	available := w.rest(t, s, last)
	last.stop(t)
	w.compare(t, s, available)
}

// rest waits until nothing is left to do and returns the shop's balance.
func (w *traffic) rest(t *testing.T, s *site, at *process) (available string) {
	t.Helper()
	eventually(t, func() error {
		if left := rows(t, s.database, engine.Effects); len(left) > 0 {
			return fmt.Errorf("%d effects are not done, one of them %+v", len(left), left[0])
		}
		return nil
	})
	return w.shop.at(at).balance(t)
}

// compare holds against each other what the shop was told, what the platform
// keeps, what the bank was sent and what the shop's web server received.
func (w *traffic) compare(t *testing.T, s *site, available string) {
	t.Helper()
	payouts := rows(t, s.database, payout.Rows)
	t.Logf("%d orders, %d payouts, %d calls without an answer, %d with an unknown outcome", len(w.orders), len(payouts), w.unanswered.Load(), w.unknown.Load())
	if w.unknown.Load() > 0 && !s.outages {
		t.Error("the database was there all the time: no outcome can be unknown")
	}
	w.promises(t, payouts)
	paid := bankAgrees(t, s, payouts)
	w.callbacks(t, s, payouts)
	if want := 1_000_000_000_00 - paid; available != want.Fixed() {
		t.Errorf("the balance is %s, want %s: what was funded less what was paid", available, want.Fixed())
	}
	booksAreRight(t, s)
}

// promises: what was acknowledged is there and final, as it was announced, and no
// order was paid twice.
func (w *traffic) promises(t *testing.T, payouts []payout.Row) {
	byID, byOrder := map[string]payout.Row{}, map[string][]payout.Row{}
	for _, row := range payouts {
		byID[strconv.FormatInt(row.PaymentID, 10)] = row
		byOrder[row.OrderID] = append(byOrder[row.OrderID], row)
		if !row.State.Final() {
			t.Errorf("payout %d of order %s is %s", row.PaymentID, row.OrderID, row.State)
		}
	}
	final := map[payout.State]string{payout.Success: "ok", payout.Failed: "error"}
	for _, o := range w.orders {
		for payment, status := range o.told {
			row, ok := byID[payment]
			switch {
			case !ok:
				t.Errorf("payout %s of order %s was acknowledged and is gone", payment, o.id)
			case row.OrderID != o.id || row.Amount != o.amount:
				t.Errorf("payout %s is %s for order %s, want %s for %s", payment, row.Amount, row.OrderID, o.amount, o.id)
			case status != "process" && status != final[row.State]:
				t.Errorf("payout %s was answered %s and is %s", payment, status, row.State)
			}
		}
		alive := 0
		for _, row := range byOrder[o.id] {
			if row.State != payout.Failed {
				alive++
			}
		}
		if n := len(byOrder[o.id]); n == 0 || alive > 1 || o.keyed && n > 1 {
			t.Errorf("order %s has %d payouts, %d of them not failed (key: %t)", o.id, n, alive, o.keyed)
		}
	}
}

// bankAgrees: the bank was sent every payout once, and decided what the platform
// says it did. It returns how much was paid.
func bankAgrees(t *testing.T, s *site, payouts []payout.Row) (paid money.Amount) {
	t.Helper()
	at := s.database
	if !s.onPostgres() {
		at = strings.TrimSuffix(at, ".db") + "-bank.db"
	}
	records := map[string]simulator.Record{}
	for _, r := range rows(t, at, simulator.Records) {
		records[r.Reference] = r
		if r.Received != 1 {
			t.Errorf("the bank was sent %s %d times", r.Reference, r.Received)
		}
	}
	for _, row := range payouts {
		reference := fmt.Sprint("po", row.PaymentID)
		r, ok := records[reference]
		delete(records, reference)
		switch {
		case !ok:
			t.Errorf("the bank never saw payout %d, which is %s", row.PaymentID, row.State)
		case r.Amount != row.Amount || r.Code != int64(row.ErrorCode) || (r.Code == 0) != (row.State == payout.Success):
			t.Errorf("payout %d: %s of %s with code %d, the bank says %s with code %d", row.PaymentID, row.State, row.Amount, row.ErrorCode, r.Amount, r.Code)
		case r.Code == 0:
			paid += r.Amount
		}
	}
	for reference := range records {
		t.Errorf("the bank was sent %s, which nobody knows", reference)
	}
	return paid
}

// callbacks: each payout was told to the shop at least once, always in the same
// words, and there is one callback for it.
func (w *traffic) callbacks(t *testing.T, s *site, payouts []payout.Row) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	made := map[int64]int{}
	taken := map[callback.Key]bool{}
	for _, a := range rows(t, s.database, callback.Attempts) {
		key := callback.Key{MerchantID: a.MerchantID, CallbackID: a.CallbackID}
		taken[key] = taken[key] || a.Done
	}
	for _, c := range rows(t, s.database, callback.Rows) {
		if !taken[c.Key] {
			t.Errorf("callback %d of payment %d was not taken", c.CallbackID, c.PaymentID)
		}
		made[c.PaymentID]++
	}
	for _, row := range payouts {
		received := w.received[strconv.FormatInt(row.PaymentID, 10)]
		if len(received) == 0 || made[row.PaymentID] != 1 {
			t.Errorf("payout %d has %d callbacks, received %d times", row.PaymentID, made[row.PaymentID], len(received))
			continue
		}
		want := map[payout.State]string{payout.Success: "ok", payout.Failed: "error"}[row.State]
		for _, message := range received {
			if message.Get("pg_status") != want || !sameWords(received[0], message) {
				t.Errorf("payout %d is %s: a callback says %s", row.PaymentID, row.State, message.Get("pg_status"))
			}
		}
	}
}

// booksAreRight asks the program itself.
func booksAreRight(t *testing.T, s *site) {
	t.Helper()
	report := tell[struct{ Problems []string }](t, s, "ledger", "verify")
	for _, problem := range report.Problems {
		t.Error(problem)
	}
	for _, a := range tell[[]struct {
		Name string `json:"account"`
		Held string `json:"held"`
	}](t, s, "ledger", "balances", strconv.FormatInt(platform.DemoMerchant, 10)) {
		if a.Held != "0.00" {
			t.Errorf("account %s still holds %s", a.Name, a.Held)
		}
	}
}
