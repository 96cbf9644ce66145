package callback

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tolem/internal/protocol/pg"
)

func TestMessagesAreKeptAsTheyAre(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var m pg.Message
		for range rapid.IntRange(0, 5).Draw(r, "fields") {
			m = append(m, pg.Field{Name: rapid.String().Draw(r, "name"), Value: rapid.String().Draw(r, "value")})
		}
		got, err := decode(encode(m))
		if err != nil || len(got) != len(m) {
			r.Fatalf("%v %v", got, err)
		}
		for i := range m {
			if got[i].Name != m[i].Name || got[i].Value != m[i].Value {
				r.Fatalf("field %d: %q %q", i, got[i].Name, got[i].Value)
			}
		}
	})
}

func TestPagesOfOurOwnAreNotCalled(t *testing.T) {
	for own, targets := range map[string]map[string]bool{
		"pay.example": {
			"https://pay.example/success":          true,
			"https://pay.example/failure?a=1":      true,
			"https://PAY.example:443/success":      true,
			"http://pay.example:80/success":        true,
			"https://pay.example:8443/success":     false,
			"https://pay.example/success/more":     false,
			"https://pay.example/shop/notify":      false, // the merchant's own, on the same host
			"https://shop.example/success":         false,
			"https://pay.example.evil.com/success": false,
			"https://user@shop.example/success":    false,
			"%zz":                                  false,
			"":                                     false,
		},
		"127.0.0.1:8080": {"http://127.0.0.1:8080/success": true, "http://127.0.0.1:9090/success": false},
	} {
		for target, want := range targets {
			if got := (&Courier{Own: own}).toOurselves(target); got != want {
				t.Errorf("%s at %s: %v", target, own, got)
			}
		}
	}
}

func TestAnswersAreKeptAsPlainText(t *testing.T) {
	if got := printable("ok\n\t\x1b[2J\u009b31m\x00\x7f\xff приём \ufffd"); got != "ok\n\t[2J31m приём \ufffd" {
		t.Errorf("%q", got)
	}
	rapid.Check(t, func(r *rapid.T) {
		text := printable(string(rapid.SliceOfN(rapid.Byte(), 0, 2*answerKept).Draw(r, "answer")))
		if len(text) > answerKept || !utf8.ValidString(text) ||
			strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) {
			r.Fatalf("%q", text)
		}
	})
}

// FuzzKeptMessage: what is kept of a message is read as it was, and what is no message is refused.
func FuzzKeptMessage(f *testing.F) {
	f.Add("a", "1", `[["a","1"]]`)
	f.Add("", "\x00\u2028<&", `[["a"]]`)
	f.Add("ключ", "\"", `[["a","1","2"],null]`)
	f.Fuzz(func(t *testing.T, name, value, text string) {
		if utf8.ValidString(name) && utf8.ValidString(value) {
			if m, err := decode(encode(pg.Message{{Name: name, Value: value}})); err != nil || len(m) != 1 || m[0].Name != name || m[0].Value != value {
				t.Errorf("%q=%q is kept as %v, %v", name, value, m, err)
			}
		}
		m, err := decode(text)
		if err != nil {
			return
		}
		if again, err := decode(encode(m)); err != nil || encode(again) != encode(m) {
			t.Errorf("%q is read and kept as %q, %v", text, encode(again), err)
		}
	})
}
