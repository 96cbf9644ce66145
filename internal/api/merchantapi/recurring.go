package merchantapi

import (
	"context"
	"fmt"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// recurringRequest charges a card again without its payer (spec 01, 2.6). Without an
// amount it costs what the first payment did.
type recurringRequest struct {
	Profile       int64   `pg:"pg_recurring_profile,required,min=1"`
	Description   string  `pg:"pg_description,required"`
	OrderID       string  `pg:"pg_order_id,max=50,nosemi"`
	Amount        amount  `pg:"pg_amount"`
	ResultURL     string  `pg:"pg_result_url,url"`
	RefundURL     string  `pg:"pg_refund_url,url"`
	RequestMethod string  `pg:"pg_request_method,oneof=POST|GET|XML"`
	UserIP        address `pg:"pg_user_ip"`
	params
}

// recurringAnswer says that the charge was accepted; its outcome comes by Result
// notify or status.
type recurringAnswer struct {
	api.Status
	PaymentID   int64        `pg:"pg_payment_id"`
	Currency    string       `pg:"pg_currency"`
	Amount      money.Amount `pg:"pg_amount"`
	Profile     int64        `pg:"pg_recurring_profile"`
	ProfileID   int64        `pg:"pg_recurring_profile_id"`
	ProfileDate string       `pg:"pg_recurring_profile_expiry_date"`
}

func (a *API) recur(ctx context.Context, c *api.Call, r *recurringRequest) (none recurringAnswer, err error) {
	switch settings := c.Merchant.Settings; {
	case !settings.Purchases:
		return none, codes.Refuse(codes.MethodNotActivated)
	case !settings.Purchase.Recurring:
		return none, codes.Refuse(codes.ActionDisabled)
	}
	echoed, err := r.echo(c.Extras(r))
	if err != nil {
		return none, err
	}
	row, refusal, err := a.Purchases.Recur(ctx, c.Merchant, r.Profile, purchase.Proposal{
		Test: c.Test(), OrderID: r.OrderID, Money: money.Money{Amount: money.Amount(r.Amount)}, Call: c.Identity(),
		Terms: purchase.Terms{
			Description: r.Description, Language: c.Asked, ResultURL: resultURL(c, r.ResultURL), RefundURL: r.RefundURL,
			Form: callForm(c, r.RequestMethod), Echo: echoed,
		},
	})
	if err != nil {
		return none, err
	}
	if refusal != nil {
		return none, refusal
	}
	profile, ok, err := a.Purchases.Profile(ctx, purchase.ProfileKey{MerchantID: row.MerchantID, ProfileID: row.ProfileID})
	if err != nil || !ok {
		return none, fmt.Errorf("profile %d of merchant %d: found %t, error %w", row.ProfileID, row.MerchantID, ok, err)
	}
	return recurringAnswer{
		Status: api.OK, PaymentID: row.PaymentID, Currency: string(row.Currency), Amount: row.Amount,
		Profile: row.ProfileID, ProfileID: row.ProfileID, ProfileDate: c.Date(profile.ExpiresAt),
	}, nil
}
