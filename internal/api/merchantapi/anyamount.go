package merchantapi

import (
	"cmp"
	"context"
	"strconv"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// openRequest asks for a payment whose payer chooses the amount (spec 01, 2.5). Amount
// is what the form shows at first.
type openRequest struct {
	OrderID string `pg:"pg_order_id,required,max=50,nosemi"`
	Amount  amount `pg:"pg_amount"`
	bounds
	checkout
}

func (a *API) createOpen(ctx context.Context, c *api.Call, r *openRequest) (none createAnswer, err error) {
	row, err := a.openPayment(ctx, c, r, r)
	if err != nil {
		return none, err
	}
	return a.created(row, r.QR)
}

// openPayment is payment for any amount. Such a payment is one-step and has no receipt.
func (a *API) openPayment(ctx context.Context, c *api.Call, r *openRequest, request any) (none purchase.Row, err error) {
	w, err := r.checkout.proposal(c)
	if err != nil {
		return none, err
	}
	least, most := r.bounds.amounts()
	switch suggested := money.Amount(r.Amount); {
	case least > most:
		return none, codes.Invalid("pg_amount_interval_to", codes.AtLeast(strconv.FormatInt(r.From, 10)))
	case suggested != 0 && (suggested < least || suggested > most):
		return none, codes.Invalid("pg_amount", codes.Between(least.String(), most.String()))
	default:
		w.OrderID, w.OneStep = r.OrderID, true
		w.Terms.Least, w.Terms.Most, w.Terms.Suggested = least, most, suggested
	}
	return a.begin(ctx, c, w, &r.params, request)
}

// amounts are the bounds, those of the contract where none is named.
func (b bounds) amounts() (least, most money.Amount) {
	return money.Amount(cmp.Or(b.From, 1)) * 100, money.Amount(cmp.Or(b.To, 99999999)) * 100
}
