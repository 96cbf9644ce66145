package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/pages"
	"tolem/internal/protocol/pg"
	"tolem/internal/purchase"
	"tolem/internal/shop"
)

// checkoutShop is a small shop that does what a plugin does: it opens a payment for an
// order, sends the payer to the page, confirms the order when it is asked, marks it
// paid when it is told, and believes only what is signed and says the right amount.
type checkoutShop struct {
	*merchant
	mu     sync.Mutex
	orders map[string]*sale
}

type sale struct {
	amount  money.Amount
	stock   bool // there is something to sell
	unhappy bool // the shop takes the payment back when it is told of it
	state   string
	payment string
}

func newShop(t *testing.T, p *process) *checkoutShop {
	t.Helper()
	s := &checkoutShop{merchant: demo(t, p), orders: map[string]*sale{}}
	s.web.Answer(s.answer)
	return s
}

// answer is what the plugin's handlers say.
func (s *checkoutShop) answer(r shop.Received) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders[r.Message.Get("pg_order_id")]
	amount, err := money.ParseAmount(r.Message.Get("pg_amount"))
	if o == nil || err != nil || amount != o.amount || r.Message.Get("my_cart") != "cart of "+r.Message.Get("pg_order_id") {
		return s.Answer(r, "pg_status", "error", "pg_description", "an order that nobody made")
	}
	switch r.Path {
	case "/check":
		if !o.stock {
			return s.Answer(r, "pg_status", "rejected", "pg_description", "Товар закончился")
		}
	case "/result":
		if r.Message.Get("pg_result") != "1" {
			o.state = "failed"
			break
		}
		if o.unhappy && r.Message.Get("pg_can_reject") == "1" {
			o.state = "refused"
			return s.Answer(r, "pg_status", "rejected", "pg_description", "Заказ отменён")
		}
		o.state = "paid"
	}
	return s.Answer(r, "pg_status", "ok")
}

// buy opens a payment of an order and returns the address of its page.
func (s *checkoutShop) buy(t *testing.T, id, amount string, more ...string) (page string) {
	t.Helper()
	price, err := money.ParseAmount(amount)
	if err != nil {
		t.Fatal(err)
	}
	o := &sale{amount: price, stock: true}
	s.mu.Lock()
	s.orders[id] = o
	s.mu.Unlock()
	opened := s.call(t, "/init_payment.php", append([]string{
		"pg_order_id", id, "pg_amount", amount, "pg_currency", "KZT", "pg_description", "Заказ " + id, "pg_user_id", "payer-1",
		"pg_check_url", s.web.URL("/check"), "pg_result_url", s.web.URL("/result?shop=7"), "pg_success_url", s.web.URL("/thanks"),
		"pg_failure_url", s.web.URL("/sorry"), "my_cart", "cart of " + id,
	}, more...)...)
	expect(t, opened, "pg_status", "ok", "pg_redirect_url_type", "need data")
	o.payment = opened.Get("pg_payment_id")
	return opened.Get("pg_redirect_url")
}

func (s *checkoutShop) order(id string) sale {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.orders[id]
}

// change changes an order under the lock.
func (s *checkoutShop) change(id string, change func(*sale)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.orders[id])
}

// payWith types a card on the page, and tells where that leads.
func payWith(t *testing.T, page, number string) (status int, location string) {
	t.Helper()
	return submit(t, page, pages.FieldNumber, number, pages.FieldHolder, "AIGERIM SAPAROVA", pages.FieldExpiry, "12/40", pages.FieldCVC, "123")
}

// authenticate types a code on the issuer's page, and comes back to the payment's.
func authenticate(t *testing.T, base, page, number, code string) {
	t.Helper()
	status, issuer := payWith(t, page, number)
	if status/100 != 3 || !strings.Contains(issuer, "/3ds-page/") {
		t.Fatalf("the card leads to %d %q", status, issuer)
	}
	if strings.HasPrefix(issuer, "/") {
		issuer = base + issuer
	}
	status, back := submit(t, issuer, pages.FieldCode, code)
	if status/100 != 3 || !strings.Contains(back, "/pay.html?") {
		t.Fatalf("the code leads to %d %q", status, back)
	}
	open(t, page)
}

func (s *checkoutShop) status(t *testing.T, id string) pg.Message {
	t.Helper()
	return s.call(t, "/get_status3.php", "pg_payment_id", s.order(id).payment)
}

