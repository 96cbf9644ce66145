package hosted

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/pages"
)

// FuzzTypedCard: a posted form gives a card or says what is wrong with it; what is shown again is short, and never a security code.
func FuzzTypedCard(f *testing.F) {
	f.Add("number=4716047261941981&holder=Aigerim+Saparova&expiry=12%2F40&cvc=123")
	f.Add("number=4716-0472&holder=&expiry=01%2F20&cvc=12a&number=2")
	f.Add("%zz=1&number=%FF;holder=" + strings.Repeat("A", 300))
	asks := form{brands: []pages.Brand{pages.Visa}, holderWords: 2, holderRequired: true, full: true}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/page", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_ = r.ParseForm() // what could be read of it is there
		typed, again := asks.read(r, now)
		for _, shown := range []string{again.Values.Number, again.Values.Holder, again.Values.Expiry} {
			if utf8.RuneCountInString(shown) > 100 {
				t.Errorf("%d characters are shown again", utf8.RuneCountInString(shown))
			}
		}
		if len(again.Problems) > 0 {
			return
		}
		if typed.PAN == (card.PAN{}) || typed.Holder == "" || typed.CVC == (card.CVC{}) || !typed.Expiry.Valid(now) || !accepts(asks.brands, typed.PAN) {
			t.Errorf("nothing is wrong with %+v", typed)
		}
		r.Method = http.MethodGet
		if unread, _ := asks.read(r, now); unread != (cardtoken.Card{}) {
			t.Error("a card is read from an address")
		}
	})
}
