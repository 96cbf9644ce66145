package wallet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tolem/internal/card"
	"tolem/internal/protocol/codes"
)

// specimens open the tokens of test payments: those of Google Pay whose
// protocolVersion, and those of Apple Pay whose version, is TEST (04, 3.2). What is
// sealed in a real token is in the clear in these, as the wallet's own documents spell
// it; one that has nothing there, or no card, stands for a card with which all goes well.
// Any other token needs keys.
type specimens struct{}

const (
	testVersion = "TEST"
	standIn     = "4111111111111111" // R33
)

// envelope is a token of either wallet.
type envelope struct {
	ProtocolVersion string `json:"protocolVersion"` // Google Pay
	SignedMessage   string `json:"signedMessage"`
	Version         string `json:"version"` // Apple Pay
	Data            string `json:"data"`
}

// content is what is in the envelope of either wallet, and of use here.
type content struct {
	Details struct {
		PAN   string `json:"pan"`
		Month int    `json:"expirationMonth"`
		Year  int    `json:"expirationYear"`
	} `json:"paymentMethodDetails"` // Google Pay
	PAN    string `json:"applicationPrimaryAccountNumber"` // Apple Pay
	Expiry string `json:"applicationExpirationDate"`       // YYMMDD
	Holder string `json:"cardholderName"`
}

// Open is Keys.
func (specimens) Open(_ context.Context, t Token, now time.Time) (Card, *codes.Refusal, error) {
	unreadable := codes.Invalid(t.Kind.Field(), codes.Malformed)
	var e envelope
	if err := json.Unmarshal([]byte(t.Text()), &e); err != nil {
		return Card{}, unreadable, nil
	}
	version, inside := e.ProtocolVersion, e.SignedMessage
	if t.Kind == ApplePay {
		version, inside = e.Version, e.Data
	}
	if version != testVersion {
		return Card{}, noKeys(), nil
	}
	var c content
	if inside != "" {
		if err := json.Unmarshal([]byte(inside), &c); err != nil {
			return Card{}, unreadable, nil
		}
	}
	found, err := c.card(t.Kind, now)
	if err != nil {
		return Card{}, unreadable, nil
	}
	return found, nil, nil
}

// card is the card that the content names, or the one that stands in.
func (c content) card(k Kind, now time.Time) (found Card, err error) {
	number, month, year := c.Details.PAN, c.Details.Month, c.Details.Year
	if k == ApplePay {
		until, _ := time.Parse("060102", c.Expiry)
		number, month, year = c.PAN, int(until.Month()), until.Year()
	}
	if number == "" {
		number, month, year = standIn, 12, now.Year()+1
	}
	found.Holder, _ = card.ParseHolder(c.Holder, 1) // a name that no card can bear is left out
	if found.PAN, err = card.ParsePAN(number); err == nil {
		found.Expiry, err = card.ParseExpiry(fmt.Sprintf("%02d/%d", month, year))
	}
	return found, err
}
