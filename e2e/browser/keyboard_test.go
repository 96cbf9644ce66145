package browser

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// focused names what has the focus: a field by its id, a link or a button by its text.
const focused = `(({id, innerText}) => id || innerText.trim())(document.activeElement)`

// stops are what has the focus after each press of Tab, once around the page.
func (p *tab) stops() []string {
	p.t.Helper()
	var found []string
	for len(found) < 30 {
		p.press(kb.Tab)
		if eval[bool](p, "document.activeElement === document.body") {
			return found // the browser's own bar comes next
		}
		found = append(found, eval[string](p, focused))
	}
	p.t.Fatal("Tab never leaves the page: ", found)
	return nil
}

// tabTo presses Tab until the stop has the focus.
func (p *tab) tabTo(stop string) {
	p.t.Helper()
	var passed []string
	for !slices.Contains(passed, stop) {
		if len(passed) > 30 {
			p.t.Fatalf("Tab does not reach %q: %q", stop, passed)
		}
		p.press(kb.Tab)
		passed = append(passed, eval[string](p, focused))
	}
}

func TestTheKeyboardIsEnough(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	t.Run("Tab stops once at everything, in the order of reading", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		person := s.open(s.purchaseCard("pg_language", "en"))
		want := []string{"Рус", "Қаз", "number", "holder", "expiry", "cvc", "Add card", "Back to the shop"}
		if diff := cmp.Diff(want, person.stops()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a card to pay with", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.purchaseCard()
		person := s.open(page)
		person.tabTo("Рус")
		person.goes(keys(kb.Enter))
		person.tabTo("number")
		person.press(challenged + kb.Tab + "Aigul Serikova" + kb.Tab + "0124" + kb.Tab + "123")
		person.goes(keys(kb.Enter))
		person.until(`document.activeElement.id === "summary"`)
		person.tabTo("Срок действия карты истёк")
		person.press(kb.Enter)
		person.until(`document.activeElement.id === "expiry"`)
		person.press(kb.End + kb.Backspace + kb.Backspace + "30" + kb.Tab + "123")
		person.tabTo("Добавить карту")
		person.goes(keys(kb.Enter))
		person.until(`document.activeElement.id === "code"`)
		person.press("111111")
		person.goes(keys(kb.Enter))
		person.at(s.site.URL("/card-saved"))
		s.told(page.payment, "/callbacks/card")
	})
	t.Run("a challenge given up", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.purchaseCard("pg_language", "kk")
		person := s.open(page)
		person.fill(challenged)
		person.goes(keys(kb.Enter))
		person.until(`document.activeElement.id === "code"`)
		person.tabTo("Операциядан бас тарту")
		person.goes(keys(" ")) // a button takes the space bar too
		person.at(s.site.URL("/card-refused"))
		s.told(page.payment, "/callbacks/card")
	})
	t.Run("a payout and the way back", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.payoutPage("pg_user_id", "driver-92")
		person := s.open(page)
		person.tabTo("number")
		person.press(declined)
		person.goes(keys(kb.Enter))
		person.says("Transfer failed")
		person.tabTo("Back to the shop")
		person.goes(keys(kb.Enter))
		person.at(s.site.URL("/prize"))
		s.told(page.payment, "/callbacks/payout")
	})
	t.Run("a card for payouts", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.payoutCard()
		person := s.open(page)
		person.tabTo("number")
		person.press(paid + kb.Tab + "Aigul Serikova")
		person.goes(keys(kb.Enter))
		person.at(s.site.URL("/wallet"))
		s.told(page.payment, "/callbacks/payout-card")
	})
}
