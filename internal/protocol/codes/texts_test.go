package codes

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// declared reads every name and value of the declarations of a file, so that what has no text cannot hide.
func declared(t *testing.T, path string) map[string]ast.Expr {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]ast.Expr{}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok {
			values[spec.Names[0].Name] = spec.Values[0]
		}
		return true
	})
	return values
}

// written are the three strings of an entry of the table of reasons.
func written(t *testing.T, entry ast.Expr) text {
	t.Helper()
	var arguments []ast.Expr
	switch entry := entry.(type) {
	case *ast.CallExpr:
		arguments = entry.Args
	case *ast.CompositeLit:
		arguments = entry.Elts
	}
	var words [3]string
	for i, argument := range arguments {
		words[i], _ = strconv.Unquote(argument.(*ast.BasicLit).Value)
	}
	return text{words[0], words[1], words[2]}
}

func TestEveryCodeHasItsTexts(t *testing.T) {
	names := map[Code]string{}
	for name, value := range declared(t, "code.go") {
		number, err := strconv.Atoi(value.(*ast.BasicLit).Value)
		if err != nil {
			t.Fatalf("%s is not a plain number: %v", name, err)
		}
		code := Code(number)
		if twin, twice := names[code]; twice {
			t.Errorf("code %d is both %s and %s", code, twin, name)
		}
		names[code] = name
		if _, ok := codeTexts[code]; !ok {
			t.Errorf("%s (%d) has no texts", name, code)
		}
	}
	if len(names) < 90 || len(names) != len(codeTexts) {
		t.Errorf("%d codes are declared, %d have texts", len(names), len(codeTexts))
	}
}

func TestEveryTextIsWrittenInItsLanguageAndSaidOnce(t *testing.T) {
	said := map[string]bool{}
	check := func(where string, words text) {
		t.Helper()
		for lang, sentence := range map[string]string{"en": words.en, "ru": words.ru, "kk": words.kk} {
			switch {
			case sentence == "" || sentence != strings.TrimSpace(sentence):
				t.Errorf("%s: the %s text %q is empty or padded", where, lang, sentence)
			case said[lang+sentence]:
				t.Errorf("%s: the %s text %q is used twice", where, lang, sentence)
			case cyrillic(sentence) != (lang != "en"):
				t.Errorf("%s: %q is not %s", where, sentence, lang)
			case strings.Count(sentence, "%s") != strings.Count(words.en, "%s") || strings.Count(sentence, "%") != strings.Count(sentence, "%s"):
				t.Errorf("%s: the limits of %q differ from the English text", where, sentence)
			}
			said[lang+sentence] = true
		}
	}
	for code, words := range codeTexts {
		check(strconv.Itoa(int(code)), words)
	}
	reasons := declared(t, "reason_texts.go")
	if len(reasons) < 35 {
		t.Errorf("found only %d reasons", len(reasons))
	}
	for name, entry := range reasons {
		check(name, written(t, entry))
	}
}

func cyrillic(sentence string) bool {
	return strings.ContainsFunc(sentence, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

func TestTextsPrintedInTheSpecificationAreKept(t *testing.T) {
	printed := map[Code]string{
		120:   "Wrong payment status",
		1100:  "Request signature is not valid",
		10001: "Payment declined. Contact the card issuer",
		10009: "Insufficient funds",
		11068: "Payment not found.",
	}
	for code, want := range printed {
		if got := code.Text("en"); got != want {
			t.Errorf("%d says %q, want %q", code, got, want)
		}
	}
	if got := InsufficientFunds.Text("ru"); got != "Недостаточно средств" {
		t.Errorf("10009 says %q in Russian", got)
	}
}

func TestOtherLanguagesAndUnknownCodesFallBack(t *testing.T) {
	for lang, want := range map[string]string{
		"kz": BadSignature.Text("kk"), "": BadSignature.Text("en"), "uz": BadSignature.Text("en"), "RU": BadSignature.Text("en"),
	} {
		if got := BadSignature.Text(lang); got != want {
			t.Errorf("%q gives %q, want %q", lang, got, want)
		}
	}
	if got, want := Code(77).Text("ru"), SystemError.Text("ru"); got != want {
		t.Errorf("an unknown code says %q, want %q", got, want)
	}
}
