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
	row, err := a.payment(ctx, c, r)
	if err != nil {
		return none, err
	}
	return a.created(row, r.QR)
}

// created tells where the page is, also as a picture. The page will ask the payer for
// what is still missing, hence "need data".
func (a *API) created(row purchase.Row, drawn bool) (createAnswer, error) {
	answer := createAnswer{Status: api.OK, PaymentID: row.PaymentID, RedirectURL: a.pageOf(row), RedirectURLType: "need data"}
	if drawn {
		code, err := qr.Encode(answer.RedirectURL, qr.M)
		if err != nil {
			return answer, err
		}
		answer.RedirectQR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())
	}
	return answer, nil
}

func (a *API) pageOf(row purchase.Row) string { return a.Site + a.Purchases.PagePath(row.Key) }

// payment creates the payment that a request asks for, or finds it.
func (a *API) payment(ctx context.Context, c *api.Call, r *createRequest) (none purchase.Row, err error) {
	if r.Amount == 0 && r.bounds != (bounds{}) {
		if r.OrderID == "" {
			return none, codes.Invalid("pg_order_id", codes.Required)
		}
		open := openRequest{OrderID: r.OrderID, bounds: r.bounds, checkout: r.checkout}
		return a.openPayment(ctx, c, &open, r)
	}
	w, err := r.checkout.proposal(c)
	if err != nil {
		return none, err
	}
	if r.Amount == 0 {
		return none, codes.Invalid("pg_amount", codes.Required)
	}
	w.OrderID, w.Money.Amount, w.OneStep = r.OrderID, money.Amount(r.Amount), oneStep(c, r.AutoClearing)
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

// oneStep tells whether the money is taken at once: as the call says, else the shop
// (R25).
func oneStep(c *api.Call, said *bool) bool {
	if said != nil {
		return *said
	}
	return c.Merchant.Settings.Purchase.AutoClearing
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
func (a *API) begin(ctx context.Context, c *api.Call, w purchase.Proposal, p *params, request any) (row purchase.Row, err error) {
	if w.Terms.Echo, err = p.echo(c.Extras(request)); err != nil {
		return row, err
	}
	row, refusal, err := a.Purchases.Create(ctx, c.Merchant, w)
	if err != nil {
		return row, err
	}
	if refusal != nil {
		return row, refusal
	}
	if w.Money.Amount != 0 && !addsUp(w.Terms.Receipt, w.Money.Amount) {
		a.Log.WarnContext(ctx, "receipt does not add up", "merchant", row.MerchantID, "payment", row.PaymentID)
	}
	return row, nil
}
