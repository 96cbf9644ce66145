package merchantapi

import (
	"context"

	"tolem/internal/api"
	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
)

// payAnswer is the answer to a payout, and to payment_status (spec 02, B.2.4, B.7).
// Its pg_status is that of the money.
type payAnswer struct {
	PaymentID     *int64       `pg:"pg_payment_id"`
	MerchantID    int64        `pg:"pg_merchant_id"`
	Status        string       `pg:"pg_status"`
	OrderID       string       `pg:"pg_order_id"`
	Balance       string       `pg:"pg_balance"`
	CardHash      string       `pg:"pg_card_hash"`
	CardID        int64        `pg:"pg_card_id"`
	PaymentAmount money.Amount `pg:"pg_payment_amount"`
	PaymentDate   string       `pg:"pg_payment_date"`
	ErrorCode     codes.Code   `pg:"pg_error_code"`
	Description   string       `pg:"pg_error_description"`
}

// words are the payout's states in the vocabularies of the wire (R22).
var words = map[payout.State]struct{ pay, status, legacy string }{
	payout.Created: {"process", "process", "partial"},
	payout.Process: {"process", "process", "pending"},
	payout.Success: {"ok", "success", "ok"},
	payout.Failed:  {"error", "error", "failed"},
	payout.Expired: {"error", "error", "incomplete"},
}

func answerTo(c *api.Call, row payout.Row) payAnswer {
	answer := payAnswer{
		PaymentID: &row.PaymentID, MerchantID: row.MerchantID, Status: words[row.State].pay, OrderID: row.OrderID,
		CardHash: row.CardMask, CardID: row.CardID, PaymentAmount: row.Amount, PaymentDate: c.Date(row.Date()),
	}
	if row.ErrorCode != 0 {
		answer.ErrorCode, answer.Description = row.ErrorCode, row.ErrorCode.Text(c.Language)
	}
	return answer
}

// tokenRequest pays out to a saved card (B.2.4).
type tokenRequest struct {
	OrderID     string `pg:"pg_order_id,required,max=50,nosemi"`
	Amount      amount `pg:"pg_amount,required"`
	Description string `pg:"pg_description,required"`
	TimeLimit   moment `pg:"pg_order_time_limit,required"`
	UserID      string `pg:"pg_user_id,required,pattern=user_id"`
	PostLink    string `pg:"pg_post_link,required,url"`
	Token       string `pg:"pg_card_token_to,pattern=token"`
	CardID      int64  `pg:"pg_card_id_to,min=1"`
}

func (a *API) payToToken(ctx context.Context, c *api.Call, r *tokenRequest) (none payAnswer, err error) {
	if r.Token == "" && r.CardID == 0 {
		return none, codes.Invalid("pg_card_token_to", codes.Required)
	}
	row, err := a.pay(ctx, c, payout.Proposal{
		Route: payout.ToToken, OrderID: r.OrderID, Money: inMerchantCurrency(c, r.Amount), Description: r.Description,
		UserID: r.UserID, PostLink: r.PostLink, SendBefore: r.TimeLimit.In(a.LimitZone), Token: r.Token, CardID: r.CardID,
	})
	if err != nil {
		return none, err
	}
	answer := answerTo(c, row)
	answer.Balance = row.Balance.Fixed()
	return answer, nil
}

// pay adds what all payouts have in common.
func (a *API) pay(ctx context.Context, c *api.Call, p payout.Proposal) (payout.Row, error) {
	settings := c.Merchant.Settings
	if !settings.Payouts || p.Route == payout.ToIBAN && !settings.PayoutIBAN {
		return payout.Row{}, codes.Refuse(codes.MethodNotActivated)
	}
	p.Test, p.Language, p.Call = c.Test(), c.Asked, c.Identity()
	row, refusal, err := a.Payouts.Pay(ctx, c.Merchant, p)
	if err == nil && refusal != nil {
		err = refusal
	}
	return row, err
}

func inMerchantCurrency(c *api.Call, a amount) money.Money {
	return money.Money{Amount: money.Amount(a), Currency: c.Merchant.Settings.Currency}
}

