package merchantapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

func TestWhoeverCannotBeIdentifiedIsToldNothing(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	id := shop.merchantID()
	for _, claim := range []string{
		"", "0", "-1", "-" + id, "+" + id, id + ".0", id + "e0", "0x" + fmt.Sprintf("%x", shop.Merchant), " " + id, id + " ", id + "\n", id + "\x00",
		id + ";", "７００１２４", "999999", "99999999999999999999999", "1 OR 1=1", "NaN", "true", "null", strings.Repeat("9", 5000),
	} {
		for _, e := range targets("x") {
			path := e.pathOf(shop)
			message := pg.Message{{Name: "pg_merchant_id", Value: claim}}
			status, body := ask(t, raw("POST", h.URL()+path, urlencoded, form(shop.Sign(path, message))))
			if code := unsignedCode(t, claim, body); status != 200 || code != "9998" {
				t.Errorf("%s: pg_merchant_id %.40q: HTTP %d, code %s", e.path, claim, status, code)
			}
		}
	}
	for what, body := range map[string]string{
		"twice":            "pg_merchant_id=" + id + "&pg_merchant_id=" + id,
		"two merchants":    "pg_merchant_id=" + id + "&pg_merchant_id=700123",
		"nested":           "pg_merchant_id[0]=" + id,
		"under other case": "PG_MERCHANT_ID=" + id,
	} {
		if status, body := ask(t, raw("POST", h.URL()+"/api/balance_status", urlencoded, body)); status != 200 || unsignedCode(t, what, body) != "9998" {
			t.Errorf("%s: HTTP %d, %s", what, status, body)
		}
	}
}

func TestASealThatIsWrongIsRefusedAsTheFamilyDoes(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	before := h.accounts()
	for _, e := range targets("x") {
		path := e.pathOf(shop)
		sealed := shop.Sign(path, e.message(shop, ""))
		salt, sig := sealed.Get("pg_salt"), sealed.Get("pg_sig")
		fields := form(unsealed(sealed))
		for what, seal := range map[string]string{
			"none": "", "no salt": "&pg_sig=" + sig, "no signature": "&pg_salt=" + salt, "an empty salt": "&pg_salt=&pg_sig=" + sig,
			"another salt": "&pg_salt=x&pg_sig=" + sig, "a long salt": "&pg_salt=" + strings.Repeat("x", 256) + "&pg_sig=" + sig,
			"a nested salt": "&pg_salt[a]=" + salt + "&pg_sig=" + sig, "two salts": "&pg_salt=" + salt + "&pg_salt=" + salt + "&pg_sig=" + sig,
			"half a signature": "&pg_salt=" + salt + "&pg_sig=" + sig[:16], "a nested signature": "&pg_salt=" + salt + "&pg_sig[0]=" + sig,
			"two signatures": "&pg_salt=" + salt + "&pg_sig=" + sig + "&pg_sig=" + sig, "no hex": "&pg_salt=" + salt + "&pg_sig=" + strings.Repeat("z", 32),
			"an unsigned field more": "&pg_salt=" + salt + "&pg_sig=" + sig + "&x=1", "control characters": "&pg_salt=%00&pg_sig=%00",
		} {
			status, body := ask(t, raw("POST", h.URL()+path, urlencoded, fields+seal))
			answer, err := pg.ParseXML([]byte(body))
			if err != nil || answer.Get("pg_error_code") != "1100" {
				t.Errorf("%s: %s: HTTP %d, %s", e.path, what, status, body)
			}
			signed, wantStatus := answer.Has("pg_sig"), http.StatusOK
			if strings.HasPrefix(path, "/v1/") {
				wantStatus = http.StatusUnauthorized
			}
			if status != wantStatus || signed != strings.HasPrefix(path, "/api/") || signed && !pg.Verify(pg.Script(path), answer, shop.Payout) {
				t.Errorf("%s: %s: HTTP %d, signed %t", e.path, what, status, signed)
			}
		}
	}
	if diff := cmp.Diff(before, h.accounts()); diff != "" {
		t.Errorf("money was moved:\n%s", diff)
	}
}
