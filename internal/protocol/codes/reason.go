package codes

import "fmt"

// Reason says what is wrong with one field, or with a whole message, as a value that can be put into any of the three languages. It is
// made of a row of the closed table in reason_texts.go and of limits that are ours; it never holds anything the caller sent. The zero
// Reason says nothing. Reasons compare with ==, and are errors, so that an UnmarshalText can return one.
type Reason struct {
	words     *text
	low, high string
}

// TooShort refuses a text of fewer than min characters.
func TooShort(min int) Reason { return tooShort.of(fmt.Sprint(min), "") }

// TooLong refuses a text of more than max characters.
func TooLong(max int) Reason { return tooLong.of(fmt.Sprint(max), "") }

// AtLeast refuses a number below low; low is the limit as it is printed: "0.01".
func AtLeast(low string) Reason { return atLeast.of(low, "") }

// AtMost refuses a number above high.
func AtMost(high string) Reason { return atMost.of(high, "") }

// Between refuses a number outside low..high.
func Between(low, high string) Reason { return between.of(low, high) }

// TooManyFields refuses a message of more than max fields (S9).
func TooManyFields(max int) Reason { return tooManyFields.of(fmt.Sprint(max), "") }

// TooDeep refuses fields nested deeper than max levels (S9).
func TooDeep(max int) Reason { return tooDeep.of(fmt.Sprint(max), "") }

func (r Reason) of(low, high string) Reason { return Reason{r.words, low, high} }

// Text puts the reason into the language of a pg_language, as [Code.Text] does. The sentence goes on after "the parameter is not valid:".
func (r Reason) Text(lang string) string {
	switch {
	case r.words == nil:
		return ""
	case r.high != "":
		return fmt.Sprintf(r.words.in(lang), r.low, r.high)
	case r.low != "":
		return fmt.Sprintf(r.words.in(lang), r.low)
	}
	return r.words.in(lang)
}

// Error is the English text.
func (r Reason) Error() string { return r.Text("en") }
