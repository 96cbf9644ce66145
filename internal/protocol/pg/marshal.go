package pg

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// Marshal writes a struct, or what it points to, as a message, by the tags of [Bind], in the order of the struct. Zero values, nil pointers
// and empty texts are left out, because we never emit an empty field (R5); a pointer to zero is written: 0. A slice repeats its name. A
// MarshalText that fails panics: our own values have a text.
func Marshal(src any) Message {
	v := reflect.Indirect(reflect.ValueOf(src))
	p := planOf(v.Type())
	return p.appendTo(make(Message, 0, len(p.fields)+2), v)
}

func (p *plan) appendTo(m Message, src reflect.Value) Message {
	for i := range p.fields {
		field := &p.fields[i]
		v := src.FieldByIndex(field.index)
		switch {
		case v.IsZero():
		case field.list:
			for j := range v.Len() {
				m = field.appendTo(m, v.Index(j))
			}
		case field.pointer:
			m = field.appendTo(m, v.Elem())
		default:
			m = field.appendTo(m, v)
		}
	}
	return m
}

func (f *planned) appendTo(m Message, v reflect.Value) Message {
	field := Field{Name: f.name}
	if f.shape == nestedShape {
		field.Nested = f.nested.appendTo(nil, v)
	} else {
		field.Value = f.text(v)
	}
	if !field.given() {
		return m
	}
	return append(m, field)
}

func (f *planned) text(v reflect.Value) string {
	switch f.shape {
	case flagShape:
		if v.Bool() {
			return "1"
		}
		return "0"
	case integerShape:
		return strconv.FormatInt(v.Int(), 10)
	case textShape:
		return v.String()
	}
	own, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		addressable := reflect.New(f.element)
		addressable.Elem().Set(v)
		own = addressable.Interface().(encoding.TextMarshaler)
	}
	text, err := own.MarshalText()
	if err != nil {
		panic(fmt.Sprintf("pg: field %s has no text: %v", f.name, err))
	}
	return string(text)
}
