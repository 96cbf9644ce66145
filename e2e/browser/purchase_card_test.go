package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	frictionless = "4716 0472 6194 1981"
	challenged   = "4916 3074 1633 4310"
)

// fill types a card to pay with into the form.
func (p *tab) fill(number string) {
	p.t.Helper()
	p.enter("number", number)
	p.enter("holder", "Aigul Serikova")
	p.enter("expiry", "0830")
	p.enter("cvc", "123")
}

// confirm answers the issuer's page with a code.
func (p *tab) confirm(code string) {
	p.t.Helper()
	p.enter("code", code)
	p.submit()
}

func TestACardToPayWithIsSavedOrRefused(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	for _, test := range []struct {
		name, number string
		codes        []string // typed on the issuer's page, one after the other
		cancel       bool
		outcome      string // pg_status, pg_card_3ds and pg_error_code of the callback
	}{
		{"without a challenge", frictionless, nil, false, "success 0 "},
		{"the right code", challenged, []string{"111111"}, false, "success 1 "},
		{"a wrong code and the right one", challenged, []string{"123456", "111111"}, false, "success 1 "},
		{"three wrong codes", challenged, []string{"123456", "222222", "333333"}, false, "error  10004"},
		{"the payer gives up", challenged, nil, true, "error  10004"},
		{"declined by the bank", "5335 2159 4536 7703", nil, false, "error  10007"},
		{"no money on the card", "4916 1098 3083 2246", nil, false, "error  10009"},
		{"not a test card", "4000 0000 0000 0002", nil, false, "error  99999"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			page := s.purchaseCard("pg_order_id", "bind-1")
			person := s.open(page)
			person.fill(test.number)
			person.submit()
			for i, code := range test.codes {
				person.says("Confirm the operation")
				if said := person.text("#code-error"); (said != "") != (i > 0) {
					t.Errorf("before code %d the page says %q", i+1, said)
				}
				person.confirm(code)
			}
			if test.cancel {
				person.goes(chromedp.Click(chromedp.CSS("button.cancel")))
			}
			told := s.told(page.payment, "/callbacks/card")
			if got := told.Get("pg_status") + " " + told.Get("pg_card_3ds") + " " + told.Get("pg_error_code"); got != test.outcome {
				t.Errorf("%q, not %q", got, test.outcome)
			}
			if told.Get("pg_order_id") != "bind-1" || told.Get("pg_user_id") != "user-1042" {
				t.Error(told)
			}
			if told.Get("pg_status") == "success" {
				person.at(s.site.URL("/card-saved"))
				if told.Get("pg_card_month")+told.Get("pg_card_year") != "0830" || told.Get("pg_card_token") == "" {
					t.Error(told)
				}
			} else {
				person.at(s.site.URL("/card-refused"))
			}
			person.dead(person.visit(page.address))
		})
	}
}
