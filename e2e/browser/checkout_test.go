package browser

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

const poor = "4916 1098 3083 2246" // a card without enough money

// checkout opens a payment (spec 01, 2.4).
func (s *sandbox) checkout(instead ...string) session {
	s.t.Helper()
	return s.begin("/init_payment.php", []string{
		"pg_order_id", "A-7", "pg_amount", "12500", "pg_description", "Наушники", "pg_result_url", s.site.URL("/callbacks/result"),
		"pg_success_url", s.site.URL("/thanks"), "pg_failure_url", s.site.URL("/sorry"), "pg_site_url", s.site.URL("/cart"),
		"pg_timeout_after_payment", "600",
	}, instead)
}

// confirming begins a payment by the saved card of a user, who is asked for its
// security code (spec 02, A.5).
func (s *sandbox) confirming(user, lang string) session {
	s.t.Helper()
	cards := s.call("/v1/merchant/700123/cardstorage/list", "pg_user_id", user)
	created := s.call("/v1/merchant/700123/card/init", "pg_order_id", "A-7", "pg_amount", "12500", "pg_description", "Наушники", "pg_user_id", user,
		"pg_card_token", cards[0].Nested.Get("pg_card_token"), "pg_result_url", s.site.URL("/callbacks/result"),
		"pg_success_url", s.site.URL("/thanks"), "pg_failure_url", s.site.URL("/sorry"))
	signed := s.shop.Sign("/v1/merchant/700123/card/pay", pg.Message{}.With("pg_merchant_id", "700123").
		With("pg_payment_id", created.Get("pg_payment_id")).With("pg_language", lang))
	return session{created.Get("pg_payment_id"), s.server.URL() + "/v1/merchant/700123/card/pay?" + pg.EncodeForm(signed)}
}

// bought is what get_status3 says of a payment.
func (s *sandbox) bought(payment string) pg.Message {
	s.t.Helper()
	return s.call("/get_status3.php", "pg_payment_id", payment)
}

// returns checks that the person came back to a page of the shop with fields that
// the shop can verify, about that payment.
func (p *tab) returns(s *sandbox, path, payment string) {
	p.t.Helper()
	address := p.address()
	if !strings.HasPrefix(address, s.site.URL(path)+"?") {
		p.t.Fatalf("at %s, not back at %s; the page says %q", address, path, p.text("h1"))
	}
	parsed, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	fields, err := s.shop.ReadCallback(parsed, "")
	if err != nil || fields.Message.Get("pg_payment_id") != payment {
		p.t.Errorf("back with %q: %v", parsed.RawQuery, err)
	}
}

// pays types a card and presses the button.
func (p *tab) pays(number string) {
	p.t.Helper()
	p.pasteCard(number)
	p.goes(chromedp.Click(chromedp.CSS("form.pay button")))
}

// leaves presses the way back to the shop.
func (p *tab) leaves() {
	p.t.Helper()
	p.goes(chromedp.Click(chromedp.CSS("[data-return]")))
}

func TestAPayerPays(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	for _, test := range []struct {
		name, number string
		codes        []string
		heading      string
		outcome      string // pg_payment_status, pg_captured and pg_failure_code
		back         string
		more         []string
	}{
		{"with a challenge", challenged, []string{"111111"}, "Money reserved", "success 0 ", "/thanks", nil},
		{"with a wrong code first", challenged, []string{"123456", "111111"}, "Money reserved", "success 0 ", "/thanks", nil},
		{"with three wrong codes", challenged, []string{"123456", "222222", "333333"}, "Payment failed", "error 0 10004", "/sorry", nil},
		{"without a challenge, at once", frictionless, nil, "Payment successful", "success 1 ", "/thanks", []string{"pg_auto_clearing", "1"}},
		{"with a challenge that the shop asks for", frictionless, []string{"111111"}, "Money reserved", "success 0 ", "/thanks", []string{"pg_3ds_challenge", "1"}},
		{"without money", poor, nil, "Payment failed", "error 0 10009", "/sorry", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			page := s.checkout(test.more...)
			person := s.open(page)
			for _, shown := range []string{"12,500\u00a0₸", "Demo Shop", "Наушники", "A-7"} {
				if !strings.Contains(person.text("main"), shown) {
					t.Errorf("the page does not show %q: %s", shown, person.text("main"))
				}
			}
			person.pays(test.number)
			for i, code := range test.codes {
				person.says("Confirm the operation")
				if i == 0 { // neither of these decides anything
					person.back()
					person.says("Confirm the operation")
					person.goes(chromedp.Reload())
				}
				person.confirm(code)
			}
			person.says(test.heading)
			status := s.bought(page.payment)
			if got := status.Get("pg_payment_status") + " " + status.Get("pg_captured") + " " + status.Get("pg_failure_code"); got != test.outcome {
				t.Errorf("%q, not %q", got, test.outcome)
			}
			told := s.told(page.payment, "/callbacks/result")
			if paid := told.Get("pg_result") == "1"; paid != (test.back == "/thanks") {
				t.Error(told)
			}
			person.goes(chromedp.Reload())
			person.says(test.heading)
			person.leaves()
			person.returns(s, test.back, page.payment)
		})
	}
}

