package merchantapi

import (
	"cmp"
	"context"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/pages"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// cardInitRequest registers a payment by a saved card: nothing is charged before it
// is confirmed (spec 02, A.4 and A.6).
type cardInitRequest struct {
	OrderID       string   `pg:"pg_order_id,required,max=50,nosemi"`
	Amount        amount   `pg:"pg_amount,required"`
	Description   string   `pg:"pg_description,required"`
	UserID        string   `pg:"pg_user_id,required,pattern=user_id"`
	Token         string   `pg:"pg_card_token,pattern=token"`
	CardID        int64    `pg:"pg_card_id,min=1"`
	Currency      currency `pg:"pg_currency"`
	UserIP        address  `pg:"pg_user_ip"`
	Phone         string   `pg:"pg_user_phone,phone_lenient"`
	Email         string   `pg:"pg_user_email,email_lenient"`
	ResultURL     string   `pg:"pg_result_url,url"`
	SuccessURL    string   `pg:"pg_success_url,url"`
	FailureURL    string   `pg:"pg_failure_url,url"`
	AutoClearing  *bool    `pg:"pg_auto_clearing"`
	Lifetime      int64    `pg:"pg_lifetime,min=300,max=604800"`
	LoyaltyID     string   `pg:"pg_loyalty_id,nosemi"`
	LoyaltyAmount string   `pg:"pg_loyalty_amount,nosemi"`
	FreedomID     string   `pg:"pg_freedom_id,nosemi"`
	params
	receipt
}

type cardInitAnswer struct {
	PaymentID  int64  `pg:"pg_payment_id"`
	MerchantID int64  `pg:"pg_merchant_id"`
	OrderID    string `pg:"pg_order_id"`
	Status     string `pg:"pg_status"`
}

func (a *API) cardInit(ctx context.Context, c *api.Call, r *cardInitRequest) (none cardInitAnswer, err error) {
	if r.Token == "" && r.CardID == 0 {
		return none, codes.Invalid("pg_card_token", codes.Required)
	}
	same := checkout{
		Description: r.Description, Currency: r.Currency, Lifetime: r.Lifetime, UserID: r.UserID, Phone: r.Phone, Email: r.Email,
		ResultURL: r.ResultURL, SuccessURL: r.SuccessURL, FailureURL: r.FailureURL,
	}
	w, err := same.proposal(c)
	if err != nil {
		return none, err
	}
	for _, needed := range []struct{ url, field string }{
		{w.Terms.ResultURL, "pg_result_url"}, {w.Terms.Success.URL, "pg_success_url"}, {w.Terms.Failure.URL, "pg_failure_url"},
	} {
		if needed.url == "" {
			return none, &codes.Refusal{Code: codes.URLMissing, Field: needed.field}
		}
	}
	w.OrderID, w.Money.Amount, w.OneStep = r.OrderID, money.Amount(r.Amount), oneStep(c, r.AutoClearing)
	w.Saved = purchase.Saved{Token: r.Token, CardID: r.CardID}
	if w.Terms.Receipt, err = r.receipt.lines(); err != nil {
		return none, err
	}
	row, err := a.begin(ctx, c, w, &r.params, r)
	if err != nil {
		return none, err
	}
	return cardInitAnswer{PaymentID: row.PaymentID, MerchantID: row.MerchantID, OrderID: row.OrderID, Status: "ok"}, nil
}

// cardDirectRequest confirms such a payment (A.7).
type cardDirectRequest struct {
	PaymentID int64 `pg:"pg_payment_id,required,min=1"`
}

// cardDirectAnswer tells the outcome of the call in pg_status, and that of the
// payment in pg_payment_status.
type cardDirectAnswer struct {
	api.Status
	PaymentID          int64        `pg:"pg_payment_id"`
	MerchantID         int64        `pg:"pg_merchant_id"`
	OrderID            string       `pg:"pg_order_id"`
	PaymentStatus      string       `pg:"pg_payment_status"`
	Method             string       `pg:"pg_payment_method"`
	Amount             money.Amount `pg:"pg_amount"`
	Currency           string       `pg:"pg_currency"`
	Captured           *bool        `pg:"pg_captured"`
	CanReject          *bool        `pg:"pg_can_reject"`
	CardPAN            string       `pg:"pg_card_pan"`
	CardHash           string       `pg:"pg_card_hash"`
	CardID             int64        `pg:"pg_card_id"`
	CardToken          string       `pg:"pg_card_token"`
	CreateDate         string       `pg:"pg_create_date"`
	PaymentDate        string       `pg:"pg_payment_date"`
	FailureCode        codes.Code   `pg:"pg_failure_code"`
	FailureDescription string       `pg:"pg_failure_description"`
}

func (a *API) cardDirect(ctx context.Context, c *api.Call, r *cardDirectRequest) (none cardDirectAnswer, err error) {
	if !c.Merchant.Settings.Purchase.CardDirect {
		return none, codes.Refuse(codes.ActionDisabled)
	}
	row, ok, err := a.Purchases.Find(ctx, keyOf(c, r.PaymentID))
	if err != nil || !ok {
		return none, orNotFound(err)
	}
	row, refusal, err := a.Purchases.Direct(ctx, row, c.Identity())
	if err != nil {
		return none, err
	}
	if refusal != nil {
		return tooLate(c, row, refusal)
	}
	return directed(c, row), nil
}

// tooLate answers for a payment that is there, but does not wait for a confirmation
// any more: it stays as it is (R47). Any other refusal is none of the payment.
func tooLate(c *api.Call, row purchase.Row, refusal *codes.Refusal) (answer cardDirectAnswer, err error) {
	if refusal.Code != codes.WrongPaymentStatus {
		return answer, refusal
	}
	answer = cardDirectAnswer{Status: c.Fail(refusal.Code), PaymentID: row.PaymentID}
	answer.FailureCode, answer.FailureDescription = answer.ErrorCode, answer.Description
	return answer, nil
}

// cardPay shows the payer a form for the security code (A.5). It leads to the
// payment's own page.
func (a *API) cardPay(ctx context.Context, c *api.Call, r *cardDirectRequest) (_ pages.Page, none cardDirectAnswer, err error) {
	row, ok, err := a.Purchases.Find(ctx, keyOf(c, r.PaymentID))
	if err != nil || !ok {
		return nil, none, orNotFound(err)
	}
	token, refusal, err := a.Purchases.CardOf(ctx, row)
	switch {
	case err != nil:
		return nil, none, err
	case refusal != nil:
		none, err = tooLate(c, row, refusal)
		return nil, none, err
	}
	terms := row.Terms()
	lang := pages.Lang(cmp.Or(c.Asked, terms.Language, c.Merchant.Settings.Language))
	return pages.SecurityCode{
		Frame: pages.Frame{
			Lang: lang, Merchant: c.Merchant.Name, Test: row.Test, FrameAncestors: c.Merchant.Settings.FrameOrigins,
			BackLink: terms.SiteURL, Continues: []string{terms.Success.URL, terms.Failure.URL}, Self: a.Purchases.PagePath(row.Key),
		},
		Amount: pages.Money{Amount: row.Amount.String(), Currency: string(row.Currency)}, Description: terms.Description, Order: row.OrderID,
		Card: token.Mask,
	}, none, nil
}

func directed(c *api.Call, row purchase.Row) cardDirectAnswer {
	card := row.Card()
	answer := cardDirectAnswer{
		Status: api.OK, PaymentID: row.PaymentID, MerchantID: row.MerchantID, OrderID: row.OrderID, PaymentStatus: purchaseWords[row.State].direct,
		Method: row.Method, Amount: row.Amount, Currency: string(row.Currency), Captured: captured(row), CanReject: held(row),
		CardPAN: card.Mask, CardHash: card.Mask, CardID: row.CardID, CardToken: row.CardToken,
		CreateDate: c.Date(row.CreatedAt), PaymentDate: c.Date(paidOrEnded(row)),
	}
	if row.ErrorCode != 0 {
		answer.Status = c.Fail(row.ErrorCode)
		answer.FailureCode, answer.FailureDescription = answer.ErrorCode, answer.Description
	}
	return answer
}

// orNotFound is the refusal of a payment that there is not, unless it could not be
// looked for.
func orNotFound(err error) error {
	if err == nil {
		return codes.Refuse(codes.PaymentNotFound)
	}
	return err
}
