package store

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// column is one stored field of a row type.
type column struct {
	name  string
	index []int // path of the field inside the row
	kind  kind
	fixed bool // written once: left out of updates
}

// kind is how a field is stored. Times are microseconds since 1970, UTC, 0 for
// none; nothing is ever NULL.
type kind int

const (
	integer kind = iota
	text
	truth
	blob
	instant
)

var timeType = reflect.TypeFor[time.Time]()

func kindOf(t reflect.Type) (kind, bool) {
	switch {
	case t == timeType:
		return instant, true
	case t.Kind() == reflect.Int64, t.Kind() == reflect.Int:
		return integer, true
	case t.Kind() == reflect.String:
		return text, true
	case t.Kind() == reflect.Bool:
		return truth, true
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return blob, true
	}
	return 0, false
}

// columnsOf reads the `db:"name[,fixed]"` tags of a struct; embedded structs
// count as if their fields stood there, and `db:"-"` is not stored. A wrong tag is
// a bug and panics.
func columnsOf(t reflect.Type) []column {
	var columns []column
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("db")
		if !ok {
			if !f.Anonymous {
				panic(fmt.Sprintf("store: %s.%s has no db tag", t, f.Name))
			}
			continue
		}
		if tag == "-" {
			continue
		}
		k, ok := kindOf(f.Type)
		if !ok {
			panic(fmt.Sprintf("store: %s.%s: no column kind for %s", t, f.Name, f.Type))
		}
		name, option, _ := strings.Cut(tag, ",")
		columns = append(columns, column{name: name, index: f.Index, kind: k, fixed: option == "fixed"})
	}
	return columns
}

// sqlType is the PostgreSQL type of a column, as it stands in array casts.
func (k kind) sqlType() string {
	switch k {
	case text:
		return "text"
	case truth:
		return "boolean"
	case blob:
		return "bytea"
	}
	return "bigint"
}

// value is what is sent to the database for the column of row.
func (c column) value(row reflect.Value) any {
	v := row.FieldByIndex(c.index)
	switch c.kind {
	case integer:
		return v.Int()
	case text:
		return v.String()
	case truth:
		return v.Bool()
	case blob:
		if v.IsNil() {
			return []byte{}
		}
		return v.Bytes()
	}
	return stamp(v)
}

// stamp is a time as it is stored. One that is addressable need not be copied to
// the heap.
func stamp(v reflect.Value) int64 {
	if v.CanAddr() {
		return micros(*v.Addr().Interface().(*time.Time))
	}
	return micros(v.Interface().(time.Time))
}

// cell is where one column of one row is scanned to.
type cell struct {
	number int64
	text   string
	truth  bool
	blob   []byte
}

func (c column) target(to *cell) any {
	switch c.kind {
	case text:
		return &to.text
	case truth:
		return &to.truth
	case blob:
		return &to.blob
	}
	return &to.number
}

func (c column) set(row reflect.Value, from *cell) {
	v := row.FieldByIndex(c.index)
	switch c.kind {
	case integer:
		v.SetInt(from.number)
	case text:
		v.SetString(from.text)
	case truth:
		v.SetBool(from.truth)
	case blob:
		v.SetBytes(append([]byte(nil), from.blob...))
	case instant:
		*v.Addr().Interface().(*time.Time) = instantOf(from.number)
	}
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instantOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Micros is how an instant is written in the arguments of a hand-made query.
func Micros(t time.Time) int64 { return micros(t) }
