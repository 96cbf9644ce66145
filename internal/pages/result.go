package pages

import (
	"strconv"
	"time"
)

// Operation is what a Result is about.
type Operation int

// The operations with a page of their own.
const (
	CardBinding       Operation = iota + 1 // a card to pay with is saved
	PayoutCardBinding                      // a card to receive payouts is saved
	Payout                                 // money is sent to a card
	Purchase                               // a shop is paid
)

// Outcome is how far an operation has come.
type Outcome int

// The outcomes a Result can show. The last four are of a Purchase only.
const (
	Succeeded Outcome = iota + 1
	Failed
	InProcess // the bank has not answered yet: the page asks for itself again
	Expired   // nobody acted in time
	Held      // the money is reserved for the shop
	Cancelled // by the payer or the shop, before anything was paid
	Refused   // by the shop: nothing was paid, or it goes back
	Returned  // all of the money is given back, or no longer reserved
)

var outcomeMarks = map[Outcome]string{
	Succeeded: "success", Failed: "failure", InProcess: "process", Expired: "expired", Held: "held", Cancelled: "cancelled",
	Refused: "failure", Returned: "returned",
}

// Result shows the outcome of an operation, with a way back to the shop. Where the outcome is a redirect, the handler answers
// with it and no Result is drawn.
type Result struct {
	Frame
	Operation Operation
	Outcome   Outcome
	// Code is the protocol's error code of a failure. The payer reads its meaning and the number itself; a code without a text of
	// its own reads "declined".
	Code int
	// Said is why the shop refused, in its own words; for Refused. It is shown as plain text.
	Said string
	// Amount, Description, Order (the shop's number), Card (a mask as in R16) and PaymentID are shown when they are set.
	Amount      Money
	Description string
	Order       string
	Card        string
	PaymentID   int64
	// Return replaces the button to BackLink. It goes by itself, but for that of a page in process.
	Return Return
}

// again is how soon a page in process asks for itself again, in whole seconds.
const again = 4 * time.Second

func (r Result) content(w *words) content {
	said := w.Outcomes[r.Operation][r.Outcome]
	view := resultView{
		Mark:  outcomeMarks[r.Outcome],
		Title: said.Title,
		Text:  fill(said.Text, "merchant", r.merchantOr(w.TheShop)),
	}
	shown := content{template: "result", title: said.Title}
	var code string
	switch r.Outcome {
	case InProcess:
		shown.refresh, shown.waits = refresh(again, r.self()), true
		view.Again, view.Note = wholeSeconds(again), w.Refreshes
	case Failed:
		if r.Code != 0 {
			code, view.Reason = strconv.Itoa(r.Code), w.decline(r.Code)
		}
	case Refused:
		view.Said = clean(r.Said)
	}
	view.Return = r.Return.view(w, shown.waits)
	switch back := view.Return; {
	case back == nil:
	case back.Post:
		shown.post = back.Address
	case !shown.waits:
		shown.refresh = refresh(r.Return.After, back.Address)
	}
	view.Facts = facts(
		fact{w.Amount, r.Amount.in(w)},
		fact{w.Description, clean(r.Description)},
		fact{w.Order, clean(r.Order)},
		fact{w.Card, maskText(r.Card)},
		fact{w.Reference, reference(r.PaymentID)},
		fact{w.Code, code},
	)
	shown.view = view
	return shown
}

// NoticeKind is the reason for a Notice.
type NoticeKind int

// The reasons for a Notice.
const (
	NotFound        NoticeKind = iota + 1 // no page under this address
	PageExpired                           // the page was used or its time is over
	Unavailable                           // we cannot work now
	TooManyRequests                       // slow down
)

// Notice says why there is no page to show.
type Notice struct {
	Frame
	Kind NoticeKind
}

func (n Notice) content(w *words) content {
	said := w.Notices[n.Kind]
	return content{template: "result", title: said.Title, view: resultView{Mark: "notice", Title: said.Title, Text: said.Text}}
}

// resultView is what views/result.html shows.
type resultView struct {
	Mark   string // one of outcomeMarks, or notice: the drawing above the title
	Title  string
	Reason string
	Said   string // by the shop
	Text   string
	Facts  []fact
	Note   string
	Again  string // the script asks again after so many seconds
	Return *returnView
}

// reference is a payment number for a list of facts; zero is none.
func reference(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
