package money

import "math/bits"

// Tariff is what a merchant pays for an operation: a share of the amount plus
// a fixed sum.
type Tariff struct {
	// Share is in hundredths of a percent: 290 is 2.9 %.
	Share int64 `json:"share,omitempty"`
	// Fixed is in minor units.
	Fixed Amount `json:"fixed,omitempty"`
}

// Fee is the tariff for an amount, rounded half up to a minor unit (02, D.2).
// Amount, Share and Fixed must not be negative; Share is at most 10,000.
func (t Tariff) Fee(amount Amount) Amount {
	high, low := bits.Mul64(uint64(amount), uint64(t.Share))
	low, carry := bits.Add64(low, 5000, 0)
	share, _ := bits.Div64(high+carry, low, 10000)
	return Amount(share) + t.Fixed
}
