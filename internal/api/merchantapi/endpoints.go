package merchantapi

import (
	"log/slog"
	"slices"
	"time"

	"tolem/internal/api"
	"tolem/internal/cardtoken"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/payout"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// API is the Merchant API over its systems.
type API struct {
	DB        *store.DB
	Purchases *purchase.Service
	Cards     *cardtoken.Service
	Payouts   *payout.Service
	Log       *slog.Logger
	// Site is where hosted pages live, without a slash at the end: {api} and
	// {customer} of the contract are one host here (R20).
	Site string
	// LimitZone is the zone of pg_order_time_limit (R54).
	LimitZone *time.Location
}

// The secrets that open an endpoint (R2).
var (
	purchaseSecret = []merchant.Purpose{merchant.Purchase}
	payoutSecret   = []merchant.Purpose{merchant.Payout}
	eitherSecret   = []merchant.Purpose{merchant.Payout, merchant.Purchase}
)

// Endpoints is the whole API.
func (a *API) Endpoints() []api.Endpoint {
	return slices.Concat(a.purchaseEndpoints(), a.cardEndpoints(), a.payoutEndpoints())
}

func (a *API) purchaseEndpoints() []api.Endpoint {
	return []api.Endpoint{
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.create-payment",
			Paths:  []string{"/init_payment.php", "/init_payment"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.create),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.any-amount",
			Paths:  []string{"/any_amount"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.createOpen),
		api.Entry(api.Endpoint{
			Name:   "extra.purchase.payment-php",
			Paths:  []string{"/payment.php"}, // without a twin (R3)
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.enter),
		api.Declare(api.Endpoint{
			Name:   "extra.purchase.recurring-payment",
			Paths:  []string{"/make_recurring_payment.php", "/make_recurring_payment"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.recur),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.cancel-payment",
			Paths:  []string{"/cancel.php", "/cancel"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.cancel),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.clearing",
			Paths:  []string{"/do_capture.php", "/do_capture"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.capture),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.refund-payment",
			Paths:  []string{"/revoke.php", "/revoke"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.refund),
		api.Declare(api.Endpoint{
			Name:   "extra.purchase.create-refund-request",
			Paths:  []string{"/create_refund_request.php", "/create_refund_request"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.requestRefund),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.status",
			Paths:  []string{"/get_status3.php", "/get_status3"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.purchaseStatus),
		api.Declare(api.Endpoint{
			Name:   "extra.purchase.get-status",
			Paths:  []string{"/get_status.php", "/get_status"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.legacyStatus),
		api.Declare(api.Endpoint{
			Name:   "extra.purchase.ps-list",
			Paths:  []string{"/ps_list.php", "/ps_list"},
			Family: api.Scripts, Secrets: purchaseSecret,
		}, a.paymentSystems),
	}
}

func (a *API) cardEndpoints() []api.Endpoint {
	return []api.Endpoint{
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.card-token.tokenize-card",
			Paths:  []string{"/v1/merchant/{merchant_id}/cardstorage/add", "/v1/merchant/{merchant_id}/cardstorage/add2"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.bindPurchaseCard),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.card-token.tokenize-card",
			Paths:  []string{"/v1/merchant/{merchant_id}/cardstoragepayout/add"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.bindPayoutCard),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.card-token.delete-token",
			Paths:  []string{"/v1/merchant/{merchant_id}/cardstorage/remove"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.removeCard),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.card-token.card-token-list",
			Paths:  []string{"/v1/merchant/{merchant_id}/cardstorage/list"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.listCards),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.card-token.create-payment",
			Paths:  []string{"/v1/merchant/{merchant_id}/card/init"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.cardInit),
		api.Show(api.Endpoint{
			Name:   "merchant.purchase.card-token.confirm-payment-with-cvc",
			Paths:  []string{"/v1/merchant/{merchant_id}/card/pay"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.cardPay),
		api.Declare(api.Endpoint{
			Name:   "merchant.purchase.card-token.confirm-payment",
			Paths:  []string{"/v1/merchant/{merchant_id}/card/direct"},
			Family: api.Nested, Secrets: purchaseSecret,
		}, a.cardDirect),
	}
}

func (a *API) payoutEndpoints() []api.Endpoint {
	return []api.Endpoint{
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.card-token.create-payment",
			Paths:  []string{"/api/reg2reg"},
			Family: api.Flat, Secrets: payoutSecret,
		}, a.payToToken),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.create-payment",
			Paths:  []string{"/api/reg2nonreg"},
			Family: api.Flat, Secrets: payoutSecret,
		}, a.payByPage),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.iban",
			Paths:  []string{"/api/to_iban"},
			Family: api.Flat, Secrets: payoutSecret, Reopened: byPurchaseSecret,
		}, a.payToIBAN),
		api.Declare(api.Endpoint{
			Name:   "extra.payout.iban-legacy",
			Paths:  []string{"/api/iban_payout"},
			Family: api.Flat, Secrets: payoutSecret,
		}, a.payToIBANLegacy),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.balance-status",
			Paths:  []string{"/api/balance_status"},
			Family: api.Flat, Secrets: eitherSecret,
		}, a.balance),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.status-by-payment-id",
			Paths:  []string{"/api/payment_status", "/api/iban_payout/payment_status"},
			Family: api.Flat, Secrets: payoutSecret,
		}, a.statusByPayment),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.status",
			Paths:  []string{"/api/payment_status2"},
			Family: api.Flat, Secrets: payoutSecret,
		}, a.status),
		api.Declare(api.Endpoint{
			Name:   "merchant.payout.status-by-order-id",
			Paths:  []string{"/get_status2.php", "/get_status2"},
			Family: api.Scripts, Secrets: eitherSecret,
		}, a.legacyStatusOfBoth),
	}
}

// byPurchaseSecret is what payout.accept_purchase_secret reopens: to_iban, and
// not the alias that R57 keeps for old clients (R2).
func byPurchaseSecret(s *merchant.Settings) []merchant.Purpose {
	if s.PayoutByPurchase {
		return purchaseSecret
	}
	return nil
}

// payoutAccount is the balance that a call's payouts are paid from.
func payoutAccount(c *api.Call) ledger.Key {
	return ledger.Key{MerchantID: c.Merchant.ID, Book: ledger.BookOf(c.Test()), Name: ledger.Payout, Currency: c.Merchant.Settings.Currency}
}
