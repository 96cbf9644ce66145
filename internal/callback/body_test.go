package callback_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/callback"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
	"tolem/internal/storetest"
)

const salt = "s4lt0002kVn3QmZ8"

// parse reads a body as a merchant would.
func parse(t *testing.T, form callback.Form, body string) pg.Message {
	t.Helper()
	values, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	if form == callback.XML {
		if len(values) != 1 || !strings.Contains(values.Get("pg_xml"), "<response>") {
			t.Fatalf("body %q", body)
		}
		m, err := pg.ParseXML([]byte(values.Get("pg_xml")))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var m pg.Message
	for name, list := range values {
		for _, value := range list {
			m = append(m, pg.Field{Name: name, Value: value})
		}
	}
	return m
}

func texts(m pg.Message) map[string]string {
	found := map[string]string{}
	for _, f := range m {
		found[f.Name] = f.Value
	}
	return found
}

func TestBodiesAreSignedUnderTheScriptOfTheURL(t *testing.T) {
	secret := shop(t, open(t, storetest.SQLite(t))).Signing(merchant.Payout)
	message := pg.Message{{Name: "pg_order_id", Value: "A-7"}, {Name: "pg_status", Value: "ok"}, {Name: "pg_card_hash", Value: "<Заказ & ко>"}}
	for target, c := range map[string]struct {
		script string
		more   map[string]string // fields beyond the message's
	}{
		"https://shop.example/hooks/notify.php": {"notify.php", nil},
		"https://shop.example":                  {"", nil},
		"https://shop.example/hooks/":           {"", nil},
		"https://shop.example/a%20b":            {"a%20b", nil},
		// Query fields are repeated and signed; what the message says wins, and
		// nobody's signature or salt is taken over (R38).
		"https://shop.example/n?shop=1&name=%D0%90+b&pg_status=no&pg_sig=x&pg_salt=y&empty=": {"n", map[string]string{"shop": "1", "name": "А b"}},
		"https://shop.example/n?%zz=1&a=%zz&=2&ok=3":                                         {"n", map[string]string{"ok": "3"}},
	} {
		for _, form := range []callback.Form{callback.Fields, callback.XML} {
			m := parse(t, form, callback.Compose(callback.Notice{URL: target, Form: form, Message: message}, secret, salt).Body)
			if !pg.Verify(c.script, m, secret.Reveal()) {
				t.Errorf("%s %s: not signed for %q", form, target, c.script)
			}
			want := map[string]string{"pg_salt": salt, "pg_sig": m.Get("pg_sig")}
			for _, f := range message {
				want[f.Name] = f.Value
			}
			for name, value := range c.more {
				want[name] = value
			}
			if diff := cmp.Diff(want, texts(m)); diff != "" {
				t.Errorf("%s %s: %s", form, target, diff)
			}
		}
	}
}
