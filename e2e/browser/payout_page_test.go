package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	paid     = "4671 5938 6647 8252"
	declined = "4556 0460 8504 1740"
	later    = "5507 8419 9973 2294"
)

// Balances of the demo shop before and after a payout of 7000.
const (
	untouched = "1000000000.00"
	reduced   = "999993000.00"
)

func TestTheRecipientOfAPayoutTypesTheCard(t *testing.T) {
	t.Parallel()
	t.Run("accepted", func(t *testing.T) {
		t.Parallel()
		s := newSandbox(t)
		page := s.payoutPage()
		person := s.open(page)
		for _, shown := range []string{"7,000\u00a0₸", "Demo Shop", "Приз за октябрь"} {
			if !strings.Contains(person.text("main"), shown) {
				t.Errorf("the page does not show %q: %s", shown, person.text("main"))
			}
		}
		person.enter("number", paid)
		person.submit()
		person.at(s.site.URL("/prize"))
		if told := s.told(page.payment, "/callbacks/payout"); told.Get("pg_status") != "ok" || s.balance() != reduced {
			t.Error(told, s.balance())
		}
		person.visit(page.address)
		person.says("Money sent")
		person.goes(chromedp.Click(chromedp.CSS("a.button")))
		person.at(s.site.URL("/prize"))
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		s := newSandbox(t)
		page := s.payoutPage()
		person := s.open(page)
		person.enter("number", declined)
		person.enter("holder", "AIGUL SERIKOVA")
		person.submit()
		person.says("Transfer failed")
		if told := s.told(page.payment, "/callbacks/payout"); told.Get("pg_error_code") != "10001" || s.balance() != untouched {
			t.Error(told, s.balance())
		}
		if reason := person.text(".reason"); !strings.HasPrefix(reason, "The bank that issued the card declined the operation.") {
			t.Errorf("the reason is %q", reason)
		}
		person.goes(chromedp.Reload())
		person.says("Transfer failed")
		if person.posts() != 1 {
			t.Error("reloading the result sends the card again")
		}
		person.goes(chromedp.Click(chromedp.CSS("a.button")))
		person.at(s.site.URL("/prize"))
		if state := s.state(page.payment); state != "error 10001" {
			t.Error(state)
		}
	})
	t.Run("in process at first", func(t *testing.T) {
		t.Parallel()
		s := newSandbox(t)
		page := s.payoutPage()
		person := s.open(page)
		person.switchTo("kk")
		person.enter("number", later)
		person.submit()
		person.says("Ақша жіберіліп жатыр")
		if state := s.state(page.payment); state != "process " || s.balance() != reduced {
			t.Error(state, s.balance())
		}
		s.clock.Advance(delay)
		s.told(page.payment, "/callbacks/payout")
		person.becomes("success")
		person.says("Ақша жіберілді")
	})
}

func TestAPayoutIsSentOnceHoweverOftenItIsSubmitted(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutPage()
	person := s.open(page)
	person.enter("number", later)
	for _, again := range []func(){
		func() { person.goes(chromedp.DoubleClick(chromedp.CSS("form button"))) },
		func() { person.goes(chromedp.Reload()) },
		func() { person.back() },
	} {
		again()
		person.stays()
		person.says("Sending the money")
	}
	if person.posts() != 1 {
		t.Errorf("the form was sent %d times", person.posts())
	}
	s.clock.Advance(delay)
	s.told(page.payment, "/callbacks/payout")
	if state := s.state(page.payment); state != "ok " || s.balance() != reduced {
		t.Error(state, s.balance())
	}
}

func TestAPayoutPageClosesAtItsTimeLimit(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutPage("pg_order_time_limit", inUTC(s.clock.Now().Add(time.Hour)))
	person := s.open(page)
	person.says("Payout to your card")
	person.enter("number", paid)
	s.clock.Advance(2 * time.Hour)
	if told := s.told(page.payment, "/callbacks/payout"); told.Get("pg_error_code") != "10018" {
		t.Error(told)
	}
	person.submit()
	person.says("The transfer has expired")
	person.visit(page.address)
	person.says("The transfer has expired")
	if forms := eval[int](person, "document.forms.length"); forms != 0 {
		t.Error("a closed page has a form")
	}
	if state := s.state(page.payment); state != "error 10018" || s.balance() != untouched {
		t.Error(state, s.balance())
	}
}
