package browser

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// bare is a tab without JavaScript.
func (s *sandbox) bare(page session) *tab {
	s.t.Helper()
	tab := newTab(s.t, s.origins()...)
	tab.do(set(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	tab.visit(page.address)
	return tab
}

func TestEverythingWorksWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	t.Run("a card for payouts", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.payoutCard()
		person := s.bare(page)
		person.enter("number", paid)
		person.enter("holder", "Aigul Serikova")
		person.goes(chromedp.DoubleClick(chromedp.CSS("form button")))
		person.at(s.site.URL("/wallet"))
		s.told(page.payment, "/callbacks/payout-card")
		person.dead(person.visit(page.address))
	})
	t.Run("a card to pay with, mistyped at first, and a wrong code", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.purchaseCard()
		person := s.bare(page)
		person.switchTo("ru")
		person.fill("4916 3074 1633 4311")
		if status := person.submit(); status != http.StatusUnprocessableEntity {
			t.Errorf("HTTP %d", status)
		}
		if said := person.text("#number-error"); said != "В номере карты ошибка, проверьте цифры" {
			t.Error(said)
		}
		if said := person.text("#cvc-hint"); said != "Введите код ещё раз: мы его не храним" {
			t.Error(said)
		}
		person.enter("number", kb.End+kb.Backspace+"0")
		person.enter("cvc", "123")
		person.submit()
		person.says("Подтвердите операцию")
		person.confirm("654321")
		if left := person.text("#code-attempts"); left != "Осталось попыток: 2" {
			t.Error(left)
		}
		person.confirm("111111")
		person.at(s.site.URL("/card-saved"))
		s.told(page.payment, "/callbacks/card")
	})
	t.Run("a challenge given up", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		page := s.purchaseCard()
		person := s.bare(page)
		person.enter("number", challenged)
		person.enter("holder", "Aigul Serikova")
		person.enter("expiry", "8/2030")
		person.enter("cvc", "123")
		person.submit()
		person.goes(chromedp.Click(chromedp.CSS("button.cancel")))
		person.at(s.site.URL("/card-refused"))
		s.told(page.payment, "/callbacks/card")
	})
	t.Run("a payout that is in process at first", func(t *testing.T) {
		t.Parallel()
		s := newSandbox(t) // with a clock of its own to advance
		page := s.payoutPage()
		person := s.bare(page)
		person.enter("number", later)
		person.goes(chromedp.DoubleClick(chromedp.CSS("form button")))
		person.says("Sending the money")
		s.clock.Advance(delay)
		s.told(page.payment, "/callbacks/payout")
		person.becomes("success")
		person.says("Money sent")
		if s.balance() != reduced {
			t.Error(s.balance())
		}
	})
}
