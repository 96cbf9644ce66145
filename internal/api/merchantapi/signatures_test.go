package merchantapi_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

func TestAllSixReadingsOfTheSignatureAreAccepted(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	for name, order := range map[string]string{
		"natural":    "v0;v1;v2;v3;v4;v5;v6;v7;v8;v9;v10;v11",
		"documented": "v0;v10;v1;v11;v2;v3;v4;v5;v6;v7;v8;v9",
		"literal":    "v0;v10;v11;v1;v2;v3;v4;v5;v6;v7;v8;v9",
		"no reading": "v1;v0;v2;v3;v4;v5;v6;v7;v8;v9;v10;v11",
	} {
		for empties, between := range map[string]string{"kept": ";;", "dropped": ";"} {
			sum := md5.Sum(fmt.Appendf(nil, "balance_status;%s%s%d;s4lt;%s", order, between, shop.Merchant, shop.Payout))
			var form strings.Builder
			for i := range 12 {
				fmt.Fprintf(&form, "a[%d]=v%d&", i, i)
			}
			fmt.Fprintf(&form, "b=&pg_merchant_id=%d&pg_salt=s4lt&pg_sig=%s", shop.Merchant, strings.ToUpper(hex.EncodeToString(sum[:])))
			_, body := ask(t, raw("POST", h.URL()+"/api/balance_status", urlencoded, form.String()))
			answer, err := pg.ParseXML([]byte(body))
			want := "ok"
			if name == "no reading" {
				want = "error"
			}
			if err != nil || answer.Get("pg_status") != want || !pg.Verify("balance_status", answer, shop.Payout) {
				t.Errorf("%s, empty values %s: %s", name, empties, body)
			}
		}
	}
}

func TestOnlySubscriptionTypeMayBeUnsigned(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	signed := shop.Sign("/api/balance_status", pg.Message{}.With("pg_merchant_id", shop.merchantID()))
	for extra, want := range map[string]string{"subscription_type": "ok", "pg_currency": "error", "shop_field": "error"} {
		answer, err := shop.Send(t.Context(), "/api/balance_status", signed.With(extra, "KZT"))
		if err != nil || answer.Get("pg_status") != want {
			t.Errorf("%s: %v, error %v", extra, answer.Get("pg_status"), err)
		}
	}
}

func TestWhileASecretIsRotatedBothVerifyAndTheNewOneSigns(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			for purpose, path := range map[merchant.Purpose]string{merchant.Payout: "/api/balance_status", merchant.Purchase: "/v1/merchant/%d/cardstorage/list"} {
				shop := h.enroll(merchant.Test)
				if strings.Contains(path, "%d") {
					path = fmt.Sprintf(path, shop.Merchant)
				}
				next, err := h.Merchants.Rotate(t.Context(), shop.Merchant, purpose, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				renewed := *shop
				renewed.Purchase, renewed.Payout = next.Reveal(), next.Reveal()
				if _, err := renewed.Call(t.Context(), path, "pg_user_id", "usr-1"); err != nil {
					t.Errorf("%s secret: the new one: %v", purpose, err)
				}
				if !renewed.answersInNew(t, shop, path) {
					t.Errorf("%s secret: the old one is refused in its overlap", purpose)
				}
				h.clock.Advance(time.Hour + time.Second)
				if renewed.answersInNew(t, shop, path) {
					t.Errorf("%s secret: the old one is accepted after its overlap", purpose)
				}
			}
		})
	}
}

// answersInNew tells whether a call signed with the old secret is answered,
// under the new one.
func (s *seller) answersInNew(t *testing.T, old *seller, path string) bool {
	t.Helper()
	message := pg.Message{}.With("pg_merchant_id", s.merchantID()).With("pg_user_id", "usr-1")
	_, body := ask(t, carriers["multipart"](s.Base+path, old.Sign(path, message)))
	answer, err := pg.ParseXML([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Get("pg_status") == "ok" && pg.Verify(pg.Script(path), answer, s.Payout)
}
