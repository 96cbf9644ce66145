package card

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// CVC is the security code of a card, 3 or 4 digits. It lives in memory until the bank has answered: it prints as ***, and a
// message or a record that holds one cannot be marshalled (S6).
type CVC struct{ digits unique.Handle[string] }

const hiddenCVC = "***"

var errMarshalCVC = errors.New("card: a security code is never stored")

// ParseCVC reads a security code; its error is [ErrCVC].
func ParseCVC(text string) (CVC, error) {
	digits := strings.TrimSpace(text)
	if !isDigits(digits, 3, 4) {
		return CVC{}, ErrCVC
	}
	return CVC{unique.Make(digits)}, nil
}

// Digits returns the code itself, for the bank only; "" for the zero CVC.
func (c CVC) Digits() string {
	if c == (CVC{}) {
		return ""
	}
	return c.digits.Value()
}

// Equal is == for go-cmp.
func (c CVC) Equal(d CVC) bool { return c == d }

// String returns ***.
func (CVC) String() string { return hiddenCVC }

// Format writes *** whatever the verb and flags.
func (CVC) Format(state fmt.State, _ rune) { io.WriteString(state, hiddenCVC) }

// LogValue returns ***.
func (CVC) LogValue() slog.Value { return slog.StringValue(hiddenCVC) }

// MarshalText fails, and with it every encoding of a value that holds a CVC.
func (CVC) MarshalText() ([]byte, error) { return nil, errMarshalCVC }
