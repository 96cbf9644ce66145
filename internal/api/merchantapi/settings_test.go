package merchantapi_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

func TestAnInstallationChoosesTheZonesOfItsDates(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{Zone: time.FixedZone("", -3*3600), LimitZone: platform.Almaty})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	late := values{}.apply(payoutOf(shop, good, "A-1", "1"), "pg_order_time_limit=2026-03-02 14:29:59")
	refusedWith(t, "a limit that has passed in Almaty", shop.pay(t, late), "10018", "pg_order_time_limit")
	for _, never := range []string{"0001-01-01 00:00:00", "0001-01-01 05:00:00", "1970-01-01 00:00:00", "1970-01-01 05:00:00"} { // which could be taken for none
		refusedWith(t, never, shop.pay(t, values{}.apply(late, "pg_order_time_limit="+never)), "10018", "pg_order_time_limit")
	}
	paid := shop.pay(t, values{}.apply(late, "pg_order_time_limit=2026-03-02 14:30:00"))
	if paid.Get("pg_status") != "ok" || paid.Get("pg_payment_date") != "2026-03-02 06:30:00" {
		t.Errorf("code %s, paid at %s", paid.Get("pg_error_code"), paid.Get("pg_payment_date"))
	}
}

func TestAMerchantMayBeCalledForFromItsAddressesOnly(t *testing.T) {
	t.Parallel()
	_, loopback, err := net.ParseCIDR("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, platform.Config{Proxies: []net.IPNet{*loopback}})
	shop := h.enroll(merchant.Test)
	shop.set("allowed_addresses", "203.0.113.0/24")
	code := func(told string) string {
		form := pg.EncodeForm(shop.Sign("/get_status3.php", pg.Message{}.With("pg_merchant_id", shop.merchantID()).With("pg_order_id", "A-1")))
		request := raw("POST", h.URL()+"/get_status3.php", urlencoded, form)
		if told != "" {
			request.Header.Set("X-Forwarded-For", told)
		}
		_, body := ask(t, request)
		_, code, _ := strings.Cut(body, "<pg_error_code>")
		code, _, _ = strings.Cut(code, "<")
		return code
	}
	shop.set("purchase.browser_entry", "on")
	entered(t, "a payer from anywhere", arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, pg.EncodeForm(shop.entryForm()))))
	for told, want := range map[string]string{"203.0.113.7": "11068", "198.51.100.1": "9994", "203.0.113.7, 198.51.100.1": "9994", "": "9994"} {
		if got := code(told); got != want {
			t.Errorf("from %q: %s, want %s", told, got, want)
		}
	}
}

func TestWithoutADatabaseTheOutcomeIsUnknownAndSaidSo(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	h.broken = true
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, e := range targets(good) {
		if e.path == "/ps_list.php" {
			continue // its answer is known without
		}
		path := e.pathOf(shop)
		answer, err := shop.Send(t.Context(), path, shop.Sign(path, e.message(shop, "pg_order_id", "pg_result_url", "pg_success_url", "pg_failure_url")))
		if err != nil {
			t.Fatalf("%s: %v", e.path, err)
		}
		refusedWith(t, e.path, answer, "9999", "outcome unknown")
	}
	message := shop.Sign("/api/reg2reg", values{}.apply(payoutOf(shop, good, "A-1", "1"), "pg_merchant_id=700123"))
	h.clock.Advance(time.Hour) // what was known of merchants is too old
	status, body := ask(t, carriers["urlencoded"](h.URL()+"/api/reg2reg", message))
	if code := unsignedCode(t, "a merchant that cannot be read", body); status != 200 || code != "9999" {
		t.Errorf("a merchant that cannot be read: HTTP %d, code %s", status, code)
	}
	if status, body := ask(t, raw("GET", h.URL()+"/status/healthcheck", "", "")); status != 503 || !strings.Contains(body, `"status":"error"`) {
		t.Errorf("the health check says %d, %s", status, body)
	}
}
