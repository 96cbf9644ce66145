package merchantapi

import (
	"bytes"
	"cmp"
	"errors"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// amount is a pg_amount, 0.01 to 99999999 (01, 1.5).
type amount money.Amount

const (
	leastAmount money.Amount = 1
	mostAmount  money.Amount = 99999999_00
)

// UnmarshalText refuses with a codes.Reason.
func (a *amount) UnmarshalText(text []byte) error {
	minor, err := money.ParseAmount(string(text))
	switch {
	case errors.Is(err, money.ErrPrecision):
		return codes.TooManyDecimals
	case errors.Is(err, money.ErrSyntax):
		return codes.NotNumber
	case err != nil, minor < leastAmount, minor > mostAmount:
		return codes.Between("0.01", "99999999")
	}
	*a = amount(minor)
	return nil
}

// MarshalText writes it as money.Amount does.
func (a amount) MarshalText() ([]byte, error) { return money.Amount(a).MarshalText() }

// currency is a pg_currency that the protocol knows (01, 1.5).
type currency money.Currency

// UnmarshalText refuses with a codes.Reason.
func (c *currency) UnmarshalText(text []byte) error {
	known, ok := money.ParseCurrency(string(text))
	if !ok {
		return codes.UnknownValue
	}
	*c = currency(known)
	return nil
}

// or is the currency, or the merchant's own when the call names none.
func (c currency) or(own money.Currency) money.Currency { return cmp.Or(money.Currency(c), own) }

// address is a pg_user_ip. Nothing is done with it yet but to look at its form.
type address netip.Addr

// UnmarshalText takes IPv4 and IPv6.
func (a *address) UnmarshalText(text []byte) error {
	parsed, err := netip.ParseAddr(string(text))
	if err != nil {
		return codes.BadPattern
	}
	*a = address(parsed)
	return nil
}

// moment is a pg_order_time_limit: a date and time without a zone. In gives it
// the installation's one (R54).
type moment struct{ civil time.Time }

// UnmarshalText takes "2006-01-02 15:04:05", padded or not (R15).
func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse("2006-1-2 15:4:5", string(text)) // takes fractions of seconds too, which the format has not
	if err != nil || t.Year() < 1 || bytes.ContainsAny(text, ".,") {
		return codes.BadDate
	}
	m.civil = t
	return nil
}

// In is the instant at which a clock of the zone shows the moment. Up to 1970 it is a
// second later: the zero time, and what is stored as it is, would be no limit.
func (m moment) In(zone *time.Location) time.Time {
	c := m.civil
	at, first := time.Date(c.Year(), c.Month(), c.Day(), c.Hour(), c.Minute(), c.Second(), 0, zone), time.Unix(1, 0)
	if at.Before(first) {
		at = first
	}
	return at.UTC()
}

// alias is a bank's name as bank_alias shows it: its letters and digits, small.
func alias(bank string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, bank)
}

// validIBAN checks the two check digits of an IBAN by ISO 13616 (mod 97 = 1).
func validIBAN(iban string) bool {
	remainder := 0
	for _, c := range iban[4:] + iban[:4] {
		if c >= 'A' && c <= 'Z' {
			remainder = remainder*100 + int(c-'A'+10)
		} else {
			remainder = remainder*10 + int(c-'0')
		}
		remainder %= 97
	}
	return remainder == 1
}
