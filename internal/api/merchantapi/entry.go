package merchantapi

import (
	"context"
	"slices"
	"strings"

	"tolem/internal/api"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// entryRequest is createRequest as a payer's browser brings it, signed by the shop
// (spec 01, 2.4; 04, 0.3).
type entryRequest struct {
	createRequest
	Language    string `pg:"pg_language,pattern=language"`
	MistypedURL string `pg:"pg_sire_url,url_lenient"` // a module's pg_site_url; nothing is done with it
}

// enter creates the payment and sends the browser to its page.
func (a *API) enter(ctx context.Context, c *api.Call, r *entryRequest) (string, error) {
	if !c.Merchant.Settings.Purchase.BrowserEntry {
		return "", codes.Refuse(codes.ActionDisabled)
	}
	if err := unmistaken(c.Message, c.Extras(r), &c.Merchant.Settings.Purchase); err != nil {
		return "", err
	}
	if c.Testing && c.Merchant.Status == merchant.Live {
		return "", codes.Invalid("pg_testing_mode", codes.NotAllowedHere) // any "1" of the form may have become it
	}
	r.UserID = "" // a telephone that the payer typed may have become it, and would show him the cards of somebody else
	row, err := a.payment(ctx, c, &r.createRequest)
	if err != nil {
		return "", err
	}
	return a.pageOf(row), nil
}

// interchangeable are fields that no CMS module sends, and whose values could be
// those of others: an amount, a currency or a description.
var interchangeable = []string{
	"pg_3ds_challenge", "pg_amount_interval_from", "pg_amount_interval_to", "pg_commission_discount_fix", "pg_freedom_id", "pg_idempotency_key",
	"pg_loyalty_amount", "pg_loyalty_id",
}

// unmistaken refuses a form whose fields may have been given other names on the way:
// the signature covers values alone, and the payer sees it (S1). So all names must
// be known, of the shop's own those that it registered, and none of these may hold
// what could be the amount, nor may anything hold it beside something else.
func unmistaken(m, extras pg.Message, shop *merchant.PurchaseSettings) error {
	for _, name := range interchangeable {
		if m.Has(name) {
			return codes.Invalid(name, codes.NotAllowedHere)
		}
	}
	for _, f := range m {
		if f.Nested != nil && f.Name != "pg_receipt_positions" || f.Name == "pg_description" && m.Get("pg_currency") == "" && mingled(f.Value) {
			return codes.Invalid(f.Name, codes.NotAllowedHere)
		}
	}
	for _, f := range extras {
		if strings.Contains(f.Value, ";") {
			return codes.Invalid(f.Name, codes.Semicolon)
		}
		_, err := money.ParseAmount(f.Value)
		if number := err == nil && strings.Compare(f.Name, "pg_amount") < 0; number || !slices.Contains(shop.OwnFields(), f.Name) {
			return codes.Invalid(f.Name, codes.NotAllowedHere)
		}
	}
	return nil
}

// mingled tells whether a description may hold the currency, or the amount beside something
// else: ";" is what parts values when they are signed. Behind a currency neither can have
// got into it.
func mingled(description string) bool {
	parts := strings.Split(description, ";")
	return slices.ContainsFunc(parts, func(part string) bool {
		_, err := money.ParseAmount(part)
		_, currency := money.ParseCurrency(part)
		return currency || err == nil && len(parts) > 1
	})
}
