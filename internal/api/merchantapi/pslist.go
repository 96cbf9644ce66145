package merchantapi

import (
	"context"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// systemsRequest asks how an amount can be paid (spec 01, 2.10).
type systemsRequest struct {
	Amount   amount   `pg:"pg_amount,required"`
	Currency currency `pg:"pg_currency"`
}

type systemsAnswer struct {
	api.Status
	Systems []paymentSystem `pg:"pg_payment_system"`
}

type paymentSystem struct {
	Name        string       `pg:"pg_name"`
	Description string       `pg:"pg_description"`
	Scenario    string       `pg:"pg_payment_scenario"`
	Amount      money.Amount `pg:"pg_amount_to_pay"`
	Currency    string       `pg:"pg_amount_to_pay_currency"`
	Category    string       `pg:"pg_category"`
}

var bankCards = map[string]string{"ru": "Банковская карта", "kk": "Банк картасы", "en": "Bank card"}

// paymentSystems are cards, and nothing else yet. The payer pays no commission.
func (a *API) paymentSystems(_ context.Context, c *api.Call, r *systemsRequest) (none systemsAnswer, err error) {
	if !c.Merchant.Settings.Purchases {
		return none, codes.Refuse(codes.MethodNotActivated)
	}
	return systemsAnswer{Status: api.OK, Systems: []paymentSystem{{
		Name: purchase.Bankcard, Description: bankCards[c.Language], Scenario: "online", Amount: money.Amount(r.Amount),
		Currency: string(r.Currency.or(c.Merchant.Settings.Currency)), Category: purchase.Bankcard,
	}}}, nil
}
