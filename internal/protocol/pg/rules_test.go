package pg

import (
	"strings"
	"testing"

	"tolem/internal/protocol/codes"
)

// Each rule and pattern with texts that it lets through and texts that it refuses.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		rule      rule
		good, bad []string
	}{
		"url": {rules["url"],
			[]string{"https://shop.example/fp/result?x=1#y", "http://shop.example", "https://api.hostsuccess", "https://shop.example:8443/a",
				"https://[2001:db8::1]/a", "HTTPS://shop.example/", "https://дүкен.kz/жол", "https://a/" + strings.Repeat("ё", 245)},
			[]string{"shop.example", "/fp/result", "//shop.example/", "ftp://shop.example", "javascript:alert(1)", "https:", "https://", "https:///a",
				"https://:443/", "https:shop.example", "https://user@shop.example/", "https://user:pass@shop.example/", "https://shop.example/a;b",
				"https://shop.example/a b", "https://shop.example/\n", "https://shop.example/\\evil", "https://shop.example\\@evil", "https://a/%zz",
				"https://a/\u00a0", "https://a/" + strings.Repeat("ё", 246)}},
		"nosemi": {rules["nosemi"], []string{"", "project:order 7", "тапсырыс"}, []string{"a;b", ";", "a\nb", "a\tb", "\u0085"}},
		"email": {rules["email"], []string{"a@shop.example", "a.b+c@shop.example"},
			[]string{"", "0", "a", "a@", "@b", "a@b@c", "A <a@shop.example>", " a@shop.example", "a@shop.example;b", "a@shop.example\r\nBcc: x",
				strings.Repeat("a", 250) + "@b.kz"}},
		"phone": {rules["phone"], []string{"77000000002", "1234567890", "123456789012345"},
			[]string{"", "0", "+77000000002", "7 700 000 00 02", "07000000002", "123456789", "1234567890123456", "7700000000x"}},
		"user_id":  {patterns["user_id"], []string{"a", "drv-88_A", strings.Repeat("a", 50)}, []string{"", "a b", "a.b", "ё", strings.Repeat("a", 51)}},
		"digits":   {patterns["digits"], []string{"0", "0123456789"}, []string{"", "-1", "1.0", "١"}},
		"token":    {patterns["token"], []string{"c1d7b2f4-90aa-4a3b-8d2e-6b7f13c0a945", "~!"}, []string{"", "a;b", "a b", "ё", strings.Repeat("a", 256)}},
		"currency": {patterns["currency"], []string{"KZT", "USD"}, []string{"", "KZ", "kzt", "KZTT", "K1T"}},
		"language": {patterns["language"], []string{"ru", "KZ", "ru-RU"}, []string{"", "r", "Order 7", "русск", "english"}},
		"iban_kz": {patterns["iban_kz"], []string{"KZ64999KZT0000012345"},
			[]string{"", "KZ64999KZT000001234", "KZ64999KZT00000123456", "KG64999KZT0000012345", "KZX4999KZT0000012345", "KZ64999KZT000001234x", "KZ64999KZT-000012345"}},
		"bik": {patterns["bik"], []string{"TESTKZKA", "KCJBKZ", "KCJBKZKXXXX"}, []string{"", "KCJBK", "KCJBKZKXXXXX", "KCJB-KZ"}},
		"iin": {patterns["iin"], []string{"850101399996"}, []string{"", "85010139999", "8501013999960", "85010139999x"}},
		"kbe": {patterns["kbe"], []string{"19"}, []string{"", "1", "190", "1x"}},
		"knp": {patterns["knp"], []string{"119"}, []string{"", "11", "1190", "11x"}},
	} {
		for _, text := range c.good {
			if reason := c.rule(text); reason != (codes.Reason{}) {
				t.Errorf("%s refuses %q: %v", name, text, reason)
			}
		}
		for _, text := range c.bad {
			if c.rule(text) == (codes.Reason{}) {
				t.Errorf("%s lets %q through", name, text)
			}
		}
		delete(untested, name)
	}
	for name := range untested {
		t.Errorf("%s is not tested", name)
	}
}

var untested = func() map[string]bool {
	all := map[string]bool{}
	for name := range rules {
		all[name] = true
	}
	for name := range patterns {
		all[name] = true
	}
	return all
}()
