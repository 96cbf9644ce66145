package purchase

import (
	"errors"
	"strings"

	"tolem/internal/protocol/pg"
)

// Contact is how a payer can be reached, as typed on the page: an e-mail address, or
// the digits of a phone number with its country code. "" is neither.
type Contact string

// ErrContact is a text that is neither an e-mail address nor a phone number.
var ErrContact = errors.New("neither an e-mail address nor a phone number")

// ParseContact reads what was typed. A number that begins with 8, as in calls inside
// Kazakhstan or Russia, gets their country code.
func ParseContact(text string) (Contact, error) {
	text = strings.TrimSpace(text)
	if pg.IsEmail(text) {
		return Contact(text), nil
	}
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()-.\u00a0", r) {
			return -1
		}
		return r
	}, text)
	if len(number) == 11 && (strings.HasPrefix(number, "87") || strings.HasPrefix(number, "89")) {
		number = "7" + number[1:]
	}
	if number = strings.TrimPrefix(number, "+"); pg.IsPhone(number) {
		return Contact(number), nil
	}
	return "", ErrContact
}

// Payer tells how the payer can be reached: as the merchant said, or else the payer.
// What nobody knows is "".
func (r Row) Payer() (phone, email string) {
	t := r.Terms()
	switch phone, email = t.Phone, t.Email; {
	case phone != "" || email != "" || r.Contact == "":
	case strings.Contains(string(r.Contact), "@"):
		email = string(r.Contact)
	default:
		phone = string(r.Contact)
	}
	return phone, email
}
