package e2e

import (
	"fmt"
	"testing"
	"time"
)

// callbackView is a callback as "callbacks list --json" shows it.
type callbackView struct {
	ID         int64  `json:"id"`
	PaymentID  int64  `json:"payment_id"`
	Event      string `json:"event"`
	State      string `json:"state"`
	Attempts   int    `json:"attempts"`
	LastStatus int    `json:"last_status"`
	LastAnswer string `json:"last_answer"`
}

// payoutCards are the test cards of the contract (spec 02, 0.8), and one that is none
// of them (R34).
var payoutCards = []struct{ number, answer, word, code string }{
	{"4671593866478252", "ok", "ok", ""},
	{"6204500338419360939", "ok", "ok", ""},
	{"629656013969216940", "ok", "ok", ""},
	{"62861819783765929", "ok", "ok", ""},
	{"5325349472901311", "error", "failed", "10000"},
	{"4556046085041740", "error", "failed", "10001"},
	{"5543974702876045", "error", "failed", "8888"},
	{"5507841999732294", "process", "ok", ""},
	{"4532676596620704", "process", "failed", "10001"},
	{"4000000000000002", "error", "failed", "99999"},
}

// TestEveryTestCardHasItsOutcome pays out to each, follows it in the words of
// get_status2, and counts the callbacks: one for each final outcome.
func TestEveryTestCardHasItsOutcome(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t, "--sandbox-delay", "1s")
		m := demo(t, p)
		payments := make([]string, len(payoutCards))
		for n, card := range payoutCards {
			token := m.bind(t, "driver", card.number)
			paid := m.pay(t, fmt.Sprint("card-", n), "200", "driver", token)
			expect(t, paid, "pg_status", card.answer)
			if card.answer == "error" {
				expect(t, paid, "pg_error_code", card.code)
			}
			payments[n] = paid.Get("pg_payment_id")
		}
		for n, card := range payoutCards {
			if word := m.final(t, fmt.Sprint("card-", n)); word != card.word {
				t.Errorf("%s: the payout is %s in the end, want %s", card.number, word, card.word)
			}
			status := "ok"
			if card.code != "" {
				status = "error"
			}
			expect(t, m.told(t, payments[n], 1)[0].Message, "pg_status", status, "pg_error_code", card.code)
		}
		if balance := m.balance(t); balance != "999999000.00" {
			t.Errorf("the balance is %s after five payouts of 200", balance)
		}
		p.stop(t)

		notifies := map[int64]int{}
		for _, c := range tell[[]callbackView](t, s, "callbacks", "list") {
			if c.Event == "payout" {
				notifies[c.PaymentID]++
			}
			if c.State != "delivered" || c.Attempts != 1 {
				t.Errorf("callback %d is %s after %d attempts", c.ID, c.State, c.Attempts)
			}
		}
		for payment, n := range notifies {
			if n != 1 {
				t.Errorf("payment %d has %d callbacks", payment, n)
			}
		}
		if len(notifies) != len(payoutCards) {
			t.Errorf("%d payments have callbacks, want %d", len(notifies), len(payoutCards))
		}
	})
}

// TestAPayoutInProcessIsPendingAndSilent: while the bank has not decided, every
// status says so and no callback is made.
func TestAPayoutInProcessIsPendingAndSilent(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t, "--sandbox-delay", time.Hour.String())
		m := demo(t, p)
		token := m.bind(t, "slow", "5507841999732294")
		paid := m.pay(t, "slow-1", "200", "slow", token)
		expect(t, paid, "pg_status", "process", "pg_balance", "999999800.00", "pg_error_code", "")
		id := paid.Get("pg_payment_id")
		expect(t, m.call(t, "/get_status2.php", "pg_order_id", "slow-1"), "pg_transaction_status", "pending", "pg_captured", "0")
		expect(t, m.call(t, "/api/payment_status", "pg_payment_id", id), "pg_status", "process")
		expect(t, m.call(t, "/api/payment_status2", "pg_order_id", "slow-1"), "pg_status", "ok", "pg_payment_status", "process")
		p.stop(t)
		for _, c := range tell[[]callbackView](t, s, "callbacks", "list", "--payment", id) {
			t.Errorf("callback %d tells of a payout in process", c.ID)
		}
	})
}
