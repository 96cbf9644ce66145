package money

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAmountReadsWhatTheProtocolAllows(t *testing.T) {
	for text, want := range map[string]Amount{
		"25": 2500, "25.00": 2500, "0.01": 1, "19.3": 1930, "150.5000": 15050,
		"99999999": 9999999900, "0": 0, "007": 700, "0.10": 10, "92233720368547758": 0,
	} {
		got, err := ParseAmount(text)
		if text == "92233720368547758" {
			if !errors.Is(err, ErrRange) {
				t.Errorf("ParseAmount(%q): %v, want ErrRange", text, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("ParseAmount(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"": ErrSyntax, ".": ErrSyntax, ".5": ErrSyntax, "5.": ErrSyntax, "1.2.3": ErrSyntax, "-1": ErrSyntax,
		"+1": ErrSyntax, "1e3": ErrSyntax, "1,5": ErrSyntax, " 1": ErrSyntax, "0x1": ErrSyntax, "١": ErrSyntax,
		"0.001": ErrPrecision, "1.999": ErrPrecision, "99999999999999999999": ErrRange,
	} {
		if got, err := ParseAmount(text); !errors.Is(err, want) {
			t.Errorf("ParseAmount(%q) = %d, %v; want %v", text, got, err, want)
		}
	}
}

func TestAmountTextForms(t *testing.T) {
	for minor, want := range map[Amount][2]string{
		150000: {"1500", "1500.00"}, 1930: {"19.3", "19.30"}, -4000: {"-40", "-40.00"},
		1: {"0.01", "0.01"}, 0: {"0", "0.00"}, -1: {"-0.01", "-0.01"},
		-9223372036854775808: {"-92233720368547758.08", "-92233720368547758.08"},
	} {
		if minor.String() != want[0] || minor.Fixed() != want[1] {
			t.Errorf("%d: %s, %s; want %v", int64(minor), minor, minor.Fixed(), want)
		}
	}
}

func TestAmountTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Amount(rapid.Int64Range(0, 1<<53).Draw(t, "minor"))
		for _, text := range []string{amount.String(), amount.Fixed(), amount.Fixed() + "00"} {
			if got, err := ParseAmount(text); err != nil || got != amount {
				t.Fatalf("%q read as %d, %v; want %d", text, got, err, amount)
			}
		}
	})
}

func TestFeeRoundsHalfUp(t *testing.T) {
	for _, c := range []struct {
		tariff Tariff
		amount Amount
		want   Amount
	}{
		{Tariff{}, 1500000, 0},
		{Tariff{Share: 100}, 1500000, 15000},
		{Tariff{Share: 290}, 10000, 290},
		{Tariff{Share: 50}, 100, 1},
		{Tariff{Share: 49}, 100, 0},
		{Tariff{Share: 600, Fixed: 5000}, 500000, 35000},
	} {
		if got := c.tariff.Fee(c.amount); got != c.want {
			t.Errorf("%+v of %d: %d, want %d", c.tariff, c.amount, got, c.want)
		}
	}
}

func TestFeeAgreesWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<60).Draw(t, "amount")
		share := rapid.Int64Range(0, 10000).Draw(t, "share")
		exact := new(big.Int).Mul(big.NewInt(amount), big.NewInt(share))
		exact.Add(exact, big.NewInt(5000)).Div(exact, big.NewInt(10000))
		if got := (Tariff{Share: share}).Fee(Amount(amount)); int64(got) != exact.Int64() {
			t.Fatalf("fee %d, exact %s", got, exact)
		}
	})
}

func TestParseCurrency(t *testing.T) {
	for text, want := range map[string]Currency{"KZT": "KZT", "RUR": "RUB", "TRY": "TRY"} {
		if got, ok := ParseCurrency(text); !ok || got != want {
			t.Errorf("ParseCurrency(%q) = %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "kzt", "XXX", "T R", "KZ", "KZTX", " KZ"} {
		if _, ok := ParseCurrency(text); ok {
			t.Errorf("ParseCurrency(%q) accepted", text)
		}
	}
}
