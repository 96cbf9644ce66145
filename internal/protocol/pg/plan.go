package pg

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"tolem/internal/protocol/codes"
)

// plan is what the tags of a struct say, read once per type.
type plan struct{ fields []planned }

// planned is one field of a struct that has a tag.
type planned struct {
	name     string
	index    []int // for reflect.Value.FieldByIndex
	element  reflect.Type
	shape    shape
	list     bool // []element
	pointer  bool // *element
	required bool
	lenient  bool // a text that breaks a rule counts as absent (R18)
	min, max int64
	rules    []rule
	nested   *plan
}

// shape is how a field is read and written.
type shape int

const (
	textShape    shape = iota // string
	flagShape                 // bool: 0 or 1
	integerShape              // int, int64
	customShape               // encoding.TextUnmarshaler, encoding.TextMarshaler
	nestedShape               // struct
)

// longestText is how many characters a text may have when its tag gives no max: those of pg_description and of a merchant's own fields.
const longestText = 1024

var (
	unmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	marshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	plans       sync.Map // reflect.Type to *plan
)

// MustBindable panics when the tags of T, a struct for [Bind], are wrong. It is called where an endpoint is declared, so that a mistake
// stops the program at its start.
func MustBindable[T any]() { planOf(reflect.TypeFor[T]()).must("read", planned.readable) }

// MustMarshalable is MustBindable for [Marshal].
func MustMarshalable[T any]() { planOf(reflect.TypeFor[T]()).must("written", planned.writable) }

func (p *plan) must(be string, able func(planned) bool) {
	for _, field := range p.fields {
		if field.nested != nil {
			field.nested.must(be, able)
		} else if !able(field) {
			panic(fmt.Sprintf("pg: field %s: %s cannot be %s as text", field.name, field.element, be))
		}
	}
}

func (f planned) readable() bool {
	return f.shape != customShape || reflect.PointerTo(f.element).Implements(unmarshaler)
}

func (f planned) writable() bool {
	return f.shape != customShape || reflect.PointerTo(f.element).Implements(marshaler)
}

func planOf(t reflect.Type) *plan {
	if known, ok := plans.Load(t); ok {
		return known.(*plan)
	}
	compiled := &plan{}
	compiled.add(t, nil, maxDepth)
	known, _ := plans.LoadOrStore(t, compiled)
	return known.(*plan)
}

// add takes in the tagged fields of a struct type, those of embedded structs in their place.
func (p *plan) add(t reflect.Type, index []int, levels int) {
	if t.Kind() != reflect.Struct || levels == 0 {
		panic(fmt.Sprintf("pg: %s is not a struct of at most %d levels", t, maxDepth))
	}
	for i := range t.NumField() {
		field := t.Field(i)
		path := append(index[:len(index):len(index)], i)
		tag, tagged := field.Tag.Lookup("pg")
		switch {
		case tag == "-":
		case field.Anonymous && !tagged:
			p.add(field.Type, path, levels)
		case tagged:
			p.fields = append(p.fields, compile(t, field, tag, path, levels))
		}
	}
	p.refuseTwins(t)
}

func (p *plan) refuseTwins(t reflect.Type) {
	seen := map[string]bool{}
	for _, field := range p.fields {
		if seen[field.name] {
			panic(fmt.Sprintf("pg: %s names %s twice", t, field.name))
		}
		seen[field.name] = true
	}
}

// compile reads one tag.
func compile(owner reflect.Type, field reflect.StructField, tag string, index []int, levels int) planned {
	wrong := func(what string) { panic(fmt.Sprintf("pg: tag of %s.%s: %s", owner, field.Name, what)) }
	name, words, _ := strings.Cut(tag, ",")
	if !checkName(name, true) || !field.IsExported() {
		wrong("it needs a field name and an exported field")
	}
	planned := planned{name: name, index: index, element: field.Type}
	var ok bool
	if planned.shape, ok = shapeOf(field.Type); !ok {
		planned.list, planned.pointer = field.Type.Kind() == reflect.Slice, field.Type.Kind() == reflect.Pointer
		if planned.list || planned.pointer {
			planned.element = field.Type.Elem()
			planned.shape, ok = shapeOf(planned.element)
		}
	}
	if !ok {
		wrong("no text or fields can be put into " + field.Type.String())
	}
	planned.min, planned.max = 0, longestText
	switch planned.shape {
	case integerShape:
		planned.min, planned.max = math.MinInt64, math.MaxInt64
	case nestedShape:
		planned.nested = &plan{}
		planned.nested.add(planned.element, nil, levels-1)
	}
	for word := range strings.SplitSeq(words, ",") {
		if word != "" && !planned.obey(word) {
			wrong("unknown or unfitting rule " + word)
		}
	}
	if planned.lenient && planned.required || planned.min > planned.max {
		wrong("its rules contradict each other")
	}
	return planned
}

func shapeOf(t reflect.Type) (shape, bool) {
	switch {
	case reflect.PointerTo(t).Implements(unmarshaler), reflect.PointerTo(t).Implements(marshaler):
		return customShape, true
	case t.Kind() == reflect.String:
		return textShape, true
	case t.Kind() == reflect.Bool:
		return flagShape, true
	case t == reflect.TypeFor[int](), t == reflect.TypeFor[int64]():
		return integerShape, true // a named integer may count in other units than its text: it needs methods
	case t.Kind() == reflect.Struct:
		return nestedShape, true
	}
	return 0, false
}

// check applies the rules of a text to one.
func (f *planned) check(text string) codes.Reason {
	length := int64(utf8.RuneCountInString(text))
	switch {
	case length < f.min:
		return codes.TooShort(int(f.min))
	case length > f.max:
		return codes.TooLong(int(f.max))
	}
	for _, rule := range f.rules {
		if reason := rule(text); reason != (codes.Reason{}) {
			return reason
		}
	}
	return codes.Reason{}
}
