package shop

import (
	"net/url"
	"strings"
	"testing"

	"tolem/internal/protocol/pg"
)

// FuzzReadCallback: a body is believed only when a secret of ours signed it for the script that was called.
func FuzzReadCallback(f *testing.F) {
	c := Client{Merchant: 7, Purchase: "purchase secret", Payout: "payout secret"}
	sealed := pg.Seal("notify", pg.Message{{Name: "a", Value: "1"}}, c.Payout, "salt")
	f.Add(pg.EncodeForm(sealed))
	f.Add(pg.EncodeForm(pg.Message{{Name: "pg_xml", Value: string(pg.EncodeXML("response", pg.Seal("notify", nil, c.Purchase, "salt")))}}))
	f.Add("pg_xml=%3Cr%3E&a=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		received, err := c.ReadCallback(&url.URL{Path: "/shop/notify"}, body)
		if err != nil {
			return
		}
		if !pg.Verify("notify", received.Message, c.Payout) && !pg.Verify("notify", received.Message, c.Purchase) {
			t.Errorf("%q is believed", body)
		}
		if _, err := c.ReadCallback(&url.URL{Path: "/shop/other"}, body); err == nil {
			t.Errorf("%q is believed at another address", body)
		}
		if _, err := (&Client{Purchase: "x", Payout: "y"}).ReadCallback(&url.URL{Path: "/shop/notify"}, body); err == nil && !strings.Contains(body, "x") {
			t.Errorf("%q is believed by another merchant", body)
		}
	})
}
