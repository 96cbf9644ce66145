package card_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tolem/internal/card"
)

func TestParseCVC(t *testing.T) {
	for text, want := range map[string]error{
		"123": nil, "1234": nil, " 000 ": nil,
		"": card.ErrCVC, "12": card.ErrCVC, "12345": card.ErrCVC, "12a": card.ErrCVC, "-123": card.ErrCVC, "１２３": card.ErrCVC, "1 23": card.ErrCVC,
	} {
		if _, err := card.ParseCVC(text); err != want {
			t.Errorf("ParseCVC(%q) = %v, want %v", text, err, want)
		}
	}
	if (card.CVC{}).Digits() != "" {
		t.Error("the zero CVC has digits")
	}
}

func TestParseExpiry(t *testing.T) {
	august := card.Expiry{Month: 8, Year: 2030}
	for _, text := range []string{"08/30", "8/30", "08 / 30", "08 / 2030", "08/2030", "08-30", "0830", "082030", " 08/30 "} {
		if got, err := card.ParseExpiry(text); err != nil || got != august {
			t.Errorf("ParseExpiry(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", "08", "830", "00/30", "13/30", "0030", "08/3", "08/130", "08/1930", "08/2130", "008/30", "08//30", "30/08/01", "08 30", "-8/30",
		"08/30x", "aa/bb", "٠٨/٣٠", "08/30\n",
	} {
		if got, err := card.ParseExpiry(text); err != card.ErrExpiry {
			t.Errorf("ParseExpiry(%q) = %v, %v", text, got, err)
		}
	}
}

func TestExpiryTextReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expiry := card.Expiry{Month: rapid.IntRange(1, 12).Draw(t, "month"), Year: rapid.IntRange(2000, 2099).Draw(t, "year")}
		if got, err := card.ParseExpiry(expiry.String()); err != nil || got != expiry {
			t.Fatalf("%v reads as %v, %v", expiry, got, err)
		}
	})
}

func TestCardIsGoodUntilTheEndOfItsMonth(t *testing.T) {
	almaty := time.FixedZone("UTC+5", 5*60*60)
	for _, c := range []struct {
		expiry card.Expiry
		now    time.Time
		want   bool
	}{
		{card.Expiry{Month: 8, Year: 2030}, time.Date(2030, 8, 31, 23, 59, 59, 999_999_999, almaty), true},
		{card.Expiry{Month: 8, Year: 2030}, time.Date(2030, 9, 1, 0, 0, 0, 0, almaty), false},
		{card.Expiry{Month: 12, Year: 2030}, time.Date(2030, 12, 31, 23, 0, 0, 0, time.UTC), true},
		{card.Expiry{Month: 12, Year: 2030}, time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), false},
		{card.Expiry{Month: 2, Year: 2028}, time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), true},
		{card.Expiry{Month: 1, Year: 2030}, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), true},
		{card.Expiry{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		if got := c.expiry.Valid(c.now); got != c.want {
			t.Errorf("%v is good at %v: %v", c.expiry, c.now, got)
		}
	}
}

func TestParseHolder(t *testing.T) {
	for _, c := range []struct {
		text, want string
		words      int
		err        error
	}{
		{"TEST TESTOV", "TEST TESTOV", 2, nil},
		{"  test \t  Testov ", "test Testov", 2, nil},
		{"Anne-Marie O'Neill Jr.", "Anne-Marie O'Neill Jr.", 2, nil},
		{"Jürgen Müller", "Jürgen Müller", 2, nil},
		{"D’Arcy Li", "D’Arcy Li", 2, nil},
		{"TESTOV", "TESTOV", 1, nil},
		{"TESTOV", "", 2, card.ErrHolderWords},
		{"TESTOV -", "", 2, card.ErrHolderWords},
		{"", "", 1, card.ErrHolder},
		{"A", "", 1, card.ErrHolder},
		{"- .", "", 1, card.ErrHolder},
		{"ТЕСТ ТЕСТОВ", "", 2, card.ErrHolder},
		{"TEST ТЕСТОВ", "", 2, card.ErrHolder},
		{"TEST 4716047261941981", "", 2, card.ErrHolder},
		{"TEST\x00 TESTOV", "", 2, card.ErrHolder},
		{"TEST <b>", "", 2, card.ErrHolder},
		{"TEST \xff\xfe", "", 2, card.ErrHolder},
		{strings.Repeat("A", 32) + " " + strings.Repeat("B", 31), strings.Repeat("A", 32) + " " + strings.Repeat("B", 31), 2, nil},
		{strings.Repeat("A", 32) + " " + strings.Repeat("B", 32), "", 2, card.ErrHolder},
	} {
		if got, err := card.ParseHolder(c.text, c.words); got != c.want || err != c.err {
			t.Errorf("ParseHolder(%q, %d) = %q, %v, want %q, %v", c.text, c.words, got, err, c.want, c.err)
		}
	}
}
