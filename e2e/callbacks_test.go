package e2e

import (
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/shop"
)

// TestACallbackIsRepeatedUntilItIsAccepted: each attempt says the same under a
// salt of its own, and all are on record.
func TestACallbackIsRepeatedUntilItIsAccepted(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		m := demo(t, s.start(t, "--callback-schedule", "0,200ms,400ms,600ms"))
		token := m.bind(t, "driver", "4671593866478252")
		m.web.Reply(func(_ shop.Received, before int) int {
			if before < 2 {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		})
		payment := m.pay(t, "c-1", "200", "driver", token).Get("pg_payment_id")
		received, salts := m.told(t, payment, 3), map[string]bool{}
		for _, r := range received {
			salts[r.Message.Get("pg_salt")] = true
			if !sameWords(received[0].Message, r.Message) {
				t.Error("attempts differ in more than salt and signature")
			}
		}
		if len(salts) != 3 {
			t.Errorf("three attempts have %d different salts", len(salts))
		}
		eventually(t, func() error {
			got := callbackOf(t, s, payment)
			got.ID, got.PaymentID = 0, 0
			want := callbackView{Event: "payout", State: "delivered", Attempts: 3, LastStatus: 200, LastAnswer: "ok"}
			if d := cmp.Diff(want, got); d != "" {
				return errors.New(d)
			}
			return nil
		})
	})
}

// TestACallbackThatFailedIsRedeliveredByHand while the server runs.
func TestACallbackThatFailedIsRedeliveredByHand(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		m := demo(t, s.start(t, "--callback-schedule", "0,200ms,400ms,600ms"))
		token := m.bind(t, "driver", "4671593866478252")
		m.web.Reply(func(shop.Received, int) int { return http.StatusNotFound })
		payment := m.pay(t, "c-1", "200", "driver", token).Get("pg_payment_id")
		m.told(t, payment, 4)
		var failed callbackView
		eventually(t, func() error {
			if failed = callbackOf(t, s, payment); failed.State != "failed" {
				return errors.New("the callback is not given up")
			}
			return nil
		})
		if failed.Attempts != 4 || failed.LastStatus != http.StatusNotFound {
			t.Errorf("the callback failed after %d attempts with HTTP %d", failed.Attempts, failed.LastStatus)
		}

		m.web.Reply(nil)
		s.tolem(t, "callbacks", "redeliver", strconv.FormatInt(failed.ID, 10))
		m.told(t, payment, 5)
		eventually(t, func() error {
			if c := callbackOf(t, s, payment); c.State != "delivered" || c.Attempts != 5 {
				return errors.New("the callback is not delivered by its fifth attempt")
			}
			return nil
		})
		s.refused(t, append([]string{"callbacks", "redeliver", "999"}, s.flags...)...)
	})
}
