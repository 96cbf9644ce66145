package pages

// Trouble is why a payment did not begin although every field was right. It stands above the form, so that the payer can try
// again. The zero value is no trouble.
type Trouble struct {
	Kind TroubleKind
	// Said is what the shop answered to its check (spec 01, 2.15), for ShopRefused. It is shown as plain text, as the shop's words.
	Said string
	// Code is the protocol's error code, for CardDeclined.
	Code int
}

// TroubleKind is the kind of a Trouble.
type TroubleKind int

// The kinds of Trouble. In none of them has money been taken.
const (
	ShopRefused   TroubleKind = iota + 1 // the shop refused the payment when it was asked
	ShopSilent                           // the shop did not answer, or nothing that can be understood
	CardDeclined                         // the bank declined, and another card may be tried
	CardGone                             // the saved card that was chosen cannot be used any more
	TriedTooSoon                         // there were many tries in a short time
	TriedTooOften                        // there were as many tries as a payment has
)

func (t Trouble) alert(w *words, merchant string) alert {
	said, ok := w.Troubles[t.Kind]
	if !ok {
		return alert{}
	}
	shown := alert{Title: fill(said.Title, "merchant", merchant), Text: fill(said.Text, "merchant", merchant)}
	switch t.Kind {
	case ShopRefused:
		shown.Said = clean(t.Said)
	case CardDeclined:
		shown.Reason = w.decline(t.Code)
	}
	return shown
}

// alert is what stands above a form that cannot go on as it is.
type alert struct {
	Title    string
	Reason   string
	Said     string // by the shop
	Text     string // what to do
	Problems []problemView
}

// before puts the alert before the title of a page.
func (a alert) before(title string) string {
	if a.Title == "" {
		return title
	}
	return a.Title + " · " + title
}

type problemView struct{ Field, Text string }
