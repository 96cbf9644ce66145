package pages

import "strconv"

// Challenge is the simulated bank's 3-D Secure page (R36): it asks for the one-time code and tells which one works. It stands for
// a page of the card's bank, so it does not look like ours; the shop's name appears among the facts only.
type Challenge struct {
	Frame
	Amount       Money
	Card         string // mask as in R16
	AttemptsLeft int
	WrongCode    bool // the code just posted was wrong
}

func (c Challenge) content(w *words) content {
	view := challengeView{
		Facts: facts(
			fact{w.Shop, c.merchantOr("")},
			fact{w.Amount, c.Amount.in(w)},
			fact{w.Card, maskText(c.Card)},
		),
		Attempts: fill(w.BankAttempts, "count", strconv.Itoa(c.AttemptsLeft)),
	}
	if c.WrongCode {
		view.Error = w.BankCodeWrong
	}
	return content{template: "bank", title: w.BankTitle, view: view}
}

// challengeView is what views/bank.html shows.
type challengeView struct {
	Facts    []fact
	Attempts string
	Error    string
}
