package merchantapi

import (
	"context"
	"encoding/base64"
	"strconv"

	"rsc.io/qr"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// createRequest asks for a payment whose payer comes to our page (spec 01, 2.4).
// Without an amount but with bounds it asks for one of any amount (2.5).
type createRequest struct {
	OrderID         string `pg:"pg_order_id,max=50,nosemi"`
	Amount          amount `pg:"pg_amount"`
	AutoClearing    *bool  `pg:"pg_auto_clearing"`
	RecurringStart  bool   `pg:"pg_recurring_start"`
	RecurringMonths int64  `pg:"pg_recurring_lifetime,min=1,max=156"`
	bounds
	checkout
	receipt
}

// bounds are what a payer may choose from, in whole units of the currency.
type bounds struct {
	From int64 `pg:"pg_amount_interval_from,min=1,max=99999999"`
	To   int64 `pg:"pg_amount_interval_to,min=1,max=99999999"`
}

type createAnswer struct {
	api.Status
	PaymentID       int64  `pg:"pg_payment_id"`
	RedirectURL     string `pg:"pg_redirect_url"`
	RedirectURLType string `pg:"pg_redirect_url_type"`
	RedirectQR      string `pg:"pg_redirect_qr"`
}

func (a *API) create(ctx context.Context, c *api.Call, r *createRequest) (none createAnswer, err error) {
	page, err := a.page(ctx, c, r)
	if err != nil {
		return none, err
	}
	return answerWith(page, r.QR)
}

// answerWith tells where the page is. It will ask the payer for what is still
// missing, hence "need data".
func answerWith(page opened, drawn bool) (createAnswer, error) {
	answer := createAnswer{Status: api.OK, PaymentID: page.payment, RedirectURL: page.url, RedirectURLType: "need data"}
	if drawn {
		code, err := qr.Encode(page.url, qr.M)
		if err != nil {
			return answer, err
		}
		answer.RedirectQR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())
	}
	return answer, nil
}

// opened is where the payer of a payment goes.
type opened struct {
	payment int64
	url     string
}

// page creates the payment that a request asks for, or finds it.
func (a *API) page(ctx context.Context, c *api.Call, r *createRequest) (none opened, err error) {
	if r.Amount == 0 && r.bounds != (bounds{}) {
		if r.OrderID == "" {
			return none, codes.Invalid("pg_order_id", codes.Required)
		}
		open := openRequest{OrderID: r.OrderID, bounds: r.bounds, checkout: r.checkout}
		return a.openPage(ctx, c, &open, r)
	}
	w, err := r.checkout.proposal(c)
	if err != nil {
		return none, err
	}
	if r.Amount == 0 {
		return none, codes.Invalid("pg_amount", codes.Required)
	}
	shop := &c.Merchant.Settings.Purchase
	w.OrderID, w.Money.Amount, w.OneStep = r.OrderID, money.Amount(r.Amount), shop.AutoClearing
	if r.AutoClearing != nil {
		w.OneStep = *r.AutoClearing
	}
	if r.RecurringStart {
		if w.Terms.Recurring, err = r.recurring(c); err != nil {
			return none, err
		}
	}
	if w.Terms.Receipt, err = r.receipt.lines(); err != nil {
		return none, err
	}
	return a.begin(ctx, c, w, &r.params, r)
}

// recurring is for how many months the card may be charged again.
func (r *createRequest) recurring(c *api.Call) (int64, error) {
	switch most := c.Merchant.Settings.Purchase.MostRecurringMonths(); {
	case !c.Merchant.Settings.Purchase.Recurring:
		return 0, &codes.Refusal{Code: codes.ActionDisabled, Field: "pg_recurring_start"}
	case r.RecurringMonths == 0:
		return 0, codes.Invalid("pg_recurring_lifetime", codes.Required)
	case r.RecurringMonths > most:
		return 0, codes.Invalid("pg_recurring_lifetime", codes.Between("1", strconv.FormatInt(most, 10)))
	}
	return r.RecurringMonths, nil
}

// begin creates a payment; request is what the merchant's own fields are told from.
func (a *API) begin(ctx context.Context, c *api.Call, w purchase.Proposal, p *params, request any) (none opened, err error) {
	if w.Terms.Echo, err = p.echo(c.Extras(request)); err != nil {
		return none, err
	}
	row, refusal, err := a.Purchases.Create(ctx, c.Merchant, w)
	if err != nil {
		return none, err
	}
	if refusal != nil {
		return none, refusal
	}
	if w.Money.Amount != 0 && !addsUp(w.Terms.Receipt, w.Money.Amount) {
		a.Log.WarnContext(ctx, "receipt does not add up", "merchant", row.MerchantID, "payment", row.PaymentID)
	}
	return opened{row.PaymentID, a.Site + a.Purchases.PagePath(row.Key)}, nil
}
