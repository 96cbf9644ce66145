package merchantapi

import (
	"cmp"
	"strings"
	"time"

	"tolem/internal/api"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// checkout are the fields that every payment by a page takes (spec 01, 2.4 and 2.5).
// A phone or an e-mail that does not parse counts as absent: plugins send "0" (R18).
type checkout struct {
	Description   string   `pg:"pg_description,required"`
	Currency      currency `pg:"pg_currency"`
	Lifetime      int64    `pg:"pg_lifetime,min=300,max=604800"`
	Method        string   `pg:"pg_payment_method,oneof=bankcard|wallet|internetbank|other|cash|mobile_commerce"`
	System        string   `pg:"pg_payment_system,max=50,nosemi_lenient"` // a wish that we do not know is not refused (1.9)
	Route         string   `pg:"pg_payment_route,max=50,nosemi"`
	Challenge     bool     `pg:"pg_3ds_challenge"`
	ReturnAfter   int64    `pg:"pg_timeout_after_payment,min=1,max=86400"`
	UserID        string   `pg:"pg_user_id,pattern=user_id"`
	Phone         string   `pg:"pg_user_phone,phone_lenient"`
	Email         string   `pg:"pg_user_contact_email,email_lenient"`
	LegacyEmail   string   `pg:"pg_user_email,email_lenient"`
	UserIP        address  `pg:"pg_user_ip"`
	NotifyEmail   bool     `pg:"pg_need_email_notification"`
	NotifyPhone   bool     `pg:"pg_need_phone_notification"`
	RequestMethod string   `pg:"pg_request_method,oneof=POST|GET|XML"`
	CheckURL      string   `pg:"pg_check_url,url"`
	ResultURL     string   `pg:"pg_result_url,url"`
	RefundURL     string   `pg:"pg_refund_url,url"`
	CaptureURL    string   `pg:"pg_capture_url,url"`
	SiteURL       string   `pg:"pg_site_url,url"`
	SuccessURL    string   `pg:"pg_success_url,url"`
	SuccessMethod string   `pg:"pg_success_url_method,oneof=GET|POST|AUTOGET|AUTOPOST"`
	FailureURL    string   `pg:"pg_failure_url,url"`
	FailureMethod string   `pg:"pg_failure_url_method,oneof=GET|POST|AUTOGET|AUTOPOST"`
	StateURL      string   `pg:"pg_state_url,url"`
	StateMethod   string   `pg:"pg_state_url_method,oneof=GET|POST|AUTOGET|AUTOPOST"`
	QR            bool     `pg:"pg_generate_qr"`
	params
	unheeded
}

// unheeded are fields of the contract that change nothing here: there are no
// offline methods, loyalty systems or looks of pages yet, and every payment waits
// for its payer.
type unheeded struct {
	Postponed     bool     `pg:"pg_postpone_payment"`
	Discount      bool     `pg:"pg_commission_discount"`
	DiscountFix   amount   `pg:"pg_commission_discount_fix"`
	LoyaltyID     string   `pg:"pg_loyalty_id,nosemi"`
	LoyaltyAmount string   `pg:"pg_loyalty_amount,nosemi"`
	FreedomID     string   `pg:"pg_freedom_id,nosemi"`
	Template      struct{} `pg:"pg_template_params"`
}

// returnAfter is how long a result page stays unless the call says otherwise, in
// seconds (2.4).
const returnAfter = 10

// proposal is what the fields ask for, the shop's settings where they are silent.
// The amount, the order id and what is in the request alone are still missing.
func (r *checkout) proposal(c *api.Call) (w purchase.Proposal, err error) {
	if !c.Merchant.Settings.Purchases || r.Method != "" && r.Method != purchase.Bankcard {
		return w, codes.Refuse(codes.MethodNotActivated)
	}
	shop := c.Merchant.Settings.Purchase
	return purchase.Proposal{
		Test: c.Test(), Money: money.Money{Currency: r.Currency.or(c.Merchant.Settings.Currency)}, UserID: r.UserID,
		Lifetime: cmp.Or(time.Duration(r.Lifetime)*time.Second, purchase.Lifetime), Unique: shop.UniqueOrderID, Call: c.Identity(),
		Terms: purchase.Terms{
			Description: r.Description, Language: c.Asked, Framed: r.Route == "frame", Method: r.Method, Challenge: r.Challenge,
			Phone: r.Phone, Email: cmp.Or(r.Email, r.LegacyEmail), NotifyPhone: r.NotifyPhone, NotifyEmail: r.NotifyEmail,
			CheckURL: cmp.Or(r.CheckURL, shop.CheckURL), ResultURL: resultURL(c, r.ResultURL), RefundURL: r.RefundURL, CaptureURL: r.CaptureURL,
			SiteURL: cmp.Or(r.SiteURL, shop.SiteURL), Form: callForm(c, r.RequestMethod),
			Success:     purchase.Return{URL: cmp.Or(r.SuccessURL, shop.SuccessURL), Post: strings.HasSuffix(r.SuccessMethod, "POST")},
			Failure:     purchase.Return{URL: cmp.Or(r.FailureURL, shop.FailureURL), Post: strings.HasSuffix(r.FailureMethod, "POST")},
			State:       purchase.Return{URL: cmp.Or(r.StateURL, shop.StateURL), Post: strings.HasSuffix(r.StateMethod, "POST")},
			ReturnAfter: cmp.Or(r.ReturnAfter, returnAfter),
		},
	}, nil
}

// resultURL is where the Result notify goes. The default of SDKs counts as none: it
// would tell a stranger (R43).
func resultURL(c *api.Call, named string) string {
	if named == "https://paybox.kz" {
		named = ""
	}
	return cmp.Or(named, c.Merchant.Settings.Purchase.ResultURL)
}

func callForm(c *api.Call, named string) purchase.CallForm {
	return purchase.CallForm(cmp.Or(named, c.Merchant.Settings.Purchase.RequestMethod, string(purchase.ByPost)))
}
