package pg

import (
	"slices"
	"strconv"
	"strings"

	"tolem/internal/protocol/codes"
)

// obey takes in one rule of a tag; false means that there is no such rule, or not for this type of field.
func (f *planned) obey(word string) bool {
	isText := f.shape == textShape || f.shape == customShape
	key, argument, _ := strings.Cut(word, "=")
	switch {
	case word == "required":
		f.required = true
		return true
	case word == "flag":
		return f.shape == flagShape
	case key == "min" && (isText || f.shape == integerShape):
		return setBound(&f.min, argument)
	case key == "max" && (isText || f.shape == integerShape):
		return setBound(&f.max, argument)
	case isText && key == "pattern":
		return f.addRule(patterns[argument])
	case isText && key == "oneof":
		return argument != "" && f.addRule(oneOf(strings.Split(argument, "|")))
	case isText:
		word, lenient := strings.CutSuffix(word, "_lenient")
		f.lenient = f.lenient || lenient
		return f.addRule(rules[word])
	}
	return false
}

func setBound(bound *int64, argument string) bool {
	number, err := strconv.ParseInt(argument, 10, 64)
	*bound = number
	return err == nil
}

func (f *planned) addRule(r rule) bool {
	f.rules = append(f.rules, r)
	return r != nil
}

func oneOf(words []string) rule {
	return func(text string) codes.Reason {
		if slices.Contains(words, text) {
			return codes.Reason{}
		}
		return codes.UnknownValue
	}
}
