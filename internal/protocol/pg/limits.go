package pg

import (
	"strings"

	"tolem/internal/protocol/codes"
)

// The limits of a message (S9, spec 01, 1.3 and 1.5).
const (
	maxFields = 1000 // values, whatever carries them
	maxDepth  = 5    // levels of names: a[b][c][d][e]
	maxName   = 64   // bytes of one name
)

// counter counts the values of a request while its carriers are read, so that reading stops at the limit.
type counter struct{ fields int }

func (c *counter) take() error {
	if c.fields++; c.fields > maxFields {
		return codes.Invalid("", codes.TooManyFields(maxFields))
	}
	return nil
}

// checkName lets through the names that every carrier can hold: ASCII letters, digits, "_", "-" and ".". On a nested level "" stands
// for the brackets of a[].
func checkName(name string, top bool) bool {
	if name == "" {
		return !top
	}
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return len(name) <= maxName
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// within puts the name of its level in front of the field that an error names: below a, [b] becomes [a][b].
func within(name string, err error) error {
	if refusal, ok := err.(*codes.Refusal); ok {
		refusal.Field = "[" + name + "]" + refusal.Field
	}
	return err
}

// spelled ends what within began: the field [a][b] is spelled a[b].
func spelled(err error) error {
	if refusal, ok := err.(*codes.Refusal); ok {
		name, rest, _ := strings.Cut(strings.TrimPrefix(refusal.Field, "["), "]")
		refusal.Field = name + rest
	}
	return err
}
