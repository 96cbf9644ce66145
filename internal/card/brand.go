package card

// Brand is a payment system's two letters in messages (R16).
type Brand string

// The brands that card numbers tell. UnknownBrand is a number of none of them.
const (
	UnknownBrand    Brand = ""
	Visa            Brand = "VI"
	Mastercard      Brand = "MC"
	AmericanExpress Brand = "AX"
	UnionPay        Brand = "UP"
	Humo            Brand = "HU"
	Uzcard          Brand = "UZ"
)

// iins lists the issuer identification numbers of each brand as ranges of leading digits, both ends included and of equal length.
// No two ranges overlap.
var iins = []struct {
	first, last string
	brand       Brand
}{
	{"2221", "2720", Mastercard},
	{"34", "34", AmericanExpress},
	{"37", "37", AmericanExpress},
	{"4", "4", Visa},
	{"51", "55", Mastercard},
	{"5614", "5614", Uzcard},
	{"62", "62", UnionPay},
	{"81", "81", UnionPay},
	{"8600", "8600", Uzcard},
	{"9860", "9860", Humo},
}

// Brand returns the payment system that the first digits of the number belong to.
func (p PAN) Brand() Brand {
	digits := p.Digits()
	for _, iin := range iins {
		if n := len(iin.first); len(digits) >= n && iin.first <= digits[:n] && digits[:n] <= iin.last {
			return iin.brand
		}
	}
	return UnknownBrand
}
