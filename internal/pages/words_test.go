package pages

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// spread lists every text of a language under the path of its key.
func spread(out map[string]string, path string, value reflect.Value) {
	switch value.Kind() {
	case reflect.String:
		out[path] = value.String()
	case reflect.Struct:
		for i := range value.NumField() {
			spread(out, path+"."+value.Type().Field(i).Name, value.Field(i))
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			spread(out, path+"["+fmt.Sprint(key.Interface())+"]", value.MapIndex(key))
		}
	case reflect.Array:
		for i := range value.Len() {
			spread(out, path+"#"+string(rune('a'+i)), value.Index(i))
		}
	default:
		panic(value.Kind())
	}
}

func texts(w *words) map[string]string {
	out := map[string]string{}
	spread(out, "", reflect.ValueOf(*w))
	return out
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestEveryTextExistsInEveryLanguage(t *testing.T) {
	base := texts(&russian)
	for _, lang := range languages {
		all := texts(lang.words())
		for key := range base {
			text, ok := all[key]
			if !ok || strings.Trim(text, " ") == "" {
				t.Errorf("%s: no text for %s", lang, key)
			}
			want, got := placeholder.FindAllString(base[key], -1), placeholder.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: placeholders of %s: %s", lang, key, diff)
			}
		}
		if len(all) != len(base) {
			t.Errorf("%s has %d texts, not %d", lang, len(all), len(base))
		}
	}
}

func TestEveryOutcomeNoticeAndProblemHasItsTexts(t *testing.T) {
	for operation := CardBinding; operation <= Purchase; operation++ {
		last := Expired
		if operation == Purchase {
			last = Returned
		}
		for outcome := Succeeded; outcome <= last; outcome++ {
			if russian.Outcomes[operation][outcome].Title == "" || outcomeMarks[outcome] == "" {
				t.Errorf("operation %d has no words for outcome %d", operation, outcome)
			}
		}
	}
	for kind := NotFound; kind <= TooManyRequests; kind++ {
		if russian.Notices[kind].Title == "" {
			t.Errorf("no words for notice %d", kind)
		}
	}
	for _, problem := range []Problem{
		NumberMissing, NumberWrong, NumberUnsupported, HolderMissing, HolderWrong, ExpiryMissing, ExpiryWrong, ExpiryPast, CVCMissing, CVCWrong, SavedCVCMissing, SavedCVCWrong,
		AmountMissing, AmountWrong, AmountTooFine, AmountTooLow, AmountTooHigh, ContactMissing, ContactWrong,
	} {
		if russian.Problems[problem] == "" {
			t.Errorf("no words for %s", problem)
		}
	}
	for _, method := range []Method{BankCard, Wallet, InternetBank, MobileCommerce, Cash, Terminal} {
		if russian.Methods[method] == "" {
			t.Errorf("no words for %s", method)
		}
	}
	for kind := ShopRefused; kind <= TriedTooOften; kind++ {
		if russian.Troubles[kind].Text == "" {
			t.Errorf("no words for trouble %d", kind)
		}
	}
}

// A text of another language is a text somebody forgot: Kazakh has letters of its own, English has no Cyrillic at all.
func TestTextsAreInTheirLanguage(t *testing.T) {
	const kazakhLetters = "әғқңөұүһі"
	for key, text := range texts(&english) {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
			t.Errorf("English %s: %s", key, text)
		}
	}
	for key, text := range texts(&russian) {
		if strings.ContainsAny(strings.ToLower(text), kazakhLetters) {
			t.Errorf("Russian %s: %s", key, text)
		}
	}
	own := 0
	for _, text := range texts(&kazakh) {
		if strings.ContainsAny(strings.ToLower(text), kazakhLetters) {
			own++
		}
		if strings.ContainsAny(text, "ўїєґ") || strings.Contains(text, "нөірі") {
			t.Errorf("Kazakh: %s", text)
		}
	}
	if all := len(texts(&kazakh)); own < all*2/3 {
		t.Errorf("only %d of %d Kazakh texts use a Kazakh letter", own, all)
	}
}

func TestADeclineIsExplainedInThePayersLanguage(t *testing.T) {
	for _, lang := range languages {
		w := lang.words()
		for _, test := range []struct {
			code int
			want string
		}{{10001, w.Declines[10001]}, {424242, w.Declined}} {
			page := text(t, drawn(Result{Frame: Frame{Lang: lang}, Operation: CardBinding, Outcome: Failed, Code: test.code}))
			if !strings.Contains(page, strings.ReplaceAll(test.want, "'", "&#39;")) {
				t.Errorf("%s: code %d is not explained", lang, test.code)
			}
		}
	}
}
