package pages

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNegotiate(t *testing.T) {
	for _, test := range []struct {
		name, explicit, header string
		fallback, want         Lang
	}{
		{"explicit code", "en", "ru", Kazakh, English},
		{"upper case", "KK", "", Russian, Kazakh},
		{"country for language (R18)", "kz", "", Russian, Kazakh},
		{"Kyrgyz reads Russian", "kg", "en", English, Russian},
		{"Kyrgyz code", "ky", "", English, Russian},
		{"Uzbek reads Russian", "uz", "", English, Russian},
		{"German reads English", "de", "", Russian, English},
		{"unknown code is the shop's default (R18)", "xx", "en", Kazakh, Kazakh},
		{"browser", "", "kk-KZ,kk;q=0.9,ru;q=0.8,en;q=0.7", Russian, Kazakh},
		{"browser's second choice", "", "fr-FR,fr;q=0.9,en;q=0.8", Russian, English},
		{"close language", "", "ky-KG", English, Russian},
		{"nothing close", "", "zh-CN", Kazakh, Kazakh},
		{"any", "", "*", Kazakh, Kazakh},
		{"broken header", "", ";;;q=", Kazakh, Kazakh},
		{"overlong header", "", strings.Repeat("en,", 1000), Kazakh, Kazakh},
		{"nothing at all", "", "", "", Russian},
		{"fallback we do not have", "", "", "fr", Russian},
	} {
		if got := Negotiate(test.explicit, test.header, test.fallback); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

func TestNegotiateAlwaysGivesALanguageWeHave(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := Negotiate(rapid.String().Draw(t, "explicit"), rapid.String().Draw(t, "header"), Lang(rapid.String().Draw(t, "fallback")))
		if got.known() != got {
			t.Fatalf("%q", got)
		}
	})
}

func TestTheSwitchStaysOnThePage(t *testing.T) {
	for _, test := range []struct{ self, want string }{
		{"/payout.html?customer=a%26b", "/payout.html?customer=a%26b&lang=kk"},
		{"/v1/merchant/7/cardstorage/view?pg_payment_id=ab&lang=ru", "/v1/merchant/7/cardstorage/view?lang=kk&pg_payment_id=ab"},
		{"/", "/?lang=kk"},
		{"?x=1", ""},
		{"view", ""},
		{"", ""},
		{"https://evil.example/", ""},
		{"//evil.example/", ""},
		{"///evil.example/", ""},
		{`/\evil.example`, "/%5Cevil.example?lang=kk"},
		{"javascript:alert(1)", ""},
		{"/a\nb", ""},
	} {
		if got := inLanguage(test.self, Kazakh); got != test.want {
			t.Errorf("%q: %q", test.self, got)
		}
	}
}
