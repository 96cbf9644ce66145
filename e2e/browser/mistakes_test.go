package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// mistake is what a page says of a field: beside it and to a screen reader.
type mistake struct {
	Said    string
	Invalid bool
}

const mistakes = `Object.fromEntries([...document.querySelectorAll("form input:not([type=hidden])")].map((input) => {
	const note = document.getElementById(input.id + "-error");
	const shown = note.checkVisibility() && input.getAttribute("aria-describedby").split(" ").includes(note.id);
	return [input.id, {Said: shown ? note.innerText : "", Invalid: input.getAttribute("aria-invalid") === "true"}];
}))`

// switchTo chooses a language on the page.
func (p *tab) switchTo(lang string) {
	p.t.Helper()
	p.goes(chromedp.Click(chromedp.CSS(`nav a[lang="` + lang + `"]`)))
	if got := eval[string](p, "document.documentElement.lang"); got != lang {
		p.t.Fatalf("the page is in %s, not in %s", got, lang)
	}
}

func TestMistakesAreExplainedAndCanBePutRight(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	for _, test := range []struct{ name, before, lang, check, number, expired, missing string }{
		{
			"Russian", "kk", "ru", "Проверьте данные", "В номере карты ошибка, проверьте цифры", "Срок действия карты истёк",
			"Введите CVC с обратной стороны карты",
		},
		{
			"Kazakh", "ru", "kk", "Деректерді тексеріңіз", "Карта нөмірінде қате бар, цифрларды тексеріңіз",
			"Картаның жарамдылық мерзімі өтіп кеткен", "Картаның артындағы CVC кодын енгізіңіз",
		},
		{
			"English", "ru", "en", "Please check your details", "There is a mistake in the card number, check the digits", "The card has expired",
			"Enter the CVC from the back of the card",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			page := s.purchaseCard()
			person := s.open(page)
			person.switchTo(test.before)
			person.switchTo(test.lang)
			person.enter("number", "4716 0472 6194 1982")
			person.enter("holder", "Aigul Serikova")
			person.until(`!document.getElementById("number-error").hidden`) // which moves what is below
			person.enter("expiry", "0124")
			person.enter("cvc", "")
			person.until(`!document.getElementById("expiry-error").hidden`)
			typing := map[string]mistake{"number": {test.number, true}, "holder": {}, "expiry": {test.expired, true}, "cvc": {}}
			if diff := cmp.Diff(typing, eval[map[string]mistake](person, mistakes)); diff != "" {
				t.Error("said while typing:", diff)
			}

			if status := person.submit(); status != http.StatusUnprocessableEntity {
				t.Errorf("HTTP %d", status)
			}
			typing["cvc"] = mistake{test.missing, true}
			if diff := cmp.Diff(typing, eval[map[string]mistake](person, mistakes)); diff != "" {
				t.Error("said after the post:", diff)
			}
			person.until(`document.activeElement !== document.body`)
			summary := test.check + "\n" + test.number + "\n" + test.expired + "\n" + test.missing
			if diff := cmp.Diff(summary, eval[string](person, "document.activeElement.innerText")); diff != "" {
				t.Error("the focus is not in the summary:", diff)
			}
			kept := eval[[]string](person, `["number", "holder", "expiry", "cvc", "lang"].map((name) => document.forms[0].elements[name].value)`)
			if diff := cmp.Diff([]string{"4716 0472 6194 1982", "Aigul Serikova", "01/24", "", test.lang}, kept); diff != "" {
				t.Error("kept:", diff)
			}

			person.press(kb.Tab + kb.Enter) // the first mistake in the summary leads to its field
			person.until(`document.activeElement.id === "number"`)
			person.press(kb.End + kb.Backspace + "1")
			person.enter("expiry", kb.End+strings.Repeat(kb.Backspace, len("01/24"))+"0830")
			person.enter("cvc", "123")
			person.submit()
			person.at(s.site.URL("/card-saved"))
			s.told(page.payment, "/callbacks/card")
		})
	}
}

// A page may have loaded long after it was seen, and its payer have gone on.
func TestAPageThatHasLoadedTakesTheFocusFromNobody(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	person := s.open(s.purchaseCard("pg_language", "en"))
	person.enter("number", "4716 0472 6194 1982")
	person.submit()
	person.until(`document.activeElement.id === "summary"`)
	person.press(kb.Tab + kb.Enter)
	person.until(`document.activeElement.id === "number"`)
	person.do(chromedp.Evaluate[chromedp.Void](`{
		const frames = (n) => { if (n) requestAnimationFrame(() => frames(n - 1)); else document.body.classList.add("settled"); };
		dispatchEvent(new Event("load"));
		frames(3);
	}`))
	person.until(`document.body.classList.contains("settled")`)
	if at := eval[string](person, focused); at != "number" {
		t.Error("the focus went to ", at)
	}
}
