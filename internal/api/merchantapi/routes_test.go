package merchantapi_test

import (
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

func TestUnknownPathsAre404(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	for _, path := range []string{
		"/", "/api", "/api/", "/api/reg2reg/", "/api/reg2reg.php", "/API/reg2reg", "/api/iban_payout/", "/api/./reg2reg", "/v1/../api/reg2reg", "/api/reg2reg/..",
		"/get_status2.php/", "/get_status4.php", "/any_amount.php", "/payment_status", shop.path("/cardstorage"), shop.path("/cardstorage/add3"),
		shop.path("/cardstoragepayout/add2"), shop.path("/cardstoragepayout/list"), shop.path("/cardstoragepayout/remove"), "/v1/merchant//cardstorage/add",
	} {
		message := shop.Sign(path, pg.Message{}.With("pg_merchant_id", shop.merchantID()))
		if status, body := ask(t, raw("POST", h.URL()+path, urlencoded, pg.EncodeForm(message))); status != 404 {
			t.Errorf("%s: HTTP %d, %s", path, status, body)
		}
	}
}

func TestOnlyGetAndPostAreMethods(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	token, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	query := pg.EncodeForm(shop.Sign("/api/reg2reg", payoutOf(shop, token, "A-1", "1")))
	for _, method := range []string{"PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "get"} {
		request := raw(method, h.URL()+"/api/reg2reg?"+query, "", "")
		response, err := patient.Do(request.WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 405 || response.Header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: HTTP %d, allowed %q", method, response.StatusCode, response.Header.Get("Allow"))
		}
	}
	if got := len(shop.transfers()); got != 1 {
		t.Errorf("%d transfers beside the deposit", got-1)
	}
}

func TestRunsOfSlashesAreReadAsOne(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	for _, path := range []string{"//api/balance_status", "/api///balance_status", "////api//balance_status"} {
		message := shop.Sign("/api/balance_status", pg.Message{}.With("pg_merchant_id", shop.merchantID()))
		status, body := ask(t, raw("POST", h.URL()+path, urlencoded, pg.EncodeForm(message)))
		if answer, err := pg.ParseXML([]byte(body)); err != nil || !pg.Verify("balance_status", answer, shop.Payout) || answer.Get("pg_status") != "ok" {
			t.Errorf("%s: HTTP %d, %s", path, status, body)
		}
	}
}

func TestAnswersAreForNobodyElse(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	response, err := patient.Do(raw("POST", h.URL()+"/api/reg2reg", urlencoded, "").WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	for header, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	for header := range response.Header {
		if strings.HasPrefix(header, "Set-Cookie") || header == "Server" {
			t.Errorf("an answer has %s", header)
		}
	}
}
