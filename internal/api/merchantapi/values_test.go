package merchantapi_test

import (
	"regexp"
	"strconv"
	"strings"

	"tolem/internal/protocol/pg"
)

// values are what a fixture file knows by name: {merchant}, and what it took
// from answers with {name:shape}.
type values map[string]string

var (
	placeholder = regexp.MustCompile(`\{([a-z_]+)(?::([a-z0-9]+))?\}`)
	repetition  = regexp.MustCompile(`\{(\d+)\*(.)\}`)
)

// shapes are the forms of what the platform makes up (R17, R20).
var shapes = map[string]string{
	"number":   `[1-9][0-9]{0,9}`,
	"uuid":     `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`,
	"hex26":    `[0-9a-f]{26}`,
	"digits6":  `[0-9]{6}`,
	"digits12": `[0-9]{12}`,
	"hex32":    `[0-9a-f]{32}`,
	"png":      `data:image/png;base64,iVBORw0KGgo[A-Za-z0-9+/]+=*`,
}

// fill puts values in their places, and writes {51*x} out.
func (v values) fill(text string) string {
	text = repetition.ReplaceAllStringFunc(text, func(found string) string {
		parts := repetition.FindStringSubmatch(found)
		times, _ := strconv.Atoi(parts[1]) // digits
		return strings.Repeat(parts[2], times)
	})
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := v[placeholder.FindStringSubmatch(found)[1]]; ok {
			return value
		}
		return found
	})
}

// apply changes a message: "name=value" sets a field, "-name" leaves it out.
func (v values) apply(m pg.Message, change string) pg.Message {
	if name, ok := strings.CutPrefix(change, "-"); ok {
		return m.Without(name)
	}
	name, value, _ := strings.Cut(change, "=")
	field := pg.Field{Name: name, Value: v.fill(value)}
	changed := append(pg.Message{}, m...)
	for i := range changed {
		if changed[i].Name == name {
			changed[i] = field
			return changed
		}
	}
	return append(changed, field)
}

// match writes the wanted lines out as they should have been: a line that fits
// becomes the one that came, any other keeps its placeholders. taken are the
// values that lines which fit gave names to.
func (v values) match(want, got []string) (expected []string, taken values) {
	taken = values{}
	for i, line := range want {
		pattern, names := v.pattern(line, taken)
		if i < len(got) {
			if parts := pattern.FindStringSubmatch(got[i]); parts != nil {
				for j, name := range names {
					taken[name] = parts[j+1]
				}
				line = got[i]
			}
		}
		expected = append(expected, line)
	}
	return expected, taken
}

// pattern is what a wanted line means; its groups are the names it gives.
func (v values) pattern(line string, taken values) (*regexp.Regexp, []string) {
	var names []string
	var pattern strings.Builder
	last := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(line, -1) {
		pattern.WriteString(regexp.QuoteMeta(line[last:at[0]]))
		last = at[1]
		name := line[at[2]:at[3]]
		if at[4] >= 0 {
			names = append(names, name)
			pattern.WriteString("(" + shapes[line[at[4]:at[5]]] + ")")
			continue
		}
		known, ok := taken[name]
		if !ok {
			known = v[name]
		}
		pattern.WriteString(regexp.QuoteMeta(known))
	}
	pattern.WriteString(regexp.QuoteMeta(line[last:]))
	return regexp.MustCompile("^" + pattern.String() + "$"), names
}
