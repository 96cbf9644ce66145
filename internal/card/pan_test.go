package card_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tolem/internal/card"
)

// complete appends the check digit (ISO/IEC 7812-1, annex B), found by trying all ten.
func complete(body string) string {
	for _, digit := range "0123456789" {
		if _, err := card.ParsePAN(body + string(digit)); err == nil {
			return body + string(digit)
		}
	}
	panic("no check digit fits")
}

func drawPAN(t *rapid.T) string {
	return complete(rapid.StringMatching(`[0-9]{12,18}`).Draw(t, "body"))
}

func parsePAN(t testing.TB, text string) card.PAN {
	pan, err := card.ParsePAN(text)
	if err != nil {
		t.Fatal(err)
	}
	return pan
}

func TestParsePANTakesNumbersAsPeopleTypeThem(t *testing.T) {
	for _, text := range []string{
		"4716047261941981", "4716 0472 6194 1981", "4716-0472-6194-1981", " 4716047261941981 ", "4716\u00a00472\u00a06194\u00a01981",
	} {
		if parsePAN(t, text).Digits() != "4716047261941981" {
			t.Errorf("%q gives other digits", text)
		}
	}
}

func TestParsePANRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", card.ErrNumber},
		{"    ", card.ErrNumber},
		{"471604726194", card.ErrNumber},
		{"47160472619419810000", card.ErrNumber},
		{"4716.0472.6194.1981", card.ErrNumber},
		{"4716O47261941981", card.ErrNumber},
		{"٤٧١٦٠٤٧٢٦١٩٤١٩٨١", card.ErrNumber},
		{"4716047261941981\n", card.ErrNumber},
		{"4716047261941982", card.ErrLuhn},
		{"4716047261941918", card.ErrLuhn},
	} {
		if pan, err := card.ParsePAN(c.text); err != c.want || pan != (card.PAN{}) {
			t.Errorf("ParsePAN(%q) error = %v, want %v", c.text, err, c.want)
		}
	}
}

func TestMaskOfTheRuling(t *testing.T) {
	for digits, want := range map[string]string{
		"4222222222222":       "4222-22XX-X222-2",
		"378282246310005":     "3782-82XX-XXX0-005",
		"4716047261941981":    "4716-04XX-XXXX-1981",
		"6224461234560021278": "6224-46XX-XXXX-XXX1-278",
	} {
		if got := parsePAN(t, digits).Mask(); got != want {
			t.Errorf("mask = %s, want %s", got, want)
		}
	}
}

func TestMaskShowsFirstSixAndLastFourOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := drawPAN(t)
		pan, _ := card.ParsePAN(digits)
		plain := strings.ReplaceAll(pan.Mask(), "-", "")
		hidden := strings.Repeat("X", len(digits)-10)
		if plain != digits[:6]+hidden+digits[len(digits)-4:] {
			t.Fatalf("mask = %s", pan.Mask())
		}
		for i, group := range strings.Split(pan.Mask(), "-") {
			if rest := len(digits) - 4*i; len(group) != min(4, rest) || rest <= 0 {
				t.Fatalf("mask = %s", pan.Mask())
			}
		}
	})
}

func TestLuhnNoticesEveryWrongDigitAndMostSwaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := []byte(drawPAN(t))
		i := rapid.IntRange(0, len(digits)-2).Draw(t, "place")

		wrong := append([]byte{}, digits...)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "change")))%10
		if _, err := card.ParsePAN(string(wrong)); err != card.ErrLuhn {
			t.Fatalf("one wrong digit: %v", err)
		}

		a, b := digits[i], digits[i+1]
		digits[i], digits[i+1] = b, a
		blind := a == b || a == '0' && b == '9' || a == '9' && b == '0'
		if _, err := card.ParsePAN(string(digits)); (err == nil) != blind {
			t.Fatalf("two neighbours exchanged: %v", err)
		}
	})
}

func TestPANsAreEqualWhenTheirDigitsAre(t *testing.T) {
	pan := parsePAN(t, "4716047261941981")
	if pan != parsePAN(t, "4716 0472 6194 1981") || pan == parsePAN(t, "4111111111111111") {
		t.Error("== does not follow the digits")
	}
	if zero := (card.PAN{}); zero.Digits() != "" || zero.Mask() != "" || zero.Brand() != card.UnknownBrand {
		t.Error("the zero PAN is not empty")
	}
}

func TestBrandFollowsTheFirstDigits(t *testing.T) {
	for prefix, want := range map[string]card.Brand{
		"4": card.Visa, "40": card.Visa, "49": card.Visa,
		"51": card.Mastercard, "55": card.Mastercard, "2221": card.Mastercard, "2500": card.Mastercard, "2720": card.Mastercard,
		"34": card.AmericanExpress, "37": card.AmericanExpress,
		"62": card.UnionPay, "81": card.UnionPay,
		"9860": card.Humo,
		"8600": card.Uzcard, "5614": card.Uzcard,
		"2220": card.UnknownBrand, "2721": card.UnknownBrand, "50": card.UnknownBrand, "5613": card.UnknownBrand, "36": card.UnknownBrand,
		"8601": card.UnknownBrand, "9861": card.UnknownBrand, "0": card.UnknownBrand,
	} {
		body := prefix + strings.Repeat("0", 15-len(prefix))
		if got := parsePAN(t, complete(body)).Brand(); got != want {
			t.Errorf("%s…: brand = %q, want %q", prefix, got, want)
		}
	}
}
