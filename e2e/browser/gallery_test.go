package browser

import (
	"net/url"
	"time"

	"github.com/chromedp/chromedp"
)

// gallery is every page that a person can come to, and the way there.
var gallery = []struct {
	name  string
	reach func(s *sandbox, p *tab, lang string)
}{
	{"payout-card", func(s *sandbox, p *tab, lang string) { p.visit(in(lang, s.payoutCard())) }},
	{"payout-card-mistakes", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.payoutCard()))
		p.paste("number", "3782 822463 10005") // American Express takes no payouts
		p.submit()
	}},
	{"card", func(s *sandbox, p *tab, lang string) { p.visit(in(lang, s.purchaseCard())) }},
	{"card-typed", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard()))
		p.pasteCard(frictionless)
	}},
	{"card-mistakes", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard()))
		p.pasteCard("4716 0472 6194 1982")
		p.enter("expiry", "\b\b24")
		p.submit()
	}},
	{"card-nothing-typed", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard()))
		p.submit()
	}},
	{"card-framed", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard("pg_payment_route", "frame")))
	}},
	{"card-used", func(s *sandbox, p *tab, lang string) {
		used := s.purchaseCard()
		p.visit(used.address)
		p.pasteCard(frictionless)
		p.submit()
		p.visit(in(lang, used))
	}},
	{"challenge", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard()))
		p.pasteCard(challenged)
		p.submit()
	}},
	{"challenge-wrong-code", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.purchaseCard()))
		p.pasteCard(challenged)
		p.submit()
		p.confirm("123456")
	}},
	{"payout", func(s *sandbox, p *tab, lang string) { p.visit(in(lang, s.payoutPage("pg_order_id", "open-"+lang))) }},
	{"payout-mistakes", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.payoutPage("pg_order_id", "mistaken-"+lang)))
		p.paste("number", "4671 5938 6647 8253")
		p.paste("holder", "Айгуль Серикова")
		p.submit()
	}},
	{"payout-framed", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.payoutPage("pg_order_id", "framed-"+lang, "pg_payment_route", "frame")))
	}},
	{"payout-success", func(s *sandbox, p *tab, lang string) {
		done := s.payoutPage("pg_order_id", "paid-"+lang)
		p.visit(done.address)
		p.paste("number", paid)
		p.submit()
		p.visit(in(lang, done))
	}},
	{"payout-failure", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.payoutPage("pg_order_id", "declined-"+lang)))
		p.paste("number", declined)
		p.submit()
	}},
	{"payout-process", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.payoutPage("pg_order_id", "later-"+lang)))
		p.paste("number", later)
		p.submit()
		p.stays()
	}},
	{"payout-expired", func(s *sandbox, p *tab, lang string) {
		late := s.payoutPage("pg_order_id", "late-"+lang, "pg_order_time_limit", inUTC(s.clock.Now().Add(time.Minute)))
		s.clock.Advance(2 * time.Minute)
		s.told(late.payment, "/callbacks/payout")
		p.visit(in(lang, late))
	}},
	{"checkout", func(s *sandbox, p *tab, lang string) { p.visit(in(lang, s.checkout(receipt...))) }},
	{"checkout-mistakes", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout("pg_user_id", "user-1")))
		p.pays("4716 0472 6194 1982")
	}},
	{"checkout-saved", func(s *sandbox, p *tab, lang string) {
		p.visit(s.checkout("pg_user_id", "saver-"+lang).address)
		p.do(chromedp.Click(chromedp.CSS("label.check")))
		p.pays(frictionless)
		p.visit(in(lang, s.checkout("pg_user_id", "saver-"+lang)))
	}},
	{"checkout-silent-shop", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout("pg_check_url", s.site.URL("/callbacks/check")))) // the shop says "ok", which is no XML
		p.pays(frictionless)
	}},
	{"checkout-amount", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout("pg_amount", "", "pg_amount_interval_from", "500", "pg_amount_interval_to", "100000")))
	}},
	{"checkout-code", func(s *sandbox, p *tab, lang string) {
		p.visit(s.checkout("pg_user_id", "coder-"+lang).address)
		p.do(chromedp.Click(chromedp.CSS("label.check")))
		p.pays(frictionless)
		p.visit(s.confirming("coder-"+lang, lang).address)
	}},
	{"checkout-challenge", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout()))
		p.pays(challenged)
	}},
	{"checkout-held", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout()))
		p.pays(frictionless)
	}},
	{"checkout-paid", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout("pg_auto_clearing", "1", "pg_success_url_method", "POST")))
		p.pays(frictionless)
	}},
	{"checkout-declined", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout()))
		p.pays(poor)
	}},
	{"checkout-cancelled", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, s.checkout()))
		p.goes(chromedp.Click(chromedp.CSS("button.cancel")))
	}},
	{"checkout-expired", func(s *sandbox, p *tab, lang string) {
		late := s.checkout("pg_lifetime", "300")
		s.clock.Advance(time.Hour)
		s.told(late.payment, "/callbacks/result")
		p.visit(in(lang, late))
	}},
	{"not-found", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, session{address: s.server.URL() + "/payout.html?customer=2c9a7b15-e04d-46f8-b3e1-d0aa6c5f1b72"}))
	}},
	{"end-success", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, session{address: s.server.URL() + "/success"}))
	}},
	{"end-failure", func(s *sandbox, p *tab, lang string) {
		p.visit(in(lang, session{address: s.server.URL() + "/failure"}))
	}},
}

// receipt is what is paid for, line by line.
var receipt = []string{
	"pg_receipt_positions[0][count]", "1", "pg_receipt_positions[0][name]", "Наушники", "pg_receipt_positions[0][price]", "11500",
	"pg_receipt_positions[1][count]", "2", "pg_receipt_positions[1][name]", "Доставка", "pg_receipt_positions[1][price]", "500",
}

// in is the address of a page in a language.
func in(lang string, at session) string {
	address, err := url.Parse(at.address)
	if err != nil {
		panic(err) // it came from the server
	}
	query := address.Query()
	query.Set("lang", lang)
	address.RawQuery = query.Encode()
	return address.String()
}

// pasteCard fills the form of a card to pay with.
func (p *tab) pasteCard(number string) {
	p.t.Helper()
	p.paste("number", number)
	p.paste("holder", "AIGUL SERIKOVA")
	p.paste("expiry", "0830")
	p.paste("cvc", "123")
}
