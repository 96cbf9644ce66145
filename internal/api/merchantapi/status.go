package merchantapi

import (
	"context"

	"tolem/internal/api"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// payoutRequest names a payout by its number, its order id, or both (B.7; 01, 2.10).
type payoutRequest struct {
	OrderID   string `pg:"pg_order_id,max=50,nosemi"`
	PaymentID int64  `pg:"pg_payment_id,min=1"`
}

// find reads the payout that a request names. One that belongs to another order
// than the request says is not found (B.8).
func (a *API) find(ctx context.Context, c *api.Call, r payoutRequest) (row payout.Row, ok bool, err error) {
	if r.PaymentID == 0 && r.OrderID == "" {
		return row, false, codes.Invalid("pg_order_id", codes.Required)
	}
	if r.PaymentID != 0 {
		row, ok, err = a.Payouts.Find(ctx, payout.Key{MerchantID: c.Merchant.ID, PaymentID: r.PaymentID})
		return row, ok && (r.OrderID == "" || r.OrderID == row.OrderID), err
	}
	return a.Payouts.Newest(ctx, payout.Order{MerchantID: c.Merchant.ID, OrderID: r.OrderID})
}

// nobody is the payment number of what does not exist (R12).
var nobody = new(int64)

// statusRequest needs the order id (B.8).
type statusRequest struct {
	OrderID   string `pg:"pg_order_id,required,max=50,nosemi"`
	PaymentID int64  `pg:"pg_payment_id,min=1"`
}

// statusAnswer tells the outcome of the call and of the payout apart (B.8).
type statusAnswer struct {
	PaymentID     *int64       `pg:"pg_payment_id"`
	MerchantID    int64        `pg:"pg_merchant_id"`
	Status        string       `pg:"pg_status"`
	PaymentStatus string       `pg:"pg_payment_status"`
	OrderID       string       `pg:"pg_order_id"`
	Amount        money.Amount `pg:"pg_amount"`
	NetAmount     money.Amount `pg:"pg_net_amount"`
	CardHash      string       `pg:"pg_card_hash"`
	PaymentDate   string       `pg:"pg_payment_date"`
	ErrorCode     codes.Code   `pg:"pg_error_code"`
	Description   string       `pg:"pg_error_description"`
}

func (a *API) status(ctx context.Context, c *api.Call, r *statusRequest) (statusAnswer, error) {
	row, ok, err := a.find(ctx, c, payoutRequest(*r))
	if err != nil {
		return statusAnswer{}, err
	}
	if !ok {
		s := c.Fail(codes.PaymentNotFound)
		return statusAnswer{PaymentID: nobody, Status: s.Status, ErrorCode: s.ErrorCode, Description: s.Description}, nil
	}
	answer := statusAnswer{
		PaymentID: &row.PaymentID, MerchantID: row.MerchantID, Status: "ok", PaymentStatus: words[row.State].status,
		OrderID: row.OrderID, Amount: row.Amount, NetAmount: row.Amount, CardHash: row.CardMask, PaymentDate: c.Date(row.Date()),
	}
	if row.ErrorCode != 0 {
		answer.ErrorCode, answer.Description = row.ErrorCode, row.ErrorCode.Text(c.Language)
	}
	return answer, nil
}

// statusByPayment answers as the payout itself did, with the state of the money
// in pg_status; only pg_payment_date tells a failed payout from a failed call (B.7).
func (a *API) statusByPayment(ctx context.Context, c *api.Call, r *payoutRequest) (payAnswer, error) {
	row, ok, err := a.find(ctx, c, *r)
	if err != nil {
		return payAnswer{}, err
	}
	if !ok {
		s := c.Fail(codes.PaymentNotFound)
		return payAnswer{PaymentID: nobody, Status: s.Status, ErrorCode: s.ErrorCode, Description: s.Description}, nil
	}
	return answerTo(c, row), nil
}

type balanceRequest struct {
	Currency currency `pg:"pg_currency"`
}

type balanceAnswer struct {
	api.Status
	Balance  string `pg:"pg_balance"`
	Currency string `pg:"pg_currency"`
}

// balance is what a merchant can pay out, reservations deducted (B.5).
func (a *API) balance(ctx context.Context, c *api.Call, r *balanceRequest) (answer balanceAnswer, err error) {
	key := payoutAccount(c)
	key.Currency = r.Currency.or(key.Currency)
	var account ledger.Account
	err = a.DB.View(ctx, func(tx *store.Tx) (err error) {
		account, _, err = ledger.Accounts.Find(ctx, tx, key)
		return err
	})
	return balanceAnswer{Status: api.OK, Balance: account.Available().Fixed(), Currency: string(key.Currency)}, err
}
