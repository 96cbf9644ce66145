package codes

import (
	"fmt"
	"strings"
)

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

// Description is the pg_error_description in the language of a pg_language, as [Code.Text] reads it. It names the field, if one is to
// blame, and what is wrong with it: "Parameter pg_amount is not valid: must be between 0.01 and 99999999" for 9403, "Order number is not
// unique: pg_order_id" for any other code.
func (r *Refusal) Description(lang string) string {
	reason := r.Reason.Text(lang)
	switch {
	case r.Code == Validation && reason != "" && r.Field != "":
		return fmt.Sprintf(badParameter.in(lang), r.Field, reason)
	case r.Code == Validation && reason != "":
		return fmt.Sprintf(badRequest.in(lang), reason)
	case r.Field+reason == "":
		return r.Code.Text(lang)
	}
	return strings.TrimSuffix(r.Code.Text(lang), ".") + ": " + strings.TrimSpace(r.Field+" "+reason)
}

// Error is the code and the English description.
func (r *Refusal) Error() string { return fmt.Sprintf("%d: %s", int(r.Code), r.Description("en")) }
