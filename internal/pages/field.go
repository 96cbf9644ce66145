package pages

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
	Half         bool   // shares its row with the next
	Wrong        string // said by the script when the text cannot be right
	Past         string // said by the script when the date has passed
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

func cvcField(w *words) field {
	return field{
		Name: FieldCVC, Label: w.CVC, Hint: w.CVCHint,
		Autocomplete: "cc-csc", InputMode: "numeric", MaxLength: 4, Half: true,
	}
}
