package pg

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Field is one named value of a message. It holds either text or nested fields, never both.
type Field struct {
	Name   string
	Value  string
	Nested Message // not nil when the field holds fields; never empty in a decoded message

	// Sent is the value as it travelled, when that differs from Value: a text in windows-1251. The signature covers these bytes (spec 01, 1.3).
	Sent string
}

// Message is the fields of one level in wire order. A nested level whose names are all indexes ("0", "1"; "" for the brackets of a[])
// is a list: its order means something, its names do not. Repeated names mean a list as well; XML has no other.
//
// Printed or logged, a message shows the names of its fields only.
type Message []Field

// Get returns the first text of that name that is not empty, or "".
func (m Message) Get(name string) string {
	for i := range m {
		if m[i].Name == name && m[i].Value != "" {
			return m[i].Value
		}
	}
	return ""
}

// Has reports whether the message has a field of that name that holds anything. An empty text counts as absent (R5).
func (m Message) Has(name string) bool {
	for i := range m {
		if m[i].Name == name && m[i].given() {
			return true
		}
	}
	return false
}

// With returns the message with one more text field at its end; an empty value adds nothing, because we never emit one (R5). m is not changed.
func (m Message) With(name, value string) Message {
	if value == "" {
		return m
	}
	return append(m[:len(m):len(m)], Field{Name: name, Value: value})
}

// Without returns the message without the fields of that name. m is not changed.
func (m Message) Without(name string) Message {
	rest := make(Message, 0, len(m))
	for _, field := range m {
		if field.Name != name {
			rest = append(rest, field)
		}
	}
	return rest
}

func (f *Field) given() bool { return f.Value != "" || len(f.Nested) > 0 }

// signed is the text the signature covers.
func (f *Field) signed() string {
	if f.Sent != "" {
		return f.Sent
	}
	return f.Value
}

// isList reports whether the names of a nested level are all indexes.
func (m Message) isList() bool {
	for i := range m {
		if m[i].Name != "" && !isIndex(m[i].Name) {
			return false
		}
	}
	return len(m) > 0
}

// isIndex knows the integer keys of PHP arrays: no sign, no leading zero.
func isIndex(name string) bool {
	return isDigits(name) && len(name) <= 9 && (len(name) == 1 || name[0] != '0')
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String lists the names of the fields, without values.
func (m Message) String() string {
	names := make([]string, len(m))
	for i := range m {
		names[i] = m[i].Name
	}
	return "pg.Message[" + strings.Join(names, " ") + "]"
}

// Format writes String whatever the verb and flags.
func (m Message) Format(state fmt.State, _ rune) { io.WriteString(state, m.String()) }

// LogValue is String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Format writes the name of the field, without its value, whatever the verb and flags.
func (f Field) Format(state fmt.State, _ rune) { io.WriteString(state, "pg.Field["+f.Name+"]") }

// LogValue is what Format writes.
func (f Field) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(f)) }
