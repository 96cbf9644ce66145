package pages

import (
	"strings"
	"time"
)

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
	return view.complete(w, p.Form, numberField(w, p.Form), holderField(w, p.Form, true))
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
	return view.complete(w, p.Form, numberField(w, p.Form), holderField(w, p.Form, true), expiryField(w, p.Form), cvcField(w))
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
	return view.complete(w, p.Form, numberField(w, p.Form), holderField(w, p.Form, false))
}

// formView is what views/form.html shows.
type formView struct {
	Title    string
	Text     string
	Amount   string
	Facts    []fact
	Preview  bool // draw the card while it is typed
	Problems []problemView
	Fields   []field
	Brands   []brandView
	Accepted string // the brands in words
	Submit   string
	Note     string
}

type problemView struct{ Field, Text string }

type brandView struct {
	Brand Brand
	Name  string
}

func (v formView) complete(w *words, form Form, fields ...field) content {
	var names []string
	for _, brand := range form.Brands {
		if name, ok := brandNames[brand]; ok {
			v.Brands = append(v.Brands, brandView{brand, name})
			names = append(names, name)
		}
	}
	v.Accepted = fill(w.CardsTaken, "brands", strings.Join(names, ", "))
	for i := range fields {
		if problem := fields[i].problem(form.Problems); problem != "" {
			fields[i].Error = w.Problems[problem]
			v.Problems = append(v.Problems, problemView{fields[i].Name, fields[i].Error})
		}
		if fields[i].Name == FieldCVC && fields[i].Error == "" && len(form.Problems) > 0 {
			fields[i].Hint = w.CVCAgain
		}
	}
	v.Fields = fields
	title := v.Title
	if len(v.Problems) > 0 {
		title = w.ProblemsTitle + " · " + title
	}
	return content{template: "form", title: title, view: v}
}
