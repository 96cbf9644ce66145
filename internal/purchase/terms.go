package purchase

import (
	"encoding/json"
	"time"

	"tolem/internal/callback"
	"tolem/internal/money"
	"tolem/internal/protocol/pg"
)

// Terms are what a merchant asks for and nothing ever changes: who is told and
// where, and what the page should be like. URLs are empty where neither the call
// nor the shop's settings name one.
type Terms struct {
	Description string `json:"description"`
	Language    string `json:"language,omitempty"`
	Framed      bool   `json:"framed,omitempty"`
	Method      string `json:"method,omitempty"`    // the only one offered, "" for all of the shop's
	Challenge   bool   `json:"challenge,omitempty"` // 3-D Secure even for cards that do not need it
	Phone       string `json:"phone,omitempty"`
	Email       string `json:"email,omitempty"`
	NotifyPhone bool   `json:"notify_phone,omitempty"` // flags that are only echoed
	NotifyEmail bool   `json:"notify_email,omitempty"`

	CheckURL   string   `json:"check_url,omitempty"`
	ResultURL  string   `json:"result_url,omitempty"`
	RefundURL  string   `json:"refund_url,omitempty"`
	CaptureURL string   `json:"capture_url,omitempty"`
	SiteURL    string   `json:"site_url,omitempty"`
	Form       CallForm `json:"form,omitempty"` // of check, result, refund and capture

	Success Return `json:"success"`
	Failure Return `json:"failure"`
	State   Return `json:"state"` // while the outcome is not known
	// ReturnAfter is how long the result page stays, in seconds.
	ReturnAfter int64 `json:"return_after,omitempty"`

	// Least and Most bound an amount that the payer chooses, minor units; Most is 0
	// when the merchant has named the amount.
	Least money.Amount `json:"least,omitempty"`
	Most  money.Amount `json:"most,omitempty"`
	// Suggested is what the merchant proposes to a payer who chooses, 0 for nothing.
	Suggested money.Amount `json:"suggested,omitempty"`
	// Tariff is what the merchant pays for the purchase.
	Tariff money.Tariff `json:"tariff"`
	// Recurring is for how many months the card may be charged again, 0 for never.
	Recurring int64 `json:"recurring,omitempty"`
	// Echo are pg_param1 to 3 and the merchant's own fields.
	Echo    []Echoed   `json:"echo,omitempty"`
	Receipt []Position `json:"receipt,omitempty"`
}

// CallForm is how a merchant wants to be called (R38): POST, GET or XML.
type CallForm string

// The forms.
const (
	ByPost CallForm = "POST"
	ByGet  CallForm = "GET"
	ByXML  CallForm = "XML"
)

// Return is where a payer's browser goes in the end, and how: GET or POST (2.13).
type Return struct {
	URL  string `json:"url,omitempty"`
	Post bool   `json:"post,omitempty"`
}

// Echoed is a field that the merchant gets back as it sent it.
type Echoed struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Position is a line of a receipt (2.11). Price is for one, in minor units. TaxType
// is a number whose meaning depends on country and date (R19), -1 when not given.
type Position struct {
	Count   int64        `json:"count"`
	Name    string       `json:"name"`
	Price   money.Amount `json:"price"`
	TaxType int64        `json:"tax_type"`
	Unit    int64        `json:"unit,omitempty"`
	GTIN    string       `json:"gtin,omitempty"`
	NTIN    string       `json:"ntin,omitempty"`
	Marks   []string     `json:"marks,omitempty"`
}

// Sum is count times price.
func (p Position) Sum() money.Amount { return money.Amount(p.Count) * p.Price }

// text is the terms as they are kept.
func (t Terms) text() (string, error) {
	text, err := json.Marshal(t)
	return string(text), err
}

// echo adds the merchant's own fields to a message.
func (t Terms) echo(m pg.Message) pg.Message {
	for _, e := range t.Echo {
		if !m.Has(e.Name) {
			m = m.With(e.Name, e.Value)
		}
	}
	return m
}

// form is how callbacks of the purchase travel.
func (t Terms) form() (callback.Form, string) {
	switch t.Form {
	case ByXML:
		return callback.XML, "POST"
	case ByGet:
		return callback.Fields, "GET"
	}
	return callback.Fields, "POST"
}

// Times of a purchase (2.2, 2.4).
const (
	// Lifetime is how long a purchase may be paid unless the merchant says otherwise.
	Lifetime = 24 * time.Hour
	// HoldLife is how long a hold waits for a capture or a cancel before all of it
	// is captured.
	HoldLife = 5 * 24 * time.Hour
	// RefundLife is how long after the payment money can be given back (11054).
	RefundLife = 180 * 24 * time.Hour
)
