package pages

// SecurityCode asks the payer for the security code of the saved card that pays, and for nothing else (spec 02, A.5). It posts FieldCVC
// to Self. Its form is the first thing in the page's body: SDKs read the page as XML and look for it there.
type SecurityCode struct {
	Frame
	Trouble     Trouble
	Problem     Problem // what is wrong with what was typed: CVCMissing or CVCWrong
	Amount      Money
	Description string
	Order       string // the shop's number of the order
	Card        string // mask as in R16
}

func (p SecurityCode) content(w *words) content {
	form := Form{Problems: []Problem{p.Problem}}
	view := payView{
		asked:  form.ask(w, cvcField(w, FieldCVC)),
		Title:  w.PayTitle,
		Amount: p.Amount.in(w),
		Text:   clean(p.Description),
		Facts:  facts(fact{w.Order, clean(p.Order)}, fact{w.Card, maskText(p.Card)}),
		Submit: fill(w.PaySubmit, "amount", p.Amount.in(w)),
	}
	shown := view.content(w, p.Frame, Lifetime{}, p.Trouble)
	shown.template = "code"
	return shown
}
