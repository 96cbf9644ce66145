package codes

import "fmt"

// Refusal is a business refusal: the error of a call that the rules forbid, ready to become pg_error_code and pg_error_description.
// It never holds a value the caller sent, only the name of a field.
type Refusal struct {
	Code   Code
	Field  string // the offending field as the caller spelled it, "pg_receipt_positions[0][price]"; "" for the whole request
	Reason Reason // zero when the code says everything
}

// Refuse is a refusal whose code says everything.
func Refuse(code Code) *Refusal { return &Refusal{Code: code} }

// Invalid is the refusal of one field, 9403; field "" refuses the message as a whole.
func Invalid(field string, reason Reason) *Refusal {
	return &Refusal{Code: Validation, Field: field, Reason: reason}
}

// Description is the pg_error_description in the language of a pg_language, as [Code.Text] reads it: the text of the code, or for 9403
// the field and what is wrong with it ("Parameter pg_amount is not valid: must be between 0.01 and 99999999").
func (r *Refusal) Description(lang string) string {
	switch {
	case r.Reason == Reason{}:
		return r.Code.Text(lang)
	case r.Code != Validation:
		return r.Code.Text(lang) + ": " + r.Reason.Text(lang)
	case r.Field == "":
		return fmt.Sprintf(badRequest.in(lang), r.Reason.Text(lang))
	}
	return fmt.Sprintf(badParameter.in(lang), r.Field, r.Reason.Text(lang))
}

// Error is the code and the English description.
func (r *Refusal) Error() string { return fmt.Sprintf("%d: %s", int(r.Code), r.Description("en")) }
