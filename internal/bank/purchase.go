package bank

import (
	"tolem/internal/card"
	"tolem/internal/money"
)

// Charge asks the acquirer to authorise a purchase, and to take the money at once
// when Capture is set (one-step). Reference is ours and stable: the bank takes a
// second charge with the same reference for the same one. CVC is zero when 3-D
// Secure has vouched for the payer, and for cards that are saved or in a wallet.
type Charge struct {
	Reference   string
	Money       money.Money
	Description string
	Card        card.PAN
	Holder      string
	Expiry      card.Expiry
	CVC         card.CVC
	Secure      bool // 3-D Secure has vouched for the payer
	Capture     bool
}

// Follow does something with an authorised charge. Reference is that of this
// operation, ours and stable as a charge's is.
type Follow struct {
	Reference string
	Charge    string // Reference of the charge
	Action    Action
	Money     money.Money // in the charge's currency
}

// Action is what is done with a charge.
type Action string

// The actions.
const (
	Capture Action = "capture" // takes at most what was authorised, once; the rest is released
	Reverse Action = "reverse" // releases all that was authorised; nothing of it was captured
	Refund  Action = "refund"  // gives back at most what was captured, also in parts
)
