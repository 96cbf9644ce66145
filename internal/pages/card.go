package pages

import (
	"fmt"
	"strings"
)

// Names of the form fields the pages post. Every form posts FieldLang as well, the language it was shown in.
const (
	FieldNumber   = "number"    // card number as typed: digits with spaces or hyphens between them
	FieldHolder   = "holder"    // name on the card
	FieldExpiry   = "expiry"    // "MM/YY" as typed, perhaps with spaces or a four-digit year
	FieldCVC      = "cvc"       // 3 or 4 digits
	FieldSavedCVC = "saved_cvc" // the same of a saved card
	FieldCode     = "code"      // one-time code of the 3-D Secure page
	FieldAmount   = "amount"    // of AmountForm, as typed
	FieldContact  = "contact"   // an e-mail address or a phone number, as typed
	FieldMethod   = "method"    // a Method
	FieldSaved    = "saved"     // Key of the saved card to pay with; empty for a card that is typed
	FieldSave     = "save"      // present when the payer wants the card kept
	FieldCancel   = "cancel"    // present when the payer pressed cancel
	FieldLang     = "lang"      // also the query parameter of the language switch
)

// Brand is a card brand, as the protocol abbreviates it (R16).
type Brand string

// The brands there is a mark for; any other is not shown.
const (
	Visa            Brand = "VI"
	Mastercard      Brand = "MC"
	AmericanExpress Brand = "AX"
	UnionPay        Brand = "UP"
	Humo            Brand = "HU"
	Uzcard          Brand = "UZ"
)

var brandNames = map[Brand]string{
	Visa: "Visa", Mastercard: "Mastercard", AmericanExpress: "American Express", UnionPay: "UnionPay", Humo: "Humo", Uzcard: "Uzcard",
}

// Values are what the payer typed, to be shown again in the answer to a post that had mistakes, and nowhere else. The number is
// repeated so that a single wrong digit can be corrected: it goes back to the browser that sent it, in the field's value, under
// no-store. There is no place for a CVC, which must be typed again. A Values prints and marshals without card data.
type Values struct {
	Number string `json:"-"`
	Holder string `json:"-"`
	Expiry string `json:"-"`
}

// Format implements fmt.Formatter: whatever the verb, no card data.
func (Values) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte("[card data]")) }

// Problem is a mistake in a form. Each belongs to one field and is explained beside it.
type Problem string

// The mistakes a form can show.
const (
	NumberMissing     Problem = "number-missing"
	NumberWrong       Problem = "number-wrong"       // not 13 to 19 digits, or the check digit does not fit
	NumberUnsupported Problem = "number-unsupported" // a brand that is not accepted here
	HolderMissing     Problem = "holder-missing"
	HolderWrong       Problem = "holder-wrong"
	ExpiryMissing     Problem = "expiry-missing"
	ExpiryWrong       Problem = "expiry-wrong" // not a month and a year
	ExpiryPast        Problem = "expiry-past"
	CVCMissing        Problem = "cvc-missing"
	CVCWrong          Problem = "cvc-wrong"
	SavedCVCMissing   Problem = "saved_cvc-missing"
	SavedCVCWrong     Problem = "saved_cvc-wrong"
	AmountMissing     Problem = "amount-missing"
	AmountWrong       Problem = "amount-wrong"   // not a number
	AmountTooFine     Problem = "amount-toofine" // more decimals than the currency has
	AmountTooLow      Problem = "amount-toolow"
	AmountTooHigh     Problem = "amount-toohigh"
	ContactMissing    Problem = "contact-missing"
	ContactWrong      Problem = "contact-wrong" // neither an e-mail address nor a phone number
)

// field is the form field the problem belongs to.
func (p Problem) field() string {
	name, _, _ := strings.Cut(string(p), "-")
	return name
}
