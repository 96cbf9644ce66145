package card

// Error is what is wrong with one field of a card. It never repeats the field's value, so that it can be shown and logged; a page
// compares it with the constants below to say in the payer's language what to do.
type Error string

// The errors of this package. ErrExpired is for the caller of [Expiry.Valid]; the others come from the parsers.
const (
	ErrNumber      Error = "the card number must have 13 to 19 digits"
	ErrLuhn        Error = "the card number has a mistyped digit"
	ErrExpiry      Error = "the expiry date must be a month and a year, MM/YY"
	ErrExpired     Error = "the card has expired"
	ErrCVC         Error = "the security code must have 3 or 4 digits"
	ErrHolder      Error = "the holder's name must be written in Latin letters"
	ErrHolderWords Error = "the holder's name must have a first and a last name"
)

func (e Error) Error() string { return string(e) }