// pageRequest pays out to a card that the recipient types on our page (B.3).
type pageRequest struct {
	OrderID     string `pg:"pg_order_id,required,max=50,nosemi"`
	Amount      amount `pg:"pg_amount,required"`
	Description string `pg:"pg_description,required,max=255"`
	TimeLimit   moment `pg:"pg_order_time_limit,required"`
	Route       string `pg:"pg_payment_route,max=50,nosemi"`
	UserID      string `pg:"pg_user_id,pattern=user_id"`
	UserEmail   string `pg:"pg_user_email,email"`
	BackLink    string `pg:"pg_back_link,required,url"`
	PostLink    string `pg:"pg_post_link,required,url"`
}

type pageAnswer struct {
	api.Status
	PaymentID   int64  `pg:"pg_payment_id"`
	MerchantID  int64  `pg:"pg_merchant_id"`
	RedirectURL string `pg:"pg_redirect_url"`
}

func (a *API) payByPage(ctx context.Context, c *api.Call, r *pageRequest) (none pageAnswer, err error) {
	row, err := a.pay(ctx, c, payout.Proposal{
		Route: payout.ToPage, OrderID: r.OrderID, Money: inMerchantCurrency(c, r.Amount), Description: r.Description,
		UserID: r.UserID, PostLink: r.PostLink, BackLink: r.BackLink, Framed: r.Route == "frame",
		SendBefore: r.TimeLimit.In(a.LimitZone),
	})
	if err != nil {
		return none, err
	}
	return pageAnswer{
		Status: api.OK, PaymentID: row.PaymentID, MerchantID: row.MerchantID,
		RedirectURL: a.Site + a.Payouts.PagePath(row.Key),
	}, nil
}

// ibanRequest pays out to a bank account (B.4).
type ibanRequest struct {
	OrderID     string `pg:"pg_order_id,required,max=50,nosemi"`
	Amount      amount `pg:"pg_amount,required"`
	IBAN        string `pg:"pg_recipient_iban,required,pattern=iban_kz"`
	IIN         string `pg:"pg_recipient_iin,required,pattern=iin"`
	Name        string `pg:"pg_recipient_name,required,max=255"`
	KBE         string `pg:"pg_recipient_kbe,required,pattern=kbe"`
	KNP         string `pg:"pg_knp,required,pattern=knp"`
	BIC         string `pg:"pg_bank_bik,required,pattern=bik"`
	Description string `pg:"pg_description"`
	PostLink    string `pg:"pg_post_link,required,url"`
}

// ibanLegacyRequest is the same under the names of the retired call (R57).
type ibanLegacyRequest struct {
	OrderID     string `pg:"pg_order_id,required,max=50,nosemi"`
	Amount      amount `pg:"pg_amount,required"`
	IBAN        string `pg:"pg_recipient_iban,required,pattern=iban_kz"`
	IIN         string `pg:"pg_recipient_iin_bin,required,pattern=iin"`
	Name        string `pg:"pg_recipient_name,required,max=255"`
	KBE         string `pg:"pg_recipient_kbe,pattern=kbe"`
	KNP         string `pg:"pg_knp,pattern=knp"`
	BIC         string `pg:"pg_recipient_bank_bic,required,pattern=bik"`
	Description string `pg:"pg_description"`
	PostLink    string `pg:"pg_post_link,url"`
}

func (a *API) payToIBANLegacy(ctx context.Context, c *api.Call, r *ibanLegacyRequest) (payAnswer, error) {
	modern := ibanRequest(*r)
	return a.payToIBAN(ctx, c, &modern)
}

func (a *API) payToIBAN(ctx context.Context, c *api.Call, r *ibanRequest) (none payAnswer, err error) {
	if !c.Test() && !validIBAN(r.IBAN) {
		return none, codes.Invalid("pg_recipient_iban", codes.BadPattern) // R56
	}
	row, err := a.pay(ctx, c, payout.Proposal{
		Route: payout.ToIBAN, OrderID: r.OrderID, Money: inMerchantCurrency(c, r.Amount), Description: r.Description, PostLink: r.PostLink,
		Account: &bank.Account{IBAN: r.IBAN, BIC: r.BIC, Name: r.Name, IIN: r.IIN, KBE: r.KBE, KNP: r.KNP},
	})
	if err != nil {
		return none, err
	}
	return answerTo(c, row), nil
}