// result is the one Result notify of an order.
func (s *checkoutShop) result(t *testing.T, id string) pg.Message {
	t.Helper()
	payment := s.order(id).payment
	var told []pg.Message
	eventually(t, func() error {
		told = nil
		for _, r := range s.web.Of(payment) {
			if r.Path == "/result" {
				told = append(told, r.Message)
			}
		}
		if len(told) == 0 {
			return fmt.Errorf("no Result notify for order %s", id)
		}
		return nil
	})
	if len(told) != 1 {
		t.Errorf("%d Result notifies for order %s", len(told), id)
	}
	return told[0]
}

// TestAShopTakesAPayment from the first call to the last refund, as a plugin does.
func TestAShopTakesAPayment(t *testing.T) {
	onBothStores(t, func(t *testing.T, site *site) {
		p := site.start(t)
		s := newShop(t, p)

		page := s.buy(t, "A-1", "1500.50")
		expect(t, s.status(t, "A-1"), "pg_payment_status", "new")
		if status, _ := open(t, page); status != http.StatusOK {
			t.Fatalf("the page answers %d", status)
		}
		authenticate(t, p.URL, page, "4916307416334310", "111111")
		told := s.result(t, "A-1")
		expect(t, told, "pg_result", "1", "pg_amount", "1500.5", "pg_captured", "0", "pg_can_reject", "1", "shop", "7",
			"pg_card_pan", "4916-30XX-XXXX-4310", "pg_testing_mode", "1", "my_cart", "cart of A-1")
		expect(t, s.status(t, "A-1"), "pg_payment_status", "success", "pg_captured", "0", "pg_auth_code", told.Get("pg_auth_code"))
		if o := s.order("A-1"); o.state != "paid" {
			t.Errorf("the order is %q", o.state)
		}

		payment := s.order("A-1").payment
		expect(t, s.call(t, "/revoke.php", "pg_payment_id", payment), "pg_status", "error", "pg_error_code", "10034")
		expect(t, s.call(t, "/do_capture.php", "pg_payment_id", payment, "pg_clearing_amount", "1200"),
			"pg_status", "ok", "pg_amount", "1500.5", "pg_clearing_amount", "1200")
		expect(t, s.call(t, "/cancel.php", "pg_payment_id", payment), "pg_status", "error", "pg_error_code", "10012")
		expect(t, s.status(t, "A-1"), "pg_payment_status", "success", "pg_captured", "1", "pg_clearing_amount", "1200", "pg_net_amount", "1165.2")
		// The card that needs 3-D Secure takes no refunds (R33).
		expect(t, s.call(t, "/revoke.php", "pg_payment_id", payment, "pg_refund_amount", "200"), "pg_status", "error", "pg_error_code", "10019")

		page = s.buy(t, "A-2", "1000", "pg_auto_clearing", "1")
		payWith(t, page, "4716047261941981")
		expect(t, s.result(t, "A-2"), "pg_result", "1", "pg_captured", "1", "pg_net_amount", "971")
		payment = s.order("A-2").payment
		expect(t, s.call(t, "/revoke.php", "pg_payment_id", payment, "pg_refund_amount", "400"), "pg_status", "ok")
		expect(t, s.call(t, "/revoke.php", "pg_payment_id", payment, "pg_refund_amount", "700"), "pg_status", "error", "pg_error_code", "10020")
		s.refundedByTheOperator(t, site, payment)
		expect(t, s.call(t, "/revoke.php", "pg_payment_id", payment), "pg_status", "ok")
		expect(t, s.status(t, "A-2"), "pg_payment_status", "success", "pg_refund_amount", "-1000")

		page = s.buy(t, "A-3", "500")
		payWith(t, page, "4939770956154989")
		s.result(t, "A-3")
		expect(t, s.call(t, "/cancel.php", "pg_payment_id", s.order("A-3").payment), "pg_status", "ok")
		expect(t, s.status(t, "A-3"), "pg_payment_status", "revoked")
		p.stop(t)
		verified(t, site)
	})
}

