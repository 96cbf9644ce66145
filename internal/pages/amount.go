package pages

// AmountForm asks a payer who may pay any amount how much it is to be (spec 01, 2.5). It posts FieldAmount, or FieldCancel in a
// form of its own, to Self. The payment page follows.
type AmountForm struct {
	Frame
	Lifetime
	// From and To are the least and the most that can be paid.
	From, To Money
	// Amount fills the field: what the shop suggests, or what was typed.
	Amount string
	// Problem is what is wrong with what was typed, one of those that begin with Amount.
	Problem     Problem
	Description string
	Order       string // the shop's number of the order
}

func (p AmountForm) content(w *words) content {
	form := Form{Problems: []Problem{p.Problem}}
	view := payView{
		asked:    form.ask(w, amountField(w, p)),
		Title:    w.AmountTitle,
		Text:     clean(p.Description),
		Facts:    facts(fact{w.Order, clean(p.Order)}),
		Lifetime: p.Lifetime.view(w),
		Submit:   w.AmountSubmit,
	}
	return view.content(w, p.Frame, p.Lifetime, Trouble{})
}
