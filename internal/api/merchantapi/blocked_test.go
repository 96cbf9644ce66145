package merchantapi_test

import (
	"net/http"
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
)

// TestThePagesOfABlockedMerchantAreClosed: what it opened before takes no money.
func TestThePagesOfABlockedMerchantAreClosed(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			shop := h.enroll(merchant.Test)
			confirm, payment := shop.confirmPath(t)
			page := h.URL() + "/pay.html?customer=" + strings.Split(confirm, "/")[2]
			binding, err := shop.Call(t.Context(), shop.path("/cardstorage/add"), "pg_user_id", "usr-1", "pg_post_link", "https://shop.example/cb", "pg_back_link", "https://shop.example/back")
			if err != nil || binding.Get("pg_redirect_url") == "" {
				t.Fatal(binding, err)
			}
			if status, body := ask(t, raw(http.MethodGet, page, "", "")); status != http.StatusOK || !strings.Contains(body, "Pen") {
				t.Fatalf("HTTP %d before it is blocked", status)
			}
			shop.change(func(m *merchant.Merchant) error { m.Status = merchant.Blocked; return nil })
			card := "card_number=6224466455690681278&expiry=12%2F30&cvc=123"
			for what, r := range map[string]*http.Request{
				"its page":      raw(http.MethodGet, page, "", ""),
				"a card typed":  raw(http.MethodPost, page, urlencoded, card),
				"a cancel":      raw(http.MethodPost, page, urlencoded, "cancel=1"),
				"the card page": raw(http.MethodGet, h.URL()+strings.TrimPrefix(binding.Get("pg_redirect_url"), "https://pay.example"), "", ""),
			} {
				if status, body := ask(t, r); status != http.StatusForbidden || strings.Contains(body, "Pen") || strings.Contains(body, "<form method=\"post\"") {
					t.Errorf("%s: HTTP %d", what, status)
				}
			}
			if _, body := ask(t, raw(http.MethodPost, h.URL()+confirm, urlencoded, confirmationForm())); !strings.HasPrefix(body, `{"data":{"status":"error","code":9996,`) {
				t.Errorf("a wallet: %s", body)
			}
			if row := shop.purchase(payment); row.State != "created" {
				t.Errorf("the payment is %s", row.State)
			}
		})
	}
}