// refundedByTheOperator requests a part of 100 on top of 400, and one of all that is
// left, which is rejected.
func (s *checkoutShop) refundedByTheOperator(t *testing.T, site *site, payment string) {
	t.Helper()
	request := []string{"pg_payment_id", payment, "pg_comment", "Came late\nand wet"}
	expect(t, s.call(t, "/create_refund_request.php", append(request, "pg_refund_amount", "100")...), "pg_status", "ok")
	expect(t, s.call(t, "/create_refund_request.php", request...), "pg_status", "ok")
	waiting := tell[[]struct {
		ID                          int64
		Amount, Refundable, Comment string
	}](t, site, "refunds", "list", "--merchant", fmt.Sprint(s.Merchant))
	if len(waiting) != 2 || waiting[0].Amount != "100.00" || waiting[1].Amount != "600.00" || waiting[1].Refundable != "600.00" || waiting[0].Comment != "Came late\nand wet" {
		t.Fatalf("requests: %+v", waiting)
	}
	part, rest := fmt.Sprint(waiting[0].ID), fmt.Sprint(waiting[1].ID)
	site.tolem(t, "refunds", "approve", part)
	for _, mistake := range [][]string{{"approve", rest}, {"approve", part}, {"reject", part}} {
		site.refused(t, append(append([]string{"refunds"}, mistake...), site.flags...)...)
	}
	site.tolem(t, "refunds", "reject", rest)
	eventually(t, func() error {
		if refunded := s.status(t, "A-2").Get("pg_refund_amount"); refunded != "-500" {
			return fmt.Errorf("%q was refunded", refunded)
		}
		return nil
	})
}

// TestAShopRefusesAPayment before it is made, and after.
func TestAShopRefusesAPayment(t *testing.T) {
	onBothStores(t, func(t *testing.T, site *site) {
		p := site.start(t)
		s := newShop(t, p)

		page := s.buy(t, "B-1", "700")
		s.change("B-1", func(o *sale) { o.stock = false })
		if status, location := payWith(t, page, "4716047261941981"); status != http.StatusOK || location != "" {
			t.Errorf("a payment that the shop refuses leads to %d %q", status, location)
		}
		expect(t, s.status(t, "B-1"), "pg_payment_status", "new")
		s.change("B-1", func(o *sale) { o.stock = true })
		payWith(t, page, "4716047261941981")
		expect(t, s.result(t, "B-1"), "pg_result", "1")

		page = s.buy(t, "B-2", "800", "pg_auto_clearing", "1")
		s.change("B-2", func(o *sale) { o.unhappy = true })
		payWith(t, page, "4716047261941981")
		s.result(t, "B-2")
		eventually(t, func() error {
			if refunded := s.status(t, "B-2").Get("pg_refund_amount"); refunded != "-800" {
				return fmt.Errorf("of the refused payment %q was refunded", refunded)
			}
			return nil
		})

		page = s.buy(t, "B-3", "900")
		payWith(t, page, "4916109830832246")
		expect(t, s.result(t, "B-3"), "pg_result", "0", "pg_failure_code", "10009")
		expect(t, s.status(t, "B-3"), "pg_payment_status", "error", "pg_failure_code", "10009", "pg_error_code", "10009")
		if status, location := payWith(t, page, "4716047261941981"); status/100 == 3 && !strings.Contains(location, "/pay.html") {
			t.Errorf("a declined payment leads to %d %q", status, location)
		}
		expect(t, s.status(t, "B-3"), "pg_payment_status", "error")
		p.stop(t)
		verified(t, site)
	})
}

// TestAPaymentIsMadeOnce however often the payer clicks.
func TestAPaymentIsMadeOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, site *site) {
		p := site.start(t)
		s := newShop(t, p)
		page := s.buy(t, "C-1", "1000", "pg_auto_clearing", "1")
		var clicks sync.WaitGroup
		for range 8 {
			clicks.Go(func() {
				form := url.Values{
					pages.FieldNumber: {"4716047261941981"}, pages.FieldHolder: {"AIGERIM SAPAROVA"}, pages.FieldExpiry: {"12/40"}, pages.FieldCVC: {"123"},
				}
				response, err := browser.PostForm(page, form)
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
			})
		}
		clicks.Wait()
		s.result(t, "C-1")
		p.stop(t)
		verified(t, site)
		purchases := rows(t, site.database, purchase.Rows)
		if len(purchases) != 1 || purchases[0].Captured != 100000 {
			t.Errorf("the purchases are %+v", purchases)
		}
		charges := 0
		for _, transfer := range rows(t, site.database, ledger.Transfers) {
			if transfer.Debit == ledger.Acquirer {
				charges++
			}
		}
		if charges != 1 {
			t.Errorf("the payer was charged %d times", charges)
		}
	})
}

// verified checks the books of a site that has stopped.
func verified(t *testing.T, s *site) {
	t.Helper()
	if report := tell[struct{ Problems []string }](t, s, "ledger", "verify"); len(report.Problems) > 0 {
		t.Errorf("the books: %v", report.Problems)
	}
}
