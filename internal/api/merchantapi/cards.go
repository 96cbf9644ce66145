package merchantapi

import (
	"context"

	"tolem/internal/api"
	"tolem/internal/cardtoken"
	"tolem/internal/protocol/codes"
)

// bindRequest asks for a page on which a person saves a card (spec 02, A.1).
type bindRequest struct {
	UserID     string `pg:"pg_user_id,required,pattern=user_id"`
	BackLink   string `pg:"pg_back_link,required,url"`
	PostLink   string `pg:"pg_post_link,url"`
	OrderID    string `pg:"pg_order_id,max=50,nosemi"`
	SuccessURL string `pg:"pg_success_url,url"`
	FailureURL string `pg:"pg_failure_url,url"`
	Route      string `pg:"pg_payment_route,max=50,nosemi"`
}

type bindAnswer struct {
	PaymentID   int64  `pg:"pg_payment_id"`
	MerchantID  int64  `pg:"pg_merchant_id"`
	OrderID     string `pg:"pg_order_id"`
	RedirectURL string `pg:"pg_redirect_url"`
	Status      string `pg:"pg_status"`
	Type        string `pg:"pg_type"`
}

func (a *API) bindPurchaseCard(ctx context.Context, c *api.Call, r *bindRequest) (bindAnswer, error) {
	return a.bind(ctx, c, r, cardtoken.ForPurchase)
}

func (a *API) bindPayoutCard(ctx context.Context, c *api.Call, r *bindRequest) (bindAnswer, error) {
	return a.bind(ctx, c, r, cardtoken.ForPayout)
}

func (a *API) bind(ctx context.Context, c *api.Call, r *bindRequest, purpose cardtoken.Purpose) (none bindAnswer, err error) {
	if !c.Merchant.Settings.Tokens {
		return none, codes.Refuse(codes.MethodNotActivated)
	}
	if r.PostLink == "" {
		r.PostLink = c.Merchant.Settings.TokenPostLink
	}
	if r.PostLink == "" && purpose == cardtoken.ForPayout {
		return none, codes.Invalid("pg_post_link", codes.Required)
	}
	b, refusal, err := a.Cards.Begin(ctx, c.Identity(), cardtoken.Binding{
		BindingKey: cardtoken.BindingKey{MerchantID: c.Merchant.ID}, Purpose: purpose, Test: c.Test(), UserID: r.UserID,
		OrderID: r.OrderID, BackLink: r.BackLink, PostLink: r.PostLink, SuccessURL: r.SuccessURL, FailureURL: r.FailureURL,
		Language: c.Asked, Framed: r.Route == "frame",
	})
	if err != nil {
		return none, err
	}
	if refusal != nil {
		return none, refusal
	}
	return bindAnswer{
		PaymentID: b.PaymentID, MerchantID: b.MerchantID, OrderID: b.OrderID,
		RedirectURL: a.Site + a.Cards.PagePath(b), Status: "ok", Type: "init",
	}, nil
}

// removeRequest names a token, or a card by its deprecated number (A.2).
type removeRequest struct {
	UserID string `pg:"pg_user_id,required,pattern=user_id"`
	Token  string `pg:"pg_card_token,pattern=token"`
	CardID int64  `pg:"pg_card_id,min=1"`
}

type removeAnswer struct {
	Card struct {
		Status     string `pg:"pg_status"`
		MerchantID int64  `pg:"pg_merchant_id"`
		CardID     int64  `pg:"pg_card_id"`
		Hash       string `pg:"pg_card_hash"`
		DeletedAt  string `pg:"deleted_at"`
	} `pg:"card"`
}

func (a *API) removeCard(ctx context.Context, c *api.Call, r *removeRequest) (answer removeAnswer, err error) {
	if r.Token == "" && r.CardID == 0 {
		return answer, codes.Invalid("pg_card_token", codes.Required)
	}
	t, refusal, err := a.Cards.Remove(ctx, c.Identity(), c.Merchant, r.UserID, r.Token, r.CardID)
	if err != nil {
		return answer, err
	}
	if refusal != nil {
		return answer, refusal
	}
	answer.Card.Status, answer.Card.MerchantID, answer.Card.CardID = "deleted", t.MerchantID, t.CardID
	answer.Card.Hash, answer.Card.DeletedAt = t.Mask, c.Date(t.DeletedAt)
	return answer, nil
}

type listRequest struct {
	UserID   string `pg:"pg_user_id,required,pattern=user_id"`
	Extended bool   `pg:"pg_extend_data,flag"`
}

// listAnswer has a status only when it has no cards: older SDKs take a document
// without any pg_status for a failure (A.3).
type listAnswer struct {
	Cards  []listedCard `pg:"card"`
	Status string       `pg:"pg_status"`
}

type listedCard struct {
	Status     string `pg:"pg_status"`
	MerchantID int64  `pg:"pg_merchant_id"`
	CardID     int64  `pg:"pg_card_id"`
	Token      string `pg:"pg_card_token"`
	Hash       string `pg:"pg_card_hash"`
	HHash      string `pg:"pg_card_hhash"`
	CreatedAt  string `pg:"created_at"`
	Bank       string `pg:"bank_alias"`
	Brand      string `pg:"brand_alias"`
	Year       string `pg:"expiry_year"`
	Month      string `pg:"expiry_month"`
}

func (a *API) listCards(ctx context.Context, c *api.Call, r *listRequest) (answer listAnswer, err error) {
	tokens, err := a.Cards.List(ctx, c.Merchant.ID, r.UserID)
	if err != nil {
		return answer, err
	}
	for _, t := range tokens {
		card := listedCard{
			Status: string(t.Status), MerchantID: t.MerchantID, CardID: t.CardID, Token: t.Token,
			Hash: t.Mask, HHash: t.HHash, CreatedAt: c.Date(t.CreatedAt),
		}
		if r.Extended {
			card.Bank, card.Brand = alias(t.Bank), string(t.Brand)
			if len(t.Expiry) == len("MM/YY") {
				card.Month, card.Year = t.Expiry[:2], t.Expiry[3:]
			}
		}
		answer.Cards = append(answer.Cards, card)
	}
	if len(tokens) == 0 {
		answer.Status = "ok"
	}
	return answer, nil
}
