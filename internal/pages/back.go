package pages

import "time"

// Return takes the payer back to the shop (spec 01, 2.13): by a button, and by itself After some time. It stays inside the frame of
// an embedded page, which the shop expects to end so. The zero value is no way back; a Result then has the plain button to
// BackLink. On a page in process it is the button alone: who waits sees the outcome first.
type Return struct {
	// Address is the shop's page, an absolute http(s) URL. For GET its query holds the signed fields already.
	Address string
	// Post sends Fields to Address in a form instead, which only JavaScript can send by itself; without it the button does.
	Post   bool
	Fields []ReturnField
	// After is the time until the page goes by itself, in whole seconds. Zero goes at once.
	After time.Duration
}

// ReturnField is a field that is posted to the shop, exactly as it was signed.
type ReturnField struct{ Name, Value string }

func (r Return) view(w *words, waits bool) *returnView {
	address := webAddress(r.Address)
	if address == "" {
		return nil
	}
	view := &returnView{Address: address, Post: r.Post}
	if !waits {
		view.Seconds = wholeSeconds(r.After)
		view.Note = fill(w.Returning, "seconds", view.Seconds)
	}
	if r.Post {
		for _, field := range r.Fields {
			view.Fields = append(view.Fields, ReturnField{carried(field.Name), carried(field.Value)})
		}
	}
	return view
}

// returnView is what the template "return" shows.
type returnView struct {
	Address string
	Post    bool
	Fields  []ReturnField
	Seconds string // "" does not go by itself
	Note    string
}
