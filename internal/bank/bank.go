// Package bank is the port to the outside: what the platform asks of an
// acquirer or a processing centre, and what it may be told. Connectors live in
// packages below it; what an answer means for a payment is decided elsewhere.
package bank

import (
	"context"
	"time"

	"tolem/internal/card"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// Outcome is what the bank knows of an operation.
type Outcome int

// The outcomes. There is none for "no answer": that is an error.
const (
	Approved Outcome = iota + 1
	Declined
	Pending  // the bank has it and has not decided
	NotFound // the bank has never seen this reference
)

// Answer is what the bank said.
type Answer struct {
	Outcome   Outcome
	Code      codes.Code    // why, when Declined
	Reference string        // the bank's own, 12 digits, when it gave one
	AuthCode  string        // 6 digits, of a charge that is Approved
	AskAgain  time.Duration // when Pending: the bank's advice when to inquire, 0 for none
}

// Account is a recipient's bank account.
type Account struct {
	IBAN string `json:"iban"`
	BIC  string `json:"bic"`
	Name string `json:"name"`
	IIN  string `json:"iin"`
	KBE  string `json:"kbe"`
	KNP  string `json:"knp"`
}

// Credit sends money to a card, or to an account when Account is set.
// Reference is ours and stable: the bank takes a second credit with the same
// reference for the same one.
type Credit struct {
	Reference   string
	Money       money.Money
	Description string
	Card        card.PAN
	Account     *Account
}

// Verification checks a card by holding a small amount on it and letting it
// go at once. CVC is zero when 3-D Secure has vouched for the payer.
type Verification struct {
	Reference string
	Currency  money.Currency
	Card      card.PAN
	Holder    string
	Expiry    card.Expiry
	CVC       card.CVC
}

// Issuer is who gave out a card.
type Issuer struct {
	Bank    string
	Country string // ISO 3166 alpha-2
}

// CallLimit bounds one call. Once it has passed, no call can still be on its way,
// and a bank that does not know our reference never will.
const CallLimit = 8 * time.Second

// Bank is a connection to the outside. An error of any method means that its
// outcome is unknown: the caller inquires, it never repeats.
type Bank interface {
	// Credit sends money once.
	Credit(ctx context.Context, c Credit) (Answer, error)
	// Charge authorises a purchase once, and takes its money when Capture is set.
	Charge(ctx context.Context, c Charge) (Answer, error)
	// Follow does something with an authorised charge, once.
	Follow(ctx context.Context, f Follow) (Answer, error)
	// Inquire asks what became of the credit, charge or follow-up with our
	// reference. NotFound is binding once CallLimit has passed since it was last
	// sent.
	Inquire(ctx context.Context, reference string) (Answer, error)
	// Enrolled tells whether the card takes part in 3-D Secure.
	Enrolled(ctx context.Context, pan card.PAN) (bool, error)
	// Verify checks a card without moving money: Approved or Declined.
	Verify(ctx context.Context, v Verification) (Answer, error)
	// Issuer names the issuer; unknown ones are the zero Issuer.
	Issuer(pan card.PAN) Issuer
}
