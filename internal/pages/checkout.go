package pages

// Checkout is the payment page of a purchase (spec 01, 2.3): what is paid for, until when, and how. It posts to Self in one of two
// forms: the one that pays has FieldMethod, FieldSaved, FieldSave and the fields of a card, as far as they are drawn; the other has
// FieldCancel and nothing of a card.
//
// A saved card is paid with when FieldSaved is not empty; then the fields of a card mean nothing, and a browser without JavaScript may
// send them all the same.
type Checkout struct {
	Frame
	Form
	Lifetime
	Trouble     Trouble
	Amount      Money
	Description string
	Order       string // the shop's number of the order
	Positions   []Position
	// Methods are the ways to pay that are offered; fewer than two leave no choice, and a card is asked for. Method is the
	// chosen one, if it is not the first.
	Methods []Method
	Method  Method
	// Cards are the payer's saved cards. Saved is the Key of the chosen one; empty chooses another card, which is to be typed.
	// AskCode asks for the security code of a saved card.
	Cards   []SavedCard
	Saved   string
	AskCode bool
	// CanSave offers to keep a card that is typed. Save is whether the payer wants it.
	CanSave bool
	Save    bool
	Contact Contact
}

// Contact asks for an e-mail address or a phone number of the payer, if the shop has named none.
type Contact struct {
	Asked, Required bool
	Typed           string
}

// Position is a line of the receipt (spec 01, 2.11). Count is the decimal text of the protocol.
type Position struct {
	Name  string
	Count string
	Price Money // of one
	Sum   Money
}

// SavedCard is a card that the payer has kept with the shop.
type SavedCard struct {
	Key    string // what FieldSaved posts when it is chosen; never empty, and anybody at the payer's browser can read it
	Mask   string // as in R16
	Brand  Brand
	Expiry string // MM/YY
}

// Method is a way to pay, as the protocol names it (spec 01, 1.9).
type Method string

// The ways to pay there are words for; any other is not shown.
const (
	BankCard       Method = "bankcard"
	Wallet         Method = "wallet"
	InternetBank   Method = "internetbank"
	MobileCommerce Method = "mobile_commerce"
	Cash           Method = "cash"
	Terminal       Method = "other"
)

func (p Checkout) content(w *words) content {
	amount := p.Amount.in(w)
	all := p.ask(w, p.fields(w)...)
	code, contact := all.apart(FieldSavedCVC), all.apart(FieldContact)
	view := payView{
		asked:     all,
		SavedCode: code,
		Contact:   contact,
		Title:     w.PayTitle,
		Amount:    amount,
		Text:      clean(p.Description),
		Facts:     facts(fact{w.Order, clean(p.Order)}),
		Positions: p.positions(w),
		Lifetime:  p.Lifetime.view(w),
		Methods:   p.methods(w),
		Cards:     p.cards(w),
		CanSave:   p.CanSave,
		Save:      p.Save,
		Preview:   len(p.Positions) == 0,
		Submit:    fill(w.PaySubmit, "amount", amount),
	}
	return view.content(w, p.Frame, p.Lifetime, p.Trouble)
}

// fields are in the order in which they stand on the page.
func (p Checkout) fields(w *words) (fields []field) {
	if p.AskCode && len(p.Cards) > 0 {
		fields = append(fields, cvcField(w, FieldSavedCVC))
	}
	fields = append(fields, numberField(w, p.Form), expiryField(w, p.Form), cvcField(w, FieldCVC), holderField(w, p.Form, true))
	if p.Contact.Asked {
		fields = append(fields, contactField(w, p.Contact))
	}
	return fields
}

func (p Checkout) positions(w *words) []positionView {
	var lines []positionView
	for _, position := range p.Positions {
		lines = append(lines, positionView{
			Name: clean(position.Name), Count: clean(position.Count), Price: position.Price.in(w), Sum: position.Sum.in(w),
		})
	}
	return lines
}

// methods are the choices when there is more than one.
func (p Checkout) methods(w *words) []choiceView {
	var choices []choiceView
	chosen := 0
	for _, method := range p.Methods {
		name, ok := w.Methods[method]
		if !ok {
			continue
		}
		if method == p.Method {
			chosen = len(choices)
		}
		choices = append(choices, choiceView{Value: string(method), Name: name})
	}
	if len(choices) < 2 {
		return nil
	}
	choices[chosen].Chosen = true
	return choices
}

// cards are the saved cards and, last, the choice of another one.
func (p Checkout) cards(w *words) []choiceView {
	if len(p.Cards) == 0 {
		return nil
	}
	another := choiceView{Name: w.AnotherCard, Chosen: true}
	var choices []choiceView
	for _, card := range p.Cards {
		choice := choiceView{Value: carried(card.Key), Name: maskText(card.Mask), Chosen: card.Key == p.Saved}
		if name, ok := brandNames[card.Brand]; ok {
			choice.Brand, choice.Hint = card.Brand, name
		}
		if expiry := clean(card.Expiry); expiry != "" {
			choice.Hint = joined(choice.Hint, fill(w.CardUntil, "expiry", expiry))
		}
		if choice.Chosen {
			another.Chosen = false
		}
		choices = append(choices, choice)
	}
	return append(choices, another)
}

func joined(one, other string) string {
	if one == "" {
		return other
	}
	return one + ", " + other
}
