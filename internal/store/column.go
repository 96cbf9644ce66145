package store

import (
	"bytes"
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

// array gathers the column of all rows into one slice. It tells the first value, and
// whether all are alike.
func (c column) array(rows []reflect.Value) (all, first any, alike bool) {
	switch c.kind {
	case integer:
		return gather(c, rows, reflect.Value.Int)
	case text:
		return gather(c, rows, reflect.Value.String)
	case truth:
		return gather(c, rows, reflect.Value.Bool)
	case blob:
		values := make([][]byte, len(rows))
		alike = true
		for i, row := range rows {
			values[i] = row.FieldByIndex(c.index).Bytes()
			if values[i] == nil {
				values[i] = []byte{}
			}
			alike = alike && bytes.Equal(values[i], values[0])
		}
		return values, values[0], alike
	}
	return gather(c, rows, stamp)
}

func gather[T comparable](c column, rows []reflect.Value, value func(reflect.Value) T) (all, first any, alike bool) {
	values := make([]T, len(rows))
	alike = true
	for i, row := range rows {
		values[i] = value(row.FieldByIndex(c.index))
		alike = alike && values[i] == values[0]
	}
	return values, values[0], alike
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
