package e2e

import (
	"testing"
)

// TestTheWholeWayOfAPayout goes from a card typed on a page to a callback and a
// lower balance, over HTTP alone.
func TestTheWholeWayOfAPayout(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		m := demo(t, p)
		before := m.balance(t)
		token := m.bind(t, "driver-88", "4671 5938 6647 8252")

		paid := m.pay(t, "po-1", "1500.50", "driver-88", token)
		expect(t, paid, "pg_status", "ok", "pg_order_id", "po-1", "pg_card_hash", "4671-59XX-XXXX-8252",
			"pg_payment_amount", "1500.5", "pg_balance", "999998499.50", "pg_merchant_id", "700123")
		id := paid.Get("pg_payment_id")

		notify := m.told(t, id, 1)[0]
		expect(t, notify.Message, "pg_status", "ok", "pg_order_id", "po-1", "pg_payment_amount", "1500.50", "pg_to_pay", "1500.5",
			"pg_balance", "999998499.50", "pg_card_hash", "4671-59XX-XXXX-8252", "pg_card_id", paid.Get("pg_card_id"))

		legacy := m.call(t, "/get_status2.php", "pg_order_id", "po-1")
		expect(t, legacy, "pg_status", "ok", "pg_payment_id", id, "pg_transaction_status", "ok", "pg_captured", "1", "pg_can_reject", "0")
		byPayment := m.call(t, "/api/payment_status", "pg_payment_id", id)
		expect(t, byPayment, "pg_status", "ok", "pg_payment_id", id, "pg_order_id", "po-1", "pg_payment_amount", "1500.5")
		byOrder := m.call(t, "/api/payment_status2", "pg_order_id", "po-1")
		expect(t, byOrder, "pg_status", "ok", "pg_payment_status", "success", "pg_payment_id", id, "pg_amount", "1500.5")
		for _, answer := range []struct{ name, date string }{
			{"payment_status", byPayment.Get("pg_payment_date")}, {"payment_status2", byOrder.Get("pg_payment_date")},
			{"the callback", notify.Message.Get("pg_payment_date")},
		} {
			if want := paid.Get("pg_payment_date"); answer.date != want || want == "" {
				t.Errorf("%s dates the payout %q, its answer %q", answer.name, answer.date, want)
			}
		}
		if after := m.balance(t); before != "1000000000.00" || after != "999998499.50" {
			t.Errorf("the balance went from %s to %s", before, after)
		}

		removed := m.call(t, m.path("cardstorage/remove"), "pg_user_id", "driver-88", "pg_card_token", token)
		expect(t, nested(removed, "card"), "pg_status", "deleted", "pg_card_hash", "4671-59XX-XXXX-8252")
		expect(t, m.pay(t, "po-2", "10", "driver-88", token), "pg_status", "error", "pg_error_code", "1999")
		p.stop(t)
	})
}
