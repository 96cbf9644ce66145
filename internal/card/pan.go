package card

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// PAN is a primary account number: 13 to 19 digits with a right check digit (R17). The zero PAN is no number at all.
//
// Two PANs are equal under == when their digits are. Whatever prints, logs or marshals a PAN gets its [PAN.Mask]. The digits are
// kept behind a pointer because fmt does not call the methods of unexported fields: there it prints an address.
type PAN struct{ digits unique.Handle[string] }

var separators = strings.NewReplacer(" ", "", "\u00a0", "", "-", "")

// ParsePAN reads a card number as people type it, with spaces and dashes. Its errors are [ErrNumber] and [ErrLuhn].
func ParsePAN(text string) (PAN, error) {
	digits := separators.Replace(text)
	if !isDigits(digits, 13, 19) {
		return PAN{}, ErrNumber
	}
	if !luhn(digits) {
		return PAN{}, ErrLuhn
	}
	return PAN{unique.Make(digits)}, nil
}

// Digits returns the number itself, the only way to it: for the vault and for the bank.
func (p PAN) Digits() string {
	if p == (PAN{}) {
		return ""
	}
	return p.digits.Value()
}

// Mask returns the number as merchants see it: the digits between the first six and the last four replaced by X, a dash after every
// fourth character: 4716-04XX-XXXX-1981 (R16).
func (p PAN) Mask() string {
	digits := p.Digits()
	var mask strings.Builder
	for i := range len(digits) {
		if i > 0 && i%4 == 0 {
			mask.WriteByte('-')
		}
		if i < 6 || i >= len(digits)-4 {
			mask.WriteByte(digits[i])
		} else {
			mask.WriteByte('X')
		}
	}
	return mask.String()
}

// Equal is == for go-cmp.
func (p PAN) Equal(q PAN) bool { return p == q }

// String returns the mask.
func (p PAN) String() string { return p.Mask() }

// Format writes the mask whatever the verb and flags.
func (p PAN) Format(state fmt.State, _ rune) { io.WriteString(state, p.Mask()) }

// LogValue returns the mask.
func (p PAN) LogValue() slog.Value { return slog.StringValue(p.Mask()) }

// MarshalText returns the mask; JSON and XML use it too.
func (p PAN) MarshalText() ([]byte, error) { return []byte(p.Mask()), nil }

func isDigits(text string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}
