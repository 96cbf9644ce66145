package api

import (
	"cmp"
	"strings"

	"tolem/internal/protocol/pg"
)

// languages are the codes of pg_language (R18) and the language of ours that
// serves each best.
var languages = map[string]string{
	"ru": "ru", "ky": "ru", "kg": "ru", "uz": "ru",
	"kk": "kk", "kz": "kk",
	"en": "en", "de": "en",
}

// asked is the language that a message asks for, the shop's when we do not know
// it (R18), and "" when the message asks for none.
func asked(m pg.Message, shop string) string {
	code := m.Get("pg_language")
	if code == "" {
		return ""
	}
	return cmp.Or(languages[strings.ToLower(code)], shop)
}

// textLanguage is the language of an answer's texts: English, as the reference
// prints them, unless the message asks for another.
func textLanguage(m pg.Message, shop string) string { return cmp.Or(asked(m, shop), "en") }
