package card

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzPAN: a number that is read has the digits that were typed, and no way of printing it shows more than the first six and the
// last four.
func FuzzPAN(f *testing.F) {
	for _, seed := range []string{"4716 0472 6194 1981", "4716-0472-6194-1981", "6204500338419360939", "4716047261941982", "٤٧١٦", "0000000000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pan, err := ParsePAN(text)
		if err != nil {
			if pan != (PAN{}) || pan.Digits() != "" {
				t.Fatal("a number that is refused is there")
			}
			return
		}
		digits := pan.Digits()
		if separators.Replace(text) != digits || !isDigits(digits, 13, 19) || !luhn(digits) {
			t.Fatal("other digits than were typed")
		}
		if again, err := ParsePAN(digits); err != nil || again != pan {
			t.Fatal("not the same when it is read again")
		}
		for _, shown := range []string{fmt.Sprint(pan), fmt.Sprintf("%+v %#v %q %x %d", pan, pan, pan, pan, pan)} {
			if strings.Contains(strings.ReplaceAll(shown, "-", ""), digits[:7]) {
				t.Fatal("too much is printed")
			}
		}
		if holder := struct{ P PAN }{pan}; strings.Contains(fmt.Sprintf("%v %+v %#v", holder, &holder, holder), digits) {
			t.Fatal("it is printed from within")
		}
		if mask := pan.Mask(); strings.Count(mask, "X") != len(digits)-10 || mask[:4] != digits[:4] || !strings.HasSuffix(strings.ReplaceAll(mask, "-", ""), digits[len(digits)-4:]) {
			t.Fatal("a wrong mask")
		}
	})
}

// FuzzTyped: the other fields of a card. What is read is read the same again.
func FuzzTyped(f *testing.F) {
	for _, seed := range []string{"08/30", " 8 - 2030", "0830", "082030", "123", "1234 ", "Aigerim  Saparova", "O’Brien-Smith Jr.", "Ай", "13/30", ". .", "\u00a0A\u0301b"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := ParseExpiry(text); err == nil {
			if again, err := ParseExpiry(e.String()); err != nil || again != e || e.Month < 1 || e.Month > 12 || e.Year < 2000 || e.Year > 2099 {
				t.Errorf("%q is read as %+v and again as %+v, %v", text, e, again, err)
			}
			if e.Valid(now) != (e.Year > 2026 || e.Year == 2026 && e.Month >= 1) {
				t.Errorf("%v is valid: %v", e, e.Valid(now))
			}
		}
		if c, err := ParseCVC(text); err == nil && (strings.TrimSpace(text) != c.Digits() || fmt.Sprintf("%v%+v%#v%s", c, c, c, c) != "************") {
			t.Error("a security code is read wrongly or shows")
		}
		for words := range 3 {
			name, err := ParseHolder(text, words)
			if err != nil {
				continue
			}
			again, err := ParseHolder(name, words)
			if err != nil || again != name || utf8.RuneCountInString(name) > longestHolder || strings.Contains(name, "  ") || strings.ContainsAny(name, "<>&\"\x00;") {
				t.Errorf("%q is read as %q and again as %q, %v", text, name, again, err)
			}
		}
	})
}
