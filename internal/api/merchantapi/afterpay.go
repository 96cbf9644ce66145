package merchantapi

import (
	"context"

	"tolem/internal/api"
	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// cancelRequest lets a hold go, or closes a payment that nobody has paid (spec 01, 2.7).
type cancelRequest struct {
	PaymentID int64 `pg:"pg_payment_id,required,min=1"`
	receipt
}

type cancelAnswer struct {
	api.Status
	CancelID int64 `pg:"pg_cancel_payment_id"`
}

func (a *API) cancel(ctx context.Context, c *api.Call, r *cancelRequest) (none cancelAnswer, err error) {
	step, status, err := a.follow(ctx, c, purchase.Ask{Key: keyOf(c, r.PaymentID), Action: bank.Reverse}, r.receipt)
	if err != nil || status != api.OK {
		return cancelAnswer{Status: status}, err
	}
	return cancelAnswer{status, step.PaymentID}, nil
}

// captureRequest takes what is held, or a part of it, once (2.8).
type captureRequest struct {
	PaymentID int64  `pg:"pg_payment_id,required,min=1"`
	Amount    amount `pg:"pg_clearing_amount"`
}

// captureAnswer has what was authorised and what was taken.
type captureAnswer struct {
	api.Status
	Amount         money.Amount `pg:"pg_amount"`
	ClearingAmount money.Amount `pg:"pg_clearing_amount"`
}

func (a *API) capture(ctx context.Context, c *api.Call, r *captureRequest) (none captureAnswer, err error) {
	key := keyOf(c, r.PaymentID)
	step, status, err := a.follow(ctx, c, purchase.Ask{Key: key, Action: bank.Capture, Amount: money.Amount(r.Amount)}, receipt{})
	if err != nil || status != api.OK {
		return captureAnswer{Status: status}, err
	}
	row, ok, err := a.Purchases.Find(ctx, key)
	if err != nil || !ok {
		return none, orNotFound(err)
	}
	return captureAnswer{status, row.Amount, step.Amount}, nil
}

// refundRequest gives back what was taken, or a part of it; all that is left when it
// names no amount (2.9).
type refundRequest struct {
	PaymentID int64  `pg:"pg_payment_id,required,min=1"`
	Amount    amount `pg:"pg_refund_amount"`
	receipt
}

type refundAnswer struct {
	api.Status
	RefundID int64 `pg:"pg_revoke_payment_id"`
}

func (a *API) refund(ctx context.Context, c *api.Call, r *refundRequest) (none refundAnswer, err error) {
	if c.Merchant.Settings.Purchase.NoRefunds {
		return none, codes.Refuse(codes.ActionDisabled)
	}
	ask := purchase.Ask{Key: keyOf(c, r.PaymentID), Action: bank.Refund, Amount: money.Amount(r.Amount)}
	step, status, err := a.follow(ctx, c, ask, r.receipt)
	if err != nil || status != api.OK {
		return refundAnswer{Status: status}, err
	}
	return refundAnswer{status, step.PaymentID}, nil
}

// refundProposal asks for a refund that an operator approves or rejects (2.9).
type refundProposal struct {
	refundRequest
	Comment string `pg:"pg_comment"`
}

// requestRefund is open to shops whose refunds by call are switched off: it moves
// nothing by itself. "ok" says that the request is taken; the status tells the rest.
func (a *API) requestRefund(ctx context.Context, c *api.Call, r *refundProposal) (none refundAnswer, err error) {
	ask := purchase.Ask{
		Key: keyOf(c, r.PaymentID), Action: bank.Refund, Amount: money.Amount(r.Amount), Review: true, Comment: r.Comment,
	}
	step, status, err := a.follow(ctx, c, ask, r.receipt)
	if err != nil {
		return none, err
	}
	return refundAnswer{status, step.PaymentID}, nil
}

func keyOf(c *api.Call, payment int64) purchase.Key {
	return purchase.Key{MerchantID: c.Merchant.ID, PaymentID: payment}
}

// follow asks for something to be done with a payment, and tells how the call went:
// a refusal of ours or of the bank is its code; an outcome that is not known yet is
// 9999, but of a refund "ok", whose state get_status3 tells (2.9).
func (a *API) follow(ctx context.Context, c *api.Call, ask purchase.Ask, r receipt) (step purchase.Step, status api.Status, err error) {
	if ask.Receipt, err = r.lines(); err != nil {
		return step, status, err
	}
	ask.Call = c.Identity()
	step, _, refusal, err := a.Purchases.Follow(ctx, ask)
	switch {
	case err != nil:
		return step, status, err
	case refusal != nil && refusal.Code != codes.SystemError:
		return step, status, refusal
	case refusal != nil, step.State == purchase.Pending && ask.Action != bank.Refund:
		return step, c.Fail(codes.SystemError), nil
	case step.State == purchase.Refused && !ask.Review:
		return step, c.Fail(step.ErrorCode), nil
	}
	if !addsUp(ask.Receipt, step.Amount) {
		a.Log.WarnContext(ctx, "receipt does not add up", "merchant", step.MerchantID, "payment", step.PaymentID)
	}
	return step, api.OK, nil
}
