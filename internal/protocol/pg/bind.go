package pg

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"tolem/internal/protocol/codes"
)

// Bind reads a message into the struct that dst points to, by its tags, and stops at the first field, in the order of the struct, that
// breaks a rule: the error is a *codes.Refusal, 9403 naming that field unless an UnmarshalText chose another code. Absent fields leave dst
// as it is, so that defaults can be set before; an empty text counts as absent (R5); fields that the struct does not have are ignored.
//
// A tag is the name of the field and its rules:
//
//	pg:"pg_order_id,required,max=50,nosemi"
//
//	required       absent is refused
//	min=N, max=N   characters of a text (max is 1024 unless given), or the range of an int
//	pattern=NAME   a row of the pattern table: user_id, digits, token, currency, language, iban_kz, bik, iin, kbe, knp
//	oneof=A|B      one of these words
//	nosemi         no ";" and no control character: ids, amounts, codes (R62)
//	url            absolute http or https URL of at most 255 characters (R62)
//	email, phone   an address; digits with a country code
//	email_lenient, phone_lenient, and so for every rule of one word: what does not fit counts as absent (R18)
//	flag           0 or 1; a bool obeys it anyway
//
// A field is a string, bool, int or int64, a type with UnmarshalText, a struct for nested fields, a slice of these for a list, or a
// pointer to tell absent from given. Embedded structs count as part of the outer one. An UnmarshalText explains itself with a codes.Reason.
func Bind(m Message, dst any) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("pg: Bind into %T, which is no pointer", dst))
	}
	return spelled(planOf(v.Elem().Type()).bind(m, v.Elem()))
}

// Extras returns the fields of a message that the struct dst, or the one it points to, does not have, without the signature's own and
// [UnsignedField]: the merchant's own fields, and on browser-visible entry what must be known or refused (S1).
func Extras(m Message, dst any) Message {
	t := reflect.TypeOf(dst)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	known := map[string]bool{saltField: true, sigField: true, UnsignedField: true}
	for _, field := range planOf(t).fields {
		known[field.name] = true
	}
	var extras Message
	for _, field := range m {
		if !known[field.Name] {
			extras = append(extras, field)
		}
	}
	return extras
}

func (p *plan) bind(m Message, dst reflect.Value) error {
	for i := range p.fields {
		field := &p.fields[i]
		if err := field.bind(m, dst.FieldByIndex(field.index)); err != nil {
			return within(field.name, err)
		}
	}
	return nil
}

func (f *planned) bind(m Message, dst reflect.Value) error {
	given := false
	for i := range m {
		field := &m[i]
		if field.Name != f.name || !field.given() {
			continue
		}
		if given && !f.list {
			return codes.Invalid("", codes.Duplicate)
		}
		given = true
		if err := f.take(field, dst); err != nil {
			return err
		}
	}
	if f.required && !given {
		return codes.Invalid("", codes.Required)
	}
	return nil
}

// take reads a field into its place, or the elements of a list into a slice.
func (f *planned) take(field *Field, dst reflect.Value) error {
	if f.list && field.Nested.isList() {
		for i := range field.Nested {
			element := &field.Nested[i]
			if !element.given() {
				continue
			}
			if err := f.take(element, dst); err != nil {
				return within(element.Name, err)
			}
		}
		return nil
	}
	value := dst
	if f.list || f.pointer {
		value = reflect.New(f.element).Elem()
	}
	given, err := f.read(field, value)
	switch {
	case err != nil || !given:
		return err
	case f.list:
		dst.Set(reflect.Append(dst, value))
	case f.pointer:
		dst.Set(value.Addr())
	}
	return nil
}

// read reads one value; given is false for a text that a lenient rule passes over.
func (f *planned) read(field *Field, dst reflect.Value) (given bool, err error) {
	if f.shape == nestedShape {
		if field.Nested == nil {
			return false, codes.Invalid("", codes.NotNested)
		}
		return true, f.nested.bind(field.Nested, dst)
	}
	if field.Nested != nil {
		return false, codes.Invalid("", codes.NotText)
	}
	switch f.shape {
	case flagShape:
		if field.Value != "0" && field.Value != "1" {
			return false, codes.Invalid("", codes.BadFlag)
		}
		dst.SetBool(field.Value == "1")
		return true, nil
	case integerShape:
		return true, f.readInteger(field.Value, dst)
	}
	if reason := f.check(field.Value); reason != (codes.Reason{}) {
		if f.lenient {
			return false, nil
		}
		return false, codes.Invalid("", reason)
	}
	if f.shape == textShape {
		dst.SetString(field.Value)
		return true, nil
	}
	return true, refusal(dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(field.Value)))
}

func (f *planned) readInteger(text string, dst reflect.Value) error {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text[0] == '+' {
		return codes.Invalid("", codes.NotInteger)
	}
	if number < f.min || number > f.max {
		return codes.Invalid("", outOfRange(f.min, f.max))
	}
	dst.SetInt(number)
	return nil
}

func outOfRange(min, max int64) codes.Reason {
	low, high := strconv.FormatInt(min, 10), strconv.FormatInt(max, 10)
	switch {
	case min == math.MinInt64:
		return codes.AtMost(high)
	case max == math.MaxInt64:
		return codes.AtLeast(low)
	}
	return codes.Between(low, high)
}

// refusal makes the refusal of a field out of the error of its UnmarshalText, whose text may hold the value.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	var own *codes.Refusal
	if errors.As(err, &own) {
		return &codes.Refusal{Code: own.Code, Reason: own.Reason}
	}
	reason := codes.Malformed
	errors.As(err, &reason)
	return codes.Invalid("", reason)
}
