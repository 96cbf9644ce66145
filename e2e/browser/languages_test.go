package browser

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/chromedp"
)

// payer is a person at a tab who reads all that is said.
type payer struct {
	*tab
	s    *sandbox
	lang string
	read *reading
}

// reading is what pages say in each language, line by line.
type reading struct {
	mu   sync.Mutex
	said map[string]map[string][]string // by page and language
}

// saying is all that a page says, now and later on, to whoever sees and hears it; not
// what is drawn for the eye only.
const saying = `(() => {
	const said = [document.title], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const element = walker.currentNode.parentElement;
		if (element.checkVisibility() && !element.closest("[aria-hidden=true], script, noscript")) said.push(walker.currentNode.data);
	}
	for (const name of ["aria-label", "placeholder", "data-wrong", "data-past", "data-left", "data-long", "data-five", "data-last", "data-text"]) {
		for (const element of document.querySelectorAll("[" + name + "]")) said.push(element.getAttribute(name));
	}
	return said.map((text) => text.trim()).filter(Boolean);
})()`

// reads notes what the page says, which must call itself one in the payer's language.
func (p *payer) reads(page string) {
	p.t.Helper()
	if lang := eval[string](p.tab, "document.documentElement.lang"); lang != p.lang {
		p.t.Errorf("%s is in %q, not in %q", page, lang, p.lang)
	}
	lines := eval[[]string](p.tab, saying)
	p.read.mu.Lock()
	defer p.read.mu.Unlock()
	if p.read.said[page] == nil {
		p.read.said[page] = map[string][]string{}
	}
	p.read.said[page][p.lang] = lines
}

// checkout opens a payment in the payer's language.
func (p *payer) checkout(instead ...string) session {
	p.t.Helper()
	return p.s.checkout(append([]string{"pg_language", p.lang, "pg_user_id", "user-" + p.lang}, instead...)...)
}

// pressButton presses a button that leads to another page.
func (p *payer) pressButton(selector string) {
	p.t.Helper()
	p.goes(chromedp.Click(chromedp.CSS(selector)))
}

// declinedAtFirst: a mistake, a card without money, and another one, which is kept.
func (p *payer) declinedAtFirst() {
	page := p.checkout(receipt...)
	p.visit(page.address)
	p.reads("form")
	p.pressButton("form.pay button")
	p.reads("mistakes")
	p.pays(poor)
	p.reads("declined")
	if p.text(".reason") == "" {
		p.t.Error("the page does not say why")
	}
	p.leaves()
	p.returns(p.s, "/sorry", page.payment)
	again := p.checkout() // the shop opens another payment of the same order
	p.visit(again.address)
	p.do(chromedp.Click(chromedp.CSS("label.check")))
	p.pays(frictionless)
	p.reads("held")
	if told := p.s.told(again.payment, "/callbacks/result"); told.Get("pg_card_token") == "" || told.Get("pg_card_id") == "" {
		p.t.Error(told)
	}
	p.leaves()
	p.returns(p.s, "/thanks", again.payment)
}

// withTheSavedCard pays, once its owner is asked, and nobody else.
func (p *payer) withTheSavedCard() {
	page := p.checkout("pg_order_id", "A-8", "pg_auto_clearing", "1")
	p.visit(page.address)
	if shown := p.text(".choices"); !strings.Contains(shown, "1981") {
		p.t.Errorf("the saved card is not offered: %q", shown)
	}
	p.reads("saved card")
	p.pressButton("form.pay button")
	p.reads("saved card without its security code")
	p.paste("saved_cvc", "123")
	p.pressButton("form.pay button")
	p.reads("paid")
	if pan := p.s.bought(page.payment).Get("pg_card_pan"); pan != "4716-04XX-XXXX-1981" {
		p.t.Error(pan)
	}
	p.visit(p.checkout("pg_user_id", "stranger-"+p.lang).address)
	if strings.Contains(p.text("main"), "1981") {
		p.t.Error("somebody else's card is offered")
	}
}

// givesUp the whole payment.
func (p *payer) givesUp() {
	page := p.checkout()
	p.visit(page.address)
	p.pressButton("button.cancel")
	p.reads("cancelled")
	if told := p.s.told(page.payment, "/callbacks/result"); told.Get("pg_result") != "0" {
		p.t.Error(told)
	}
	p.leaves()
	p.returns(p.s, "/sorry", page.payment)
}

