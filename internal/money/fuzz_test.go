package money

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// FuzzParseAmount: what is read is exactly what is written, as rational numbers see it, and writes itself back.
func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"25", "0.10", "150.5000", "92233720368547758.07", "1e3", "-1", "٣", ".5", "5.", "0.001", "00.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := ParseAmount(text)
		if !decimal.MatchString(text) {
			if err == nil {
				t.Fatalf("%q is read as %d", text, amount)
			}
			return
		}
		_, decimals, _ := strings.Cut(text, ".")
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Skip()
		}
		exact.Mul(exact, big.NewRat(100, 1))
		if err != nil {
			if len(strings.TrimRight(decimals, "0")) <= 2 && exact.Cmp(big.NewRat(1e17, 1)) < 0 {
				t.Fatalf("%q is refused: %v", text, err)
			}
			return
		}
		if amount < 0 || exact.Cmp(big.NewRat(int64(amount), 1)) != 0 {
			t.Fatalf("%q is read as %d", text, amount)
		}
		for _, again := range []string{amount.String(), amount.Fixed()} {
			if back, err := ParseAmount(again); err != nil || back != amount {
				t.Fatalf("%d is written %s and read as %d, %v", amount, again, back, err)
			}
		}
	})
}
