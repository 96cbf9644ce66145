package pages

import (
	"strconv"
	"strings"
)

// Rejection says that what the shop sent with the payer cannot be carried out. Code is the protocol's error code and Field the name of
// the field that is to blame, if one is: both are for the shop.
type Rejection struct {
	Frame
	Code  int
	Field string
}

func (r Rejection) content(w *words) content {
	code := strings.TrimSpace(strconv.Itoa(r.Code) + " " + clean(r.Field))
	return content{template: "result", title: w.Rejected.Title, view: resultView{
		Mark: "notice", Title: w.Rejected.Title, Text: w.Rejected.Text, Facts: facts(fact{w.Code, code}),
	}}
}
