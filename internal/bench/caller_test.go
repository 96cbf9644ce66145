package bench

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"tolem/internal/protocol/pg"
)

var testShop = Shop{Merchant: 700999, Purchase: "purchase-secret", Payout: "payout-secret", User: "user", Token: "token"}

// seal makes a message of fields given as name, value, name, value, ...
func seal(script, secret string, fields ...string) pg.Message {
	m := pg.Message{}
	for i := 0; i < len(fields); i += 2 {
		m = m.With(fields[i], fields[i+1])
	}
	return pg.Seal(script, m, secret, pg.NewSalt())
}

// TestOnlyAnswersThatThePlatformSignedCount, whatever form they have.
func TestOnlyAnswersThatThePlatformSignedCount(t *testing.T) {
	signed := func(secret string, fields ...string) string {
		return string(pg.EncodeXML("response", seal("reg2reg", secret, fields...)))
	}
	for name, c := range map[string]struct{ body, want string }{
		"plain":              {signed("payout-secret", "pg_status", "ok"), "ok"},
		"escaped":            {signed("payout-secret", "pg_status", "ok", "pg_description", "a & б"), "ok"},
		"a refusal":          {signed("payout-secret", "pg_status", "error", "pg_error_code", "8888"), "error 8888"},
		"another's":          {signed("other-secret", "pg_status", "ok"), "unverified answer"},
		"another's, escaped": {signed("other-secret", "pg_status", "ok", "pg_description", "a & б"), "unverified answer"},
		"unsigned":           {"<response><pg_status>ok</pg_status></response>", "unverified answer"},
		"no message":         {"Bad Gateway", "no answer"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			message, err := pg.Decode(r)
			if err != nil || r.URL.Path != "/below/api/reg2reg" || message.Get("pg_merchant_id") != "700999" || !pg.Verify("reg2reg", message, "payout-secret") {
				t.Errorf("%s: the call of %s is not the shop's: %v", name, r.URL.Path, err)
			}
			_, _ = w.Write([]byte(c.body))
		}))
		calls, err := newCaller(server.URL+"/below", []Shop{testShop}, 1)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := calls.call(&calls.shops[0], "/api/reg2reg", pg.Message{{Name: "pg_order_id", Value: "1"}})
		if got := outcome(answer, err); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		calls.close()
		server.Close()
		if answer, err := calls.call(&calls.shops[0], "/api/reg2reg", nil); outcome(answer, err) != "no answer" {
			t.Errorf("%s: a server that is gone has answered", name)
		}
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	for _, base := range []string{"", "nowhere", "127.0.0.1:8080", "ftp://127.0.0.1", "http://", "://"} {
		if _, err := newCaller(base, []Shop{testShop}, 1); err == nil {
			t.Errorf("%q is called", base)
		}
	}
}
