package codes

// text is one sentence in the three languages.
type text struct{ en, ru, kk string }

// in picks the language of a pg_language; the old code kz means Kazakh too (R18).
func (t text) in(lang string) string {
	switch lang {
	case "ru":
		return t.ru
	case "kk", "kz":
		return t.kk
	default:
		return t.en
	}
}