// withoutJavaScript: a challenge with a wrong code first, and back to the shop by post.
func (p *payer) withoutJavaScript() {
	page := p.checkout("pg_user_id", "plain-"+p.lang, "pg_success_url_method", "POST")
	p.tab = p.s.bare(page)
	p.reads("form without JavaScript")
	p.pays(challenged)
	p.reads("challenge")
	p.confirm("123456")
	p.reads("wrong code")
	p.confirm("111111")
	p.reads("held without JavaScript")
	p.s.told(page.payment, "/callbacks/result")
	p.pressButton("form[data-return] button")
	p.at(p.s.site.URL("/thanks"))
	if state := p.s.bought(page.payment).Get("pg_payment_status"); state != "success" {
		p.t.Error(state)
	}
}

// TestEveryLanguageIsSpokenToTheEnd, whichever way the payer goes.
func TestEveryLanguageIsSpokenToTheEnd(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	read := &reading{said: map[string]map[string][]string{}}
	languages := []string{"ru", "kk", "en"}
	left := map[string][2]session{} // what nobody pays, and what is left at the issuer's page
	var mu sync.Mutex
	t.Run("at once", func(t *testing.T) {
		for _, lang := range languages {
			t.Run(lang, func(t *testing.T) {
				t.Parallel()
				s := s.in(t)
				p := &payer{newTab(t, s.origins()...), s, lang, read}
				p.declinedAtFirst()
				p.withTheSavedCard()
				p.givesUp()
				forgotten, begun := p.checkout("pg_lifetime", "300"), p.checkout("pg_user_id", "forgetful-"+lang)
				p.visit(begun.address)
				p.pays(challenged)
				mu.Lock()
				left[lang] = [2]session{forgotten, begun}
				mu.Unlock()
			})
			t.Run(lang+" without JavaScript", func(t *testing.T) {
				t.Parallel()
				(&payer{s: s.in(t), lang: lang, read: read, tab: &tab{t: t}}).withoutJavaScript()
			})
		}
	})
	s.clock.Advance(23 * time.Hour) // the payers come back the next day
	tab := newTab(t, s.origins()...)
	for _, lang := range languages {
		p := &payer{tab, s, lang, read}
		for i, code := range []string{"10018", "11049"} {
			page := left[lang][i]
			if told := s.told(page.payment, "/callbacks/result"); told.Get("pg_failure_code") != code {
				t.Error(told)
			}
			p.visit(page.address)
			p.reads(code)
		}
	}
	read.judge(t, languages)
}

// names are what is called the same in all languages.
var names = strings.NewReplacer("Demo Shop", "", "Tolem", "", "Наушники", "", "Доставка", "", "A-7", "", "A-8", "", "Рус", "", "Қаз", "", "Eng", "",
	"Visa", "", "Mastercard", "", "American Express", "", "UnionPay", "", "Humo", "", "Uzcard", "", "CVC", "", "CVV", "", "3-D Secure", "", "UTC", "")

var blank = regexp.MustCompile(`\{\w+\}`) // in a text that the page completes

// judge finds what is said in another language: by its letters, and between Russian
// and Kazakh by what both say.
func (r *reading) judge(t *testing.T, languages []string) {
	t.Helper()
	letters := map[string]*unicode.RangeTable{"ru": unicode.Latin, "kk": unicode.Latin, "en": unicode.Cyrillic}
	shared := []string{"Карта"}
	for _, page := range slices.Sorted(maps.Keys(r.said)) {
		russian := map[string]bool{}
		for _, lang := range languages {
			if len(r.said[page][lang]) < 5 {
				t.Errorf("%s says hardly anything in %s: %q", page, lang, r.said[page][lang])
			}
			for _, line := range r.said[page][lang] {
				own := strings.TrimSpace(blank.ReplaceAllString(names.Replace(line), ""))
				if strings.ContainsFunc(own, func(r rune) bool { return unicode.Is(letters[lang], r) }) {
					t.Errorf("%s says in %s: %q", page, lang, line)
				}
				if lang == "ru" {
					russian[own] = strings.ContainsFunc(own, unicode.IsLetter) && !slices.Contains(shared, own)
				}
				if lang == "kk" && russian[own] {
					t.Errorf("%s says in Kazakh as in Russian: %q", page, line)
				}
			}
		}
	}
}
