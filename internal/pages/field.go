package pages

import (
	"slices"
	"strings"
)

// field is an input of a card form with everything the template and the script need.
type field struct {
	Name         string
	Label        string
	Optional     string // the word for it, when it is
	Hint         string
	Error        string
	Value        string
	Placeholder  string
	Autocomplete string
	InputMode    string
	MaxLength    int
	Small        bool     // a keyboard begins with small letters
	Half         bool     // shares its row with the next
	Wrong        string   // said by the script when the text cannot be right
	Past         string   // said by the script when the date has passed
	blanks       []string // what fills the names in braces of its problems
}

// asked is what a page asks for, and what is wrong with what was typed before.
type asked struct {
	Alert    alert
	Fields   []field
	Brands   []brandView
	Accepted string // the brands in words
}

type brandView struct {
	Brand Brand
	Name  string
}

// ask asks for the fields. A problem is put beside its field and into the alert above.
func (f Form) ask(w *words, fields ...field) asked {
	shown := asked{Fields: fields}
	var names []string
	for _, brand := range f.Brands {
		if name, ok := brandNames[brand]; ok {
			shown.Brands = append(shown.Brands, brandView{brand, name})
			names = append(names, name)
		}
	}
	shown.Accepted = fill(w.CardsTaken, "brands", strings.Join(names, ", "))
	again := len(f.Problems) > 0 || f.Values != Values{}
	for i := range fields {
		if problem := fields[i].problem(f.Problems); problem != "" {
			fields[i].Error = fill(w.Problems[problem], fields[i].blanks...)
			shown.Alert.Title = w.ProblemsTitle
			shown.Alert.Problems = append(shown.Alert.Problems, problemView{fields[i].Name, fields[i].Error})
		}
		if fields[i].Autocomplete == "cc-csc" && fields[i].Error == "" && again {
			fields[i].Hint = w.CVCAgain
		}
	}
	return shown
}

// apart takes a field out of those that stand together, if it is there.
func (a *asked) apart(name string) asked {
	for i, f := range a.Fields {
		if f.Name == name {
			a.Fields = slices.Concat(a.Fields[:i], a.Fields[i+1:])
			return asked{Fields: []field{f}}
		}
	}
	return asked{}
}

// problem is the first of the problems that belongs to the field, or "".
func (f field) problem(all []Problem) Problem {
	for _, problem := range all {
		if problem.field() == f.Name {
			return problem
		}
	}
	return ""
}

func numberField(w *words, form Form) field {
	return field{
		Name: FieldNumber, Label: w.Number, Value: clean(form.Values.Number), Placeholder: "0000 0000 0000 0000",
		Autocomplete: "cc-number", InputMode: "numeric", MaxLength: 32, Wrong: w.Problems[NumberWrong],
	}
}

func holderField(w *words, form Form, required bool) field {
	f := field{
		Name: FieldHolder, Label: w.Holder, Hint: w.HolderHint, Value: clean(form.Values.Holder),
		Autocomplete: "cc-name", InputMode: "text", MaxLength: 100,
	}
	if !required {
		f.Optional = w.Optional
	}
	return f
}

func expiryField(w *words, form Form) field {
	return field{
		Name: FieldExpiry, Label: w.Expiry, Value: clean(form.Values.Expiry), Placeholder: w.ExpiryForm,
		Autocomplete: "cc-exp", InputMode: "numeric", MaxLength: 9, Half: true,
		Wrong: w.Problems[ExpiryWrong], Past: w.Problems[ExpiryPast],
	}
}

func amountField(w *words, form AmountForm) field {
	limits := []string{"from", form.From.in(w), "to", form.To.in(w)}
	return field{
		Name: FieldAmount, Label: joined(w.Amount, form.From.unit()), Hint: fill(w.AmountHint, limits...), Value: clean(form.Amount),
		Autocomplete: "transaction-amount", InputMode: "decimal", MaxLength: 32, blanks: limits,
	}
}

func contactField(w *words, contact Contact) field {
	f := field{
		Name: FieldContact, Label: w.Contact, Hint: w.ContactHint, Value: clean(contact.Typed),
		Autocomplete: "email", InputMode: "email", MaxLength: 254, Small: true,
	}
	if !contact.Required {
		f.Optional = w.Optional
	}
	return f
}

func cvcField(w *words, name string) field {
	return field{
		Name: name, Label: w.CVC, Hint: w.CVCHint,
		Autocomplete: "cc-csc", InputMode: "numeric", MaxLength: 4, Half: true,
	}
}
