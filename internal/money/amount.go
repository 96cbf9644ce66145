package money

import (
	"errors"
	"math"
	"strconv"
)

// Amount is a sum in minor units: hundredths of whatever currency stands
// beside it. The protocol knows two decimals for every currency (R14).
type Amount int64

// Errors of ParseAmount.
var (
	ErrSyntax    = errors.New("not a decimal number")
	ErrPrecision = errors.New("more than two decimals")
	ErrRange     = errors.New("amount too large")
)

// ParseAmount reads a non-negative decimal with a dot and at most two
// significant decimals; further zeros are tolerated, as in "150.5000" (R14).
// It returns ErrSyntax, ErrPrecision or ErrRange.
func ParseAmount(text string) (Amount, error) {
	const limit = math.MaxInt64/10 - 1
	var minor int64
	digits, decimals, dot := 0, 0, false
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '.' && !dot:
			dot = true
		case c < '0' || c > '9':
			return 0, ErrSyntax
		case dot && decimals == 2:
			if c != '0' {
				return 0, ErrPrecision
			}
		default:
			if minor > limit {
				return 0, ErrRange
			}
			minor = minor*10 + int64(c-'0')
			digits++
			if dot {
				decimals++
			}
		}
	}
	if digits == 0 || digits == decimals || text[len(text)-1] == '.' {
		return 0, ErrSyntax
	}
	for ; decimals < 2; decimals++ {
		if minor > limit {
			return 0, ErrRange
		}
		minor *= 10
	}
	return Amount(minor), nil
}

// String gives the shortest decimal: "1500", "19.3", "-40" (R14).
func (a Amount) String() string {
	text := a.Fixed()
	switch {
	case text[len(text)-2:] == "00":
		return text[:len(text)-3]
	case text[len(text)-1] == '0':
		return text[:len(text)-1]
	}
	return text
}

// Fixed gives two decimals always: "484850.00" (R14: balances, notify amounts).
func (a Amount) Fixed() string {
	buf := make([]byte, 0, 24)
	minor := uint64(a)
	if a < 0 {
		buf = append(buf, '-')
		minor = -minor
	}
	buf = strconv.AppendUint(buf, minor/100, 10)
	cents := minor % 100
	return string(append(buf, '.', byte('0'+cents/10), byte('0'+cents%10)))
}

// MarshalText writes the shortest decimal.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAmount.
func (a *Amount) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAmount(string(text))
	return err
}
