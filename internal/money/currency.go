package money

import "strings"

// Currency is an ISO 4217 letter code that the protocol knows (01, 1.5).
type Currency string

// KZT is the tenge, the currency a merchant has unless told otherwise.
const KZT Currency = "KZT"

const known = " KZT RUB USD UZS KGS EUR HKD GBP AED CNY KRW INR THB UAH AMD BYN PLN CZK AZN GEL TJS CAD MDL TRY "

// ParseCurrency reads a currency code; RUR is an old name of RUB. The second
// result is false when the protocol does not know the code.
func ParseCurrency(text string) (Currency, bool) {
	if text == "RUR" {
		text = "RUB"
	}
	ok := len(text) == 3 && !strings.Contains(text, " ") && strings.Contains(known, " "+text+" ")
	return Currency(text), ok
}

// Money is an amount of a currency.
type Money struct {
	Amount   Amount
	Currency Currency
}

func (m Money) String() string { return m.Amount.Fixed() + " " + string(m.Currency) }
