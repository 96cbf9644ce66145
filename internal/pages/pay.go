package pages

// payView is what views/pay.html shows: a purchase on the one side, what is asked of the payer on the other.
type payView struct {
	asked
	Title     string
	Amount    string
	Text      string
	Facts     []fact
	Positions []positionView
	Lifetime  *lifetimeView
	Methods   []choiceView
	Cards     []choiceView
	CanSave   bool
	Save      bool
	SavedCode asked
	Contact   asked
	Preview   bool // draw the card while it is typed
	Submit    string
}

// positionView is a line of the receipt.
type positionView struct{ Name, Count, Price, Sum string }

// choiceView is a radio button.
type choiceView struct {
	Value  string
	Name   string
	Hint   string
	Brand  Brand
	Chosen bool
}

func (v payView) content(w *words, frame Frame, lifetime Lifetime, trouble Trouble) content {
	if trouble := trouble.alert(w, frame.merchantOr(w.TheShop)); trouble.Title != "" {
		trouble.Problems = v.Alert.Problems
		v.Alert = trouble
	}
	shown := content{template: "pay", title: v.Alert.before(v.Title), view: v}
	if left := lifetime.left(); left > 0 {
		shown.refresh = refresh(left, frame.self())
	}
	return shown
}
