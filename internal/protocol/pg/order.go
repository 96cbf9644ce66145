package pg

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An order says in which sequence the values of a message are signed. The field pg_sig itself is left out, on the top level only: a
// deeper one would be a field that nobody signed.
type order func(Message) []string

// orders are the three readings of the sorting rule (R4, spec 01, 1.4) in the sequence in which a signature is tried.
var orders = [...]order{natural, documented, literal}

// natural is variant N, the one we sign with: by name bytewise on each level, list elements and equal names in message order, nested
// values in place.
func natural(m Message) []string { return appendNatural(make([]string, 0, len(m)), m, true) }

func appendNatural(values []string, level Message, top bool) []string {
	places := make([]int, len(level))
	for i := range places {
		places[i] = i
	}
	if top || !level.isList() {
		slices.SortStableFunc(places, func(a, b int) int { return strings.Compare(level[a].Name, level[b].Name) })
	}
	for _, i := range places {
		field := &level[i]
		switch {
		case field.Nested != nil:
			values = appendNatural(values, field.Nested, false)
		case !top || field.Name != sigField:
			values = append(values, field.signed())
		}
	}
	return values
}

// leaf is a value with the flat name that one of the public samples sorts it by.
type leaf struct{ name, value string }

func sorted(leaves []leaf) []string {
	slices.SortStableFunc(leaves, func(a, b leaf) int { return strings.Compare(a.name, b.name) })
	values := make([]string, len(leaves))
	for i := range leaves {
		values[i] = leaves[i].value
	}
	return values
}

// documented is variant D, the PHP sample of the documentation: each key gets its three-digit place among its siblings appended, parents
// come in front, and the flat names are sorted at once. PHP numbers the elements of a[], so "" becomes the next free index.
func documented(m Message) []string {
	return sorted(appendDocumented(make([]leaf, 0, len(m)), m, ""))
}

func appendDocumented(leaves []leaf, level Message, parent string) []leaf {
	next := 0
	for i := range level {
		field, key := &level[i], level[i].Name
		if key == "" {
			key = strconv.Itoa(next)
		}
		if index, err := strconv.Atoi(key); err == nil && isIndex(key) {
			next = max(next, index+1)
		}
		name := parent + key + fmt.Sprintf("%03d", i+1)
		switch {
		case field.Nested != nil:
			leaves = appendDocumented(leaves, field.Nested, name)
		case parent != "" || key != sigField:
			leaves = append(leaves, leaf{name, field.signed()})
		}
	}
	return leaves
}

// literal is variant L, of clients that sort the names of their form fields as they stand: a[10] before a[2].
func literal(m Message) []string {
	return sorted(appendLiteral(make([]leaf, 0, len(m)), m, ""))
}

func appendLiteral(leaves []leaf, level Message, parent string) []leaf {
	for i := range level {
		field := &level[i]
		name := formName(parent, field.Name)
		switch {
		case field.Nested != nil:
			leaves = appendLiteral(leaves, field.Nested, name)
		case name != sigField:
			leaves = append(leaves, leaf{name, field.signed()})
		}
	}
	return leaves
}
