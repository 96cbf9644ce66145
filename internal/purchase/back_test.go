package purchase_test

import (
	"maps"
	"slices"
	"strings"

	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/purchase"
)

// aPayerComesBackWithWhatTheShopExpects: 2.13.
func aPayerComesBackWithWhatTheShopExpects(h *house) {
	const ok, no, state = "https://shop.example/ok?cart=7", "https://shop.example/no", "https://shop.example/state"
	shop, old := *h.merchant, *h.merchant
	old.Settings.Purchase.LegacyFailureFields = true
	text := codes.PaymentCancelled.Text("")
	legacy := map[string]string{"pg_failure_code": "11017", "pg_failure_description": text}
	framed := map[string]string{"pg_status": "error", "pg_error_code": "11017", "pg_error_description": text}
	for _, c := range []struct {
		what  string
		row   purchase.Row
		shop  *merchant.Merchant
		terms string
		want  map[string]string // besides the payment's names
		to    string
	}{
		{"paid", purchase.Row{State: purchase.Captured}, &old, "", map[string]string{"cart": "7"}, ok},
		{"paid, in a frame", purchase.Row{State: purchase.Authorized}, &old, `,"framed":true`, map[string]string{"cart": "7"}, ok},
		{"not known yet", purchase.Row{State: purchase.Sent}, &old, `,"framed":true`, nil, state},
		{"declined", purchase.Row{State: purchase.Declined, ErrorCode: codes.InsufficientFunds}, &shop, "", nil, no},
		{"declined, to an old shop", purchase.Row{State: purchase.Declined, ErrorCode: codes.InsufficientFunds}, &old, "", map[string]string{
			"pg_failure_code": "10009", "pg_failure_description": codes.InsufficientFunds.Text(""),
		}, no},
		{"expired, before its timer came", purchase.Row{State: purchase.Created}, &old, "", map[string]string{
			"pg_failure_code": "10018", "pg_failure_description": codes.LifetimeOver.Text(""),
		}, no},
		{"refused by the shop", purchase.Row{State: purchase.Captured, Reason: "Out of stock"}, &old, "", legacy, no},
		{"let go", purchase.Row{State: purchase.Voided}, &old, "", legacy, no},
		{"let go, in a frame", purchase.Row{State: purchase.Voided}, &shop, `,"framed":true`, framed, no},
	} {
		c.row.PaymentID, c.row.OrderID = 19, "A-1"
		c.row.TermsText = `{"success":{"url":"` + ok + `"},"failure":{"url":"` + no + `","post":true},"state":{"url":"` + state + `"}` + c.terms + `}`
		back, found := c.row.Back(c.shop)
		fields, failed := back.Fields, c.to == no
		if !found || (back.Body != "") != failed || !strings.HasPrefix(back.URL, c.to) {
			h.t.Errorf("%s: to %s, with %q", c.what, back.URL, back.Body)
		}
		if !pg.Verify(back.Script, fields, c.shop.Signing(merchant.Purchase).Reveal()) {
			h.t.Errorf("%s: not signed", c.what)
		}
		got := map[string]string{}
		for _, f := range fields {
			got[f.Name] = f.Value
		}
		want := map[string]string{"pg_order_id": "A-1", "pg_payment_id": "19", "pg_salt": got["pg_salt"], "pg_sig": got["pg_sig"]}
		if maps.Copy(want, c.want); !maps.Equal(want, got) {
			h.t.Errorf("%s: %v, want %v", c.what, slices.Sorted(maps.Keys(got)), want)
		}
	}
}