func TestAPaymentPageClosesWithItsLifetime(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.checkout("pg_lifetime", "600")
	person := s.open(page)
	person.pasteCard(frictionless)
	s.clock.Advance(time.Hour)
	if told := s.told(page.payment, "/callbacks/result"); told.Get("pg_failure_code") != "10018" {
		t.Error(told)
	}
	person.goes(chromedp.Click(chromedp.CSS("form.pay button")))
	person.says("The time to pay is over")
	if state := s.bought(page.payment).Get("pg_payment_status"); state != "incomplete" {
		t.Error(state)
	}
}

func TestAPayerClicksTwiceGoesBackAndComesBack(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.checkout("pg_auto_clearing", "1")
	person, second := s.open(page), s.open(page) // in two tabs
	person.pasteCard(frictionless)
	person.goes(chromedp.DoubleClick(chromedp.CSS("form.pay button")))
	person.says("Payment successful")
	person.back()
	person.says("Payment successful")
	if person.posts() != 1 {
		t.Errorf("the card was sent %d times", person.posts())
	}
	s.told(page.payment, "/callbacks/result")
	second.pays("6224 4664 5569 0681 278")
	second.says("Payment successful")
	if shown := second.text("main"); !strings.Contains(shown, "1981") {
		t.Errorf("the second tab does not show the card that paid: %q", shown)
	}
	s.clock.Advance(24 * time.Hour)
	second.visit(page.address)
	second.says("Payment successful")
}

func TestAPayerChoosesTheAmount(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.begin("/any_amount", []string{
		"pg_order_id", "D-1", "pg_description", "Пожертвование", "pg_amount_interval_from", "500", "pg_amount_interval_to", "100000",
		"pg_result_url", s.site.URL("/callbacks/result"), "pg_success_url", s.site.URL("/thanks"),
	}, nil)
	person := s.open(page)
	person.says("How much do you want to pay?")
	person.enter("amount", "499")
	if status := person.submit(); status != http.StatusUnprocessableEntity || person.text("#amount-error") == "" {
		t.Errorf("HTTP %d, %q", status, person.text("#amount-error"))
	}
	person.do(empty("amount"))
	person.enter("amount", "750.50")
	person.submit()
	person.pays(frictionless)
	person.says("Payment successful")
	if told := s.told(page.payment, "/callbacks/result"); told.Get("pg_amount") != "750.5" || told.Get("pg_captured") != "1" {
		t.Error(told)
	}
}

func TestAShopSaysNoToAPayment(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	var stock atomic.Bool
	s.site.Answer(func(r shop.Received) string {
		if r.Path == "/callbacks/check" && !stock.Load() {
			return s.shop.Answer(r, "pg_status", "rejected", "pg_description", "Товар <b>закончился</b>", "pg_timeout", "600")
		}
		return s.shop.Answer(r, "pg_status", "ok")
	})
	page := s.checkout("pg_check_url", s.site.URL("/callbacks/check"))
	person := s.open(page)
	person.pays(frictionless)
	if said := person.text("main"); !strings.Contains(said, "Товар <b>закончился</b>") {
		t.Errorf("the shop's words are not shown: %q", said)
	}
	if left := person.text("#left"); left != "10:00" && !strings.HasPrefix(left, "9:5") {
		t.Errorf("the shop keeps the order for ten minutes, and the page counts from %s", left)
	}
	stock.Store(true)
	person.paste("cvc", "123") // the rest is still there
	person.goes(chromedp.Click(chromedp.CSS("form.pay button")))
	person.says("Money reserved")
}

func TestAPayerIsAskedForANumberWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.checkout("pg_success_url_method", "POST", "pg_user_id", "user-9", "pg_need_phone_notification", "1")
	person := s.bare(page)
	person.switchTo("kk")
	person.pays(challenged)
	if said := person.text("#contact-error"); said == "" {
		t.Error("who is to be notified may stay unknown")
	}
	person.paste("contact", "8 (700) 000")
	person.paste("cvc", "123")
	person.goes(chromedp.Click(chromedp.CSS("form.pay button")))
	if said := person.text("#contact-error"); !strings.Contains(said, "+7 700 000 00 02") {
		t.Errorf("what to do about the number: %q", said)
	}
	person.do(empty("contact"))
	person.paste("contact", "8 (700) 000-00-02")
	person.paste("cvc", "123")
	person.goes(chromedp.Click(chromedp.CSS("form.pay button")))
	person.confirm("111111")
	if told := s.told(page.payment, "/callbacks/result"); told.Get("pg_user_phone") != "77000000002" || told.Has("pg_user_contact_email") {
		t.Errorf("the shop is told of %q", told.Get("pg_user_phone"))
	}
	person.goes(chromedp.Click(chromedp.CSS("form[data-return] button")))
	person.at(s.site.URL("/thanks"))
	if status := s.bought(page.payment); status.Get("pg_payment_status") != "success" || status.Get("pg_user_phone") != "77000000002" {
		t.Error(status.Get("pg_payment_status"), status.Get("pg_user_phone"))
	}
}
