package e2e

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/shop"
)

// TestASecondStartContinues: what the first server left in process becomes final,
// and what the merchant had not accepted is sent again.
func TestASecondStartContinues(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		flags := []string{"--sandbox-delay", "2s", "--effect-lease", "1s", "--callback-schedule", every(2*time.Second, 60)}
		p := s.start(t, flags...)
		m := demo(t, p)
		slow, quick := m.bind(t, "slow", "5507841999732294"), m.bind(t, "quick", "4671593866478252")
		var open atomic.Bool
		m.web.Reply(func(shop.Received, int) int {
			if open.Load() {
				return http.StatusOK
			}
			return http.StatusServiceUnavailable
		})
		unheard := m.pay(t, "quick-1", "200", "quick", quick).Get("pg_payment_id")
		m.told(t, unheard, 1)
		waiting := m.pay(t, "slow-1", "300", "slow", slow)
		expect(t, waiting, "pg_status", "process")
		p.stop(t)
		if c := callbackOf(t, s, unheard); c.State != "pending" || c.Attempts == 0 || c.LastStatus != http.StatusServiceUnavailable {
			t.Errorf("the refused callback is %s after %d attempts with HTTP %d", c.State, c.Attempts, c.LastStatus)
		}

		open.Store(true)
		m = m.at(s.start(t, flags...))
		if word := m.final(t, "slow-1"); word != "ok" {
			t.Errorf("the payout that was in process is %s", word)
		}
		expect(t, m.told(t, waiting.Get("pg_payment_id"), 1)[0].Message, "pg_status", "ok", "pg_order_id", "slow-1")
		eventually(t, func() error {
			if callbackOf(t, s, unheard).State != "delivered" {
				return errors.New("the refused callback is not delivered")
			}
			return nil
		})
		if balance := m.balance(t); balance != "999999500.00" {
			t.Errorf("the balance is %s", balance)
		}
	})
}

// callbackOf is the one callback of a payment.
func callbackOf(t *testing.T, s *site, payment string) callbackView {
	t.Helper()
	found := tell[[]callbackView](t, s, "callbacks", "list", "--payment", payment)
	if len(found) != 1 {
		t.Fatalf("payment %s has %d callbacks", payment, len(found))
	}
	return found[0]
}

// every is a callback schedule of n attempts, a step apart.
func every(step time.Duration, n int) string {
	times := make([]string, n)
	for i := range times {
		times[i] = (time.Duration(i) * step).String()
	}
	return strings.Join(times, ",")
}
