package merchantapi

import (
	"context"
	"time"

	"tolem/internal/api"
	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// purchaseRequest names a payment by its number, or the newest one of an order. The
// number wins (spec 01, 2.10).
type purchaseRequest struct {
	PaymentID int64  `pg:"pg_payment_id,min=1"`
	OrderID   string `pg:"pg_order_id,max=50,nosemi"`
}

func (a *API) findPurchase(ctx context.Context, c *api.Call, r purchaseRequest) (row purchase.Row, ok bool, err error) {
	switch {
	case r.PaymentID != 0:
		return a.Purchases.Find(ctx, keyOf(c, r.PaymentID))
	case r.OrderID != "":
		return a.Purchases.Newest(ctx, purchase.Order{MerchantID: c.Merchant.ID, OrderID: r.OrderID})
	}
	return row, false, codes.Invalid("pg_payment_id", codes.Required)
}

// purchaseWords are the states of a purchase in the vocabularies of the wire (R21).
var purchaseWords = map[purchase.State]struct{ status, legacy, direct string }{
	purchase.Created:    {"new", "partial", "process"},
	purchase.Challenged: {"pending", "pending", "process"},
	purchase.Sent:       {"pending", "pending", "process"},
	purchase.Authorized: {"success", "ok", "success"},
	purchase.Captured:   {"success", "ok", "success"},
	purchase.Voided:     {"revoked", "revoked", "success"},
	purchase.Declined:   {"error", "failed", "error"},
	purchase.Cancelled:  {"error", "failed", "error"},
	purchase.Expired:    {"incomplete", "incomplete", "error"},
}

// purchaseAnswer of get_status3 (2.10, R27). What is not known is left out. The
// receipt is more than the contract lists, and comes last.
type purchaseAnswer struct {
	api.Status
	PaymentID      int64         `pg:"pg_payment_id"`
	OrderID        string        `pg:"pg_order_id"`
	CanReject      *bool         `pg:"pg_can_reject"`
	Method         string        `pg:"pg_payment_method"`
	Amount         money.Amount  `pg:"pg_amount"`
	Currency       string        `pg:"pg_currency"`
	PaymentStatus  string        `pg:"pg_payment_status"`
	ClearingAmount *money.Amount `pg:"pg_clearing_amount"`
	RevokeAmount   money.Amount  `pg:"pg_revoke_amount"`
	RevokedAmount  money.Amount  `pg:"pg_revoked_amount"`
	RefundAmount   money.Amount  `pg:"pg_refund_amount"`
	Captured       *bool         `pg:"pg_captured"`
	Reference      string        `pg:"pg_reference"`
	AuthCode       string        `pg:"pg_auth_code"`
	NetAmount      money.Amount  `pg:"pg_net_amount"`
	CardName       string        `pg:"pg_card_name"`
	CardPAN        string        `pg:"pg_card_pan"`
	CardExpiry     string        `pg:"pg_card_exp"`
	CardBrand      string        `pg:"pg_card_brand"`
	CardToken      string        `pg:"pg_card_token"`
	UserPhone      string        `pg:"pg_user_phone"`
	UserEmail      string        `pg:"pg_user_email"`
	CreateDate     string        `pg:"pg_create_date"`
	PaymentDate    string        `pg:"pg_payment_date"`
	Revoked        struct {
		Payments []revokedPayment `pg:"pg_revoked_payment"`
	} `pg:"pg_revoked_payments"`
	Refunds struct {
		Payments []refundPayment `pg:"pg_refund_payment"`
	} `pg:"pg_refund_payments"`
	FailureCode        codes.Code `pg:"pg_failure_code"`
	FailureDescription string     `pg:"pg_failure_description"`
	TestingMode        *bool      `pg:"pg_testing_mode"`
	Datetime           string     `pg:"pg_datetime"`
	receipt
}

type revokedPayment struct {
	PaymentID     int64  `pg:"pg_payment_id"`
	PaymentStatus string `pg:"pg_payment_status"`
}

// refundPayment is a part that was given back: Amount is below zero.
type refundPayment struct {
	PaymentID     int64        `pg:"pg_payment_id"`
	PaymentStatus string       `pg:"pg_payment_status"`
	Amount        money.Amount `pg:"pg_amount"`
	PaymentDate   string       `pg:"pg_payment_date"`
	Reference     string       `pg:"pg_reference"`
}

// refundWords are the states of a refund on the wire.
var refundWords = map[purchase.StepState]string{
	purchase.Requested: "pending", purchase.Approved: "pending", purchase.Pending: "pending",
	purchase.Rejected: "error", purchase.Succeeded: "success", purchase.Refused: "error",
}

func (a *API) purchaseStatus(ctx context.Context, c *api.Call, r *purchaseRequest) (none purchaseAnswer, err error) {
	row, ok, err := a.findPurchase(ctx, c, *r)
	if err != nil || !ok {
		return none, orNotFound(err)
	}
	steps, err := a.Purchases.Steps(ctx, row.Key)
	if err != nil {
		return none, err
	}
	answer := statusOf(c, row)
	for _, step := range steps {
		switch {
		case step.Action == bank.Refund:
			answer.Refunds.Payments = append(answer.Refunds.Payments, refundPayment{
				step.PaymentID, refundWords[step.State], -step.Amount, c.Date(step.Date()), step.Reference,
			})
		case step.Action == bank.Reverse && step.State == purchase.Succeeded && row.State == purchase.Voided:
			answer.Revoked.Payments = append(answer.Revoked.Payments, revokedPayment{step.PaymentID, string(step.State)})
		}
	}
	return answer, nil
}

// statusOf is the answer without the lists of what was done with the purchase.
func statusOf(c *api.Call, row purchase.Row) purchaseAnswer {
	card := row.Card()
	answer := purchaseAnswer{
		Status: api.OK, PaymentID: row.PaymentID, OrderID: row.OrderID, CanReject: held(row), Method: row.Method, Amount: row.Amount,
		Currency: string(row.Currency), PaymentStatus: purchaseWords[row.State].status, ClearingAmount: &row.Captured, RefundAmount: -row.Refunded,
		Captured: captured(row), Reference: row.Reference, AuthCode: row.AuthCode,
		CardName: card.Holder, CardPAN: card.Mask, CardExpiry: card.Expiry, CardBrand: string(card.Brand), CardToken: row.CardToken,
		CreateDate: c.Date(row.CreatedAt), PaymentDate: c.Date(paidOrEnded(row)),
		TestingMode: &row.Test, Datetime: clock.Stamp(c.Now), receipt: receiptOf(row.Terms().Receipt),
	}
	answer.UserPhone, answer.UserEmail = row.Payer()
	if presented(row) {
		answer.NetAmount = net(row)
	}
	if row.State == purchase.Voided {
		answer.RevokeAmount, answer.RevokedAmount = row.Amount, row.Amount
	}
	if row.ErrorCode != 0 {
		answer.ErrorCode, answer.Description = row.ErrorCode, row.ErrorCode.Text(c.Language)
		answer.FailureCode, answer.FailureDescription = answer.ErrorCode, answer.Description
	}
	return answer
}

// presented tells whether a card was presented.
func presented(row purchase.Row) bool { return row.ShownText != "" }

// net is what is left for the merchant, or what would have been had the payment not
// failed or been let go (1.5).
func net(row purchase.Row) money.Amount {
	if row.State == purchase.Declined || row.State == purchase.Voided {
		return row.Amount - min(row.Terms().Tariff.Fee(row.Amount), row.Amount)
	}
	return row.Net()
}

// held is pg_can_reject: a hold can be refused by the merchant (R63).
func held(row purchase.Row) *bool {
	held := row.State == purchase.Authorized
	return &held
}

// captured is pg_captured: nothing before a card was presented.
func captured(row purchase.Row) *bool {
	if !presented(row) {
		return nil
	}
	captured := row.State == purchase.Captured
	return &captured
}

// paidOrEnded is when the purchase was paid, or ended without; zero before.
func paidOrEnded(row purchase.Row) time.Time {
	if row.PaidAt.IsZero() {
		return row.FinishedAt
	}
	return row.PaidAt
}
