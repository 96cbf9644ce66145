package pages

import "time"

// Form is the part the card forms share.
type Form struct {
	// Brands are the accepted brands, in the order to show them.
	Brands []Brand
	// Values fill the fields; only for the answer to a post.
	Values Values
	// Problems are shown above the form and beside their fields. Of several for a field the first counts; one of a field the
	// form does not have is left out.
	Problems []Problem
}

// PayoutCardForm asks for a card that is to receive payouts: number and holder name, because money only flows to it
// (spec 02 B.2.1).
type PayoutCardForm struct {
	Frame
	Form
}

func (p PayoutCardForm) content(w *words) content {
	view := formView{
		Title:   w.PayoutCardTitle,
		Text:    fill(w.PayoutCardText, "merchant", p.merchantOr(w.TheShop)),
		Preview: true,
		Submit:  w.PayoutCardSubmit,
	}
	view.asked = p.ask(w, numberField(w, p.Form), holderField(w, p.Form, true))
	return view.content()
}

// CardForm asks for a card to pay with later: number, holder, expiry and CVC (spec 02 A.1). Hold is the amount that is held and
// released to check the card; zero says "a small amount".
type CardForm struct {
	Frame
	Form
	Hold Money
}

func (p CardForm) content(w *words) content {
	text := w.CardText
	if p.Hold.Amount != "" {
		text = w.CardTextHold
	}
	view := formView{
		Title:   w.CardTitle,
		Text:    fill(text, "merchant", p.merchantOr(w.TheShop), "amount", p.Hold.in(w)),
		Preview: true,
		Submit:  w.CardSubmit,
	}
	view.asked = p.ask(w, numberField(w, p.Form), holderField(w, p.Form, true), expiryField(w, p.Form), cvcField(w, FieldCVC))
	return view.content()
}

// PayoutForm is the hosted payout page (spec 02 B.3): it shows what is paid and asks for the number of the receiving card and,
// optionally, its holder. Deadline is shown in its own zone; zero leaves it out.
type PayoutForm struct {
	Frame
	Form
	Amount      Money
	Description string
	Deadline    time.Time
}

func (p PayoutForm) content(w *words) content {
	view := formView{
		Title:  w.PayoutTitle,
		Text:   w.PayoutText,
		Amount: p.Amount.in(w),
		Facts: facts(
			fact{w.From, p.merchantOr("")},
			fact{w.Description, clean(p.Description)},
			fact{w.Deadline, moment(p.Deadline, w)},
		),
		Submit: fill(w.PayoutSubmit, "amount", p.Amount.in(w)),
		Note:   w.PayoutOnce,
	}
	view.asked = p.ask(w, numberField(w, p.Form), holderField(w, p.Form, false))
	return view.content()
}

// formView is what views/form.html shows.
type formView struct {
	asked
	Title   string
	Text    string
	Amount  string
	Facts   []fact
	Preview bool // draw the card while it is typed
	Submit  string
	Note    string
}

func (v formView) content() content {
	return content{template: "form", title: v.Alert.before(v.Title), view: v}
}
