package pages

import (
	"testing"
	"time"
)

func TestMoneyIsWrittenAsTheLanguageDoes(t *testing.T) {
	for _, test := range []struct {
		money       Money
		russian, en string
	}{
		{Money{"15000", "KZT"}, "15\u00a0000\u00a0₸", "15,000\u00a0₸"},
		{Money{"1234567.5", "USD"}, "1\u00a0234\u00a0567,50\u00a0$", "1,234,567.50\u00a0$"},
		{Money{"0.01", "EUR"}, "0,01\u00a0€", "0.01\u00a0€"},
		{Money{"100", "KGS"}, "100\u00a0KGS", "100\u00a0KGS"},
		{Money{"100", ""}, "100", "100"},
		{Money{"about 5", "KZT"}, "about 5\u00a0₸", "about 5\u00a0₸"},
		{Money{"1.234", "KZT"}, "1.234\u00a0₸", "1.234\u00a0₸"},
		{Money{}, "", ""},
	} {
		if got := test.money.in(&russian); got != test.russian {
			t.Errorf("%v in Russian: %q", test.money, got)
		}
		if got := test.money.in(&english); got != test.en {
			t.Errorf("%v in English: %q", test.money, got)
		}
	}
}

func TestMomentsNameTheirZone(t *testing.T) {
	at := func(offset time.Duration) time.Time {
		return time.Date(2026, time.March, 2, 9, 5, 0, 0, time.FixedZone("", int(offset.Seconds())))
	}
	for _, test := range []struct {
		time time.Time
		w    *words
		want string
	}{
		{at(5 * time.Hour), &russian, "2 марта 2026 г., 09:05\u00a0(UTC+5)"},
		{at(5 * time.Hour), &kazakh, "2026 жылғы 2 наурыз, 09:05\u00a0(UTC+5)"},
		{at(5*time.Hour + 30*time.Minute), &english, "2 March 2026, 09:05\u00a0(UTC+5:30)"},
		{at(-10 * time.Hour), &english, "2 March 2026, 09:05\u00a0(UTC-10)"},
		{at(0), &english, "2 March 2026, 09:05\u00a0(UTC)"},
		{time.Time{}, &english, ""},
	} {
		if got := moment(test.time, test.w); got != test.want {
			t.Errorf("%s, not %s", got, test.want)
		}
	}
}

func TestMasksAreSetForTheEye(t *testing.T) {
	if got := maskText("6224-46XX-XXXX-XXX1-278"); got != "6224\u00a046••\u00a0••••\u00a0•••1\u00a0278" {
		t.Error(got)
	}
}
