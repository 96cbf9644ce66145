package pages

import (
	"net/url"
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language the pages are written in, as its BCP 47 code. The zero value and every unknown value mean Russian,
// the protocol's default (R18).
type Lang string

// The languages of the pages.
const (
	Russian Lang = "ru"
	Kazakh  Lang = "kk"
	English Lang = "en"
)

// languages in the order of the switch; Russian first, as the default.
var languages = []Lang{Russian, Kazakh, English}

// named maps the language codes of the protocol (R18) to a language we have: countries stand for languages there, and a
// reader of Kyrgyz or Uzbek is served best by Russian, a reader of German by English.
var named = map[string]Lang{
	"ru": Russian,
	"kk": Kazakh, "kz": Kazakh,
	"en": English,
	"ky": Russian, "kg": Russian,
	"uz": Russian,
	"de": English,
}

var matcher = language.NewMatcher([]language.Tag{language.Russian, language.Kazakh, language.English})

// longestAcceptLanguage bounds the work spent on a header; browsers send well under 200 bytes.
const longestAcceptLanguage = 1024

// Negotiate picks the language of a page. An explicit code (pg_language, or ?lang= of the switch) decides alone: a known
// one is taken, an unknown one gives the fallback, the shop's default (R18). Without a code the browser's Accept-Language
// header is matched, and the fallback is left for a header that names nothing close.
func Negotiate(explicit, acceptLanguage string, fallback Lang) Lang {
	if explicit != "" {
		if lang, ok := named[strings.ToLower(explicit)]; ok {
			return lang
		}
		return fallback.known()
	}
	if acceptLanguage == "" || len(acceptLanguage) > longestAcceptLanguage {
		return fallback.known()
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return fallback.known()
	}
	_, index, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return fallback.known()
	}
	return languages[index]
}

func (l Lang) known() Lang {
	switch l {
	case Kazakh, English:
		return l
	default:
		return Russian
	}
}

func (l Lang) words() *words {
	switch l.known() {
	case Kazakh:
		return &kazakh
	case English:
		return &english
	default:
		return &russian
	}
}

// inLanguage returns the page's own address with the language in it, or "" when self is not a path on this host.
func inLanguage(self string, lang Lang) string {
	address, err := url.Parse(self)
	if err != nil || address.Scheme != "" || address.Host != "" || !strings.HasPrefix(address.Path, "/") || strings.HasPrefix(address.Path, "//") {
		return ""
	}
	query := address.Query()
	query.Set(FieldLang, string(lang))
	address.RawQuery = query.Encode()
	address.Fragment = ""
	return address.String()
}
