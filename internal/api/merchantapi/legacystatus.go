package merchantapi

import (
	"context"
	"time"

	"tolem/internal/api"
	"tolem/internal/bank"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// legacyAnswer of get_status and get_status2 (spec 01, 2.10; 02, B.6).
type legacyAnswer struct {
	api.Status
	PaymentID          *int64     `pg:"pg_payment_id"`
	TransactionStatus  string     `pg:"pg_transaction_status"`
	CanReject          *bool      `pg:"pg_can_reject"`
	TestingMode        bool       `pg:"pg_testing_mode"`
	Captured           *bool      `pg:"pg_captured"`
	CreateDate         string     `pg:"pg_create_date"`
	ResultDate         string     `pg:"pg_result_date"`
	RevokeDate         string     `pg:"pg_revoke_date"`
	CardName           string     `pg:"pg_card_name"`
	CardPAN            string     `pg:"pg_card_pan"`
	CardExpiry         string     `pg:"pg_card_exp"`
	CardBrand          string     `pg:"pg_card_brand"`
	FailureCode        codes.Code `pg:"pg_failure_code"`
	FailureDescription string     `pg:"pg_failure_description"`
}

// legacyRequest is purchaseRequest with the order id as what is missed first.
type legacyRequest payoutRequest

// unknownLegacy answers that there is no such payment (R12).
func unknownLegacy(c *api.Call) legacyAnswer {
	return legacyAnswer{Status: c.Fail(codes.TransactionNotFound), PaymentID: nobody}
}

// legacyStatus answers for purchases.
func (a *API) legacyStatus(ctx context.Context, c *api.Call, r *legacyRequest) (legacyAnswer, error) {
	answer, ok, err := a.legacyOfPurchase(ctx, c, r)
	if err == nil && !ok {
		answer = unknownLegacy(c)
	}
	return answer, err
}

// legacyStatusOfBoth answers for payouts under the payout secret, and for purchases
// first under the purchase secret (R2).
func (a *API) legacyStatusOfBoth(ctx context.Context, c *api.Call, r *legacyRequest) (legacyAnswer, error) {
	if c.Purpose == merchant.Purchase {
		if answer, ok, err := a.legacyOfPurchase(ctx, c, r); ok || err != nil {
			return answer, err
		}
	}
	row, ok, err := a.find(ctx, c, payoutRequest(*r))
	if err != nil || !ok {
		return unknownLegacy(c), err
	}
	captured := row.State == payout.Success
	return legacyAnswer{
		Status: api.OK, PaymentID: &row.PaymentID, TransactionStatus: words[row.State].legacy,
		CanReject: new(bool), TestingMode: row.Test, Captured: &captured, CreateDate: c.Date(row.CreatedAt),
	}, nil
}

func (a *API) legacyOfPurchase(ctx context.Context, c *api.Call, r *legacyRequest) (none legacyAnswer, ok bool, err error) {
	if r.PaymentID == 0 && r.OrderID == "" {
		return none, false, codes.Invalid("pg_order_id", codes.Required)
	}
	row, ok, err := a.findPurchase(ctx, c, purchaseRequest{r.PaymentID, r.OrderID})
	if err != nil || !ok {
		return none, false, err
	}
	card := row.Card()
	answer := legacyAnswer{
		Status: api.OK, PaymentID: &row.PaymentID, TransactionStatus: purchaseWords[row.State].legacy, CanReject: held(row), TestingMode: row.Test,
		Captured: captured(row), CreateDate: c.Date(row.CreatedAt), ResultDate: c.Date(paidOrEnded(row)),
		CardName: card.Holder, CardPAN: card.Mask, CardExpiry: card.Expiry, CardBrand: string(card.Brand),
	}
	if row.ErrorCode != 0 {
		answer.ErrorCode, answer.Description = row.ErrorCode, row.ErrorCode.Text(c.Language)
		answer.FailureCode, answer.FailureDescription = answer.ErrorCode, answer.Description
	}
	if answer.RevokeDate, err = a.revokeDate(ctx, c, row); row.State == purchase.Captured && answer.RevokeDate != "" {
		answer.TransactionStatus = "refunded"
	}
	return answer, true, err
}

// revokeDate is when all of a purchase's money had gone back: while the bank may still
// refuse a refund, it has not (R21).
func (a *API) revokeDate(ctx context.Context, c *api.Call, row purchase.Row) (string, error) {
	switch {
	case row.State == purchase.Voided:
		return c.Date(row.FinishedAt), nil
	case row.State != purchase.Captured || row.Refundable() != 0:
		return "", nil
	}
	steps, err := a.Purchases.Steps(ctx, row.Key)
	var back money.Amount
	var latest time.Time
	for _, step := range steps {
		if step.Action == bank.Refund && step.State == purchase.Succeeded {
			back += step.Amount
			if at := step.Date(); at.After(latest) {
				latest = at
			}
		}
	}
	if err != nil || back != row.Captured {
		return "", err
	}
	return c.Date(latest), nil
}
