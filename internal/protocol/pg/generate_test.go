package pg

import (
	"strconv"

	"pgregory.net/rapid"
)

// messages draws messages as they come out of a decoder: distinct names on each level, nested fields and lists. Named lists are the
// bracket names of forms; without them, repeated names do the same, as in XML.
func messages(brackets bool) *rapid.Generator[Message] {
	return rapid.Custom(func(t *rapid.T) Message { return drawLevel(t, brackets, 1) })
}

func drawLevel(t *rapid.T, brackets bool, depth int) Message {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_.-]{0,10}`), 1, 5, rapid.ID[string]).Draw(t, "names")
	var m Message
	for _, name := range names {
		switch {
		case depth > 3 || rapid.IntRange(0, 3).Draw(t, "kind") > 0:
			m = append(m, Field{Name: name, Value: values.Draw(t, "value")})
		case rapid.Bool().Draw(t, "list"):
			m = append(m, drawList(t, name, brackets, depth)...)
		default:
			m = append(m, Field{Name: name, Nested: drawLevel(t, brackets, depth+1)})
		}
	}
	return m
}

func drawList(t *rapid.T, name string, brackets bool, depth int) Message {
	var elements Message
	for i := range rapid.IntRange(1, 12).Draw(t, "length") {
		element := Field{Name: name, Value: values.Draw(t, "value")}
		if brackets {
			element.Name = strconv.Itoa(i)
		}
		if depth < 3 && rapid.Bool().Draw(t, "nested") {
			element.Value, element.Nested = "", drawLevel(t, brackets, depth+2)
		}
		elements = append(elements, element)
	}
	if brackets {
		return Message{{Name: name, Nested: elements}}
	}
	return elements
}

// values are texts with everything that encodings escape.
var values = rapid.StringOf(rapid.OneOf(
	rapid.RuneFrom([]rune("aZ09 &<>\"'=+%[]\r\n\t./?é")),
	rapid.RuneFrom([]rune("Заказ төлем қ 😀\u2028\ufffd")),
))
