package card

import (
	"strings"
	"unicode"
)

// longestHolder is in characters. A card carries 26 (ISO/IEC 7813), forms and wallets send whole names.
const longestHolder = 64

// ParseHolder reads the holder's name: Latin letters, spaces, dots, hyphens and apostrophes, at least two letters, at most 64
// characters; runs of spaces become one. A purchase needs two words, first and last name (R33); elsewhere one is enough. Its errors
// are [ErrHolder] and [ErrHolderWords].
func ParseHolder(text string, words int) (string, error) {
	fields := strings.Fields(text)
	name := strings.Join(fields, " ")
	letters, length := 0, 0
	for _, r := range name {
		length++
		switch {
		case unicode.IsLetter(r) && unicode.Is(unicode.Latin, r):
			letters++
		case !strings.ContainsRune(" .-'’", r):
			return "", ErrHolder
		}
	}
	if letters < 2 || length > longestHolder {
		return "", ErrHolder
	}
	if wordsWithLetters(fields) < words {
		return "", ErrHolderWords
	}
	return name, nil
}

func wordsWithLetters(fields []string) int {
	count := 0
	for _, field := range fields {
		if strings.ContainsFunc(field, unicode.IsLetter) {
			count++
		}
	}
	return count
}
