package merchant

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tolem/internal/money"
)

// PurchaseSettings are what purchases fall back on when a call leaves a field out,
// and what they may do (spec 01, 1.2). URLs are empty where the shop has none.
type PurchaseSettings struct {
	AutoClearing        bool     `json:"auto_clearing,omitempty"`
	CheckURL            string   `json:"check_url,omitempty"`
	ResultURL           string   `json:"result_url,omitempty"`
	SuccessURL          string   `json:"success_url,omitempty"`
	FailureURL          string   `json:"failure_url,omitempty"`
	StateURL            string   `json:"state_url,omitempty"`
	SiteURL             string   `json:"site_url,omitempty"`
	RequestMethod       string   `json:"request_method,omitempty"` // "" is POST
	UniqueOrderID       bool     `json:"unique_order_id,omitempty"`
	LegacyFailureFields bool     `json:"legacy_failure_fields,omitempty"`
	Recurring           bool     `json:"recurring,omitempty"`
	RecurringMonths     int64    `json:"recurring_months,omitempty"` // 0 is LongestRecurring
	NoRefunds           bool     `json:"no_refunds,omitempty"`
	NoSavedCardCode     bool     `json:"no_saved_card_code,omitempty"`
	CardDirect          bool     `json:"card_direct,omitempty"`
	BrowserEntry        bool     `json:"browser_entry,omitempty"`
	BrowserEntryFields  []string `json:"browser_entry_fields"` // nil is those of the CMS modules
}

// LongestRecurring is for how many months a card may be charged again at most
// (spec 01, 2.4).
const LongestRecurring = 156

// MostRecurringMonths is the longest life of a profile that the shop may ask for.
func (p *PurchaseSettings) MostRecurringMonths() int64 {
	if p.RecurringMonths == 0 {
		return LongestRecurring
	}
	return p.RecurringMonths
}

// OwnFields are the names besides the contract's that a browser may bring to
// payment.php (S1).
func (p *PurchaseSettings) OwnFields() []string {
	if p.BrowserEntryFields == nil {
		return []string{"cms_payment_module", "wc-api"} // of the CMS modules (04, 4)
	}
	return p.BrowserEntryFields
}

// PurchaseTariffIn is the tariff of purchases in a currency. The fixed fee is in the
// currency of the balance; in others the share is all.
func (s *Settings) PurchaseTariffIn(c money.Currency) money.Tariff {
	tariff := s.PurchaseTariff
	if c != s.Currency {
		tariff.Fixed = 0
	}
	return tariff
}

// purchaseSettings are those of All that purchases have.
var purchaseSettings = []Setting{
	flag("purchase", "purchases are allowed", func(s *Settings) *bool { return &s.Purchases }),
	percent("purchase.fee_percent", "share of a purchase that is charged, in percent", func(s *Settings) *money.Tariff { return &s.PurchaseTariff }),
	amount("purchase.fee_fixed", "fixed fee of a purchase in the currency of the balance", func(s *Settings) *money.Amount { return &s.PurchaseTariff.Fixed }),
	flag("purchase.auto_clearing", "one-step when the call does not say", func(s *Settings) *bool { return &s.Purchase.AutoClearing }),
	link("purchase.check_url", "check request when the call names none", func(s *Settings) *string { return &s.Purchase.CheckURL }),
	link("purchase.result_url", "Result notify when the call names none", func(s *Settings) *string { return &s.Purchase.ResultURL }),
	link("purchase.success_url", "where a payer goes after a payment, when the call does not say", func(s *Settings) *string { return &s.Purchase.SuccessURL }),
	link("purchase.failure_url", "where a payer goes after a failure, when the call does not say", func(s *Settings) *string { return &s.Purchase.FailureURL }),
	link("purchase.state_url", "where a payer goes who leaves before the outcome is known, when the call does not say", func(s *Settings) *string { return &s.Purchase.StateURL }),
	link("purchase.site_url", "the way back to the shop when the call names none", func(s *Settings) *string { return &s.Purchase.SiteURL }),
	{"purchase.request_method", "how the merchant is called when the call does not say: POST, GET or XML", func(s *Settings) string {
		return cmp.Or(s.Purchase.RequestMethod, "POST")
	}, func(s *Settings, v string) error {
		if !slices.Contains([]string{"POST", "GET", "XML"}, v) {
			return errors.New("want POST, GET or XML")
		}
		s.Purchase.RequestMethod = v
		return nil
	}},
	flag("purchase.unique_order_id", "an order id is paid once", func(s *Settings) *bool { return &s.Purchase.UniqueOrderID }),
	flag("purchase.legacy_failure_fields", "a payer comes back from a failure with its code", func(s *Settings) *bool { return &s.Purchase.LegacyFailureFields }),
	flag("purchase.recurring", "cards may be charged again without their payers", func(s *Settings) *bool { return &s.Purchase.Recurring }),
	{"purchase.recurring_months", "for how many months at most", func(s *Settings) string {
		return strconv.FormatInt(s.Purchase.MostRecurringMonths(), 10)
	}, func(s *Settings, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 1 || n > LongestRecurring {
			return errors.New("want a whole number from 1 to 156")
		}
		s.Purchase.RecurringMonths = n
		return nil
	}},
	{"purchase.refunds", "refunds by call are allowed", func(s *Settings) string { return truth(!s.Purchase.NoRefunds) }, func(s *Settings, v string) error {
		allowed, err := parseTruth(v)
		s.Purchase.NoRefunds = !allowed
		return err
	}},
	{"purchase.saved_card_code", "the payment page asks for the security code of a saved card", func(s *Settings) string { return truth(!s.Purchase.NoSavedCardCode) }, func(s *Settings, v string) error {
		asked, err := parseTruth(v)
		s.Purchase.NoSavedCardCode = !asked
		return err
	}},
	flag("purchase.card_direct", "saved cards may be charged without a security code", func(s *Settings) *bool { return &s.Purchase.CardDirect }),
	flag("purchase.browser_entry", "payers may come to payment.php with a signed form", func(s *Settings) *bool { return &s.Purchase.BrowserEntry }),
	{"purchase.browser_entry_fields", "the shop's own fields in such a form, separated by commas", func(s *Settings) string {
		return strings.Join(s.Purchase.OwnFields(), ",")
	}, func(s *Settings, v string) error {
		names, err := list(v, ownField)
		s.Purchase.BrowserEntryFields = append([]string{}, names...)
		return err
	}},
}

func ownField(name string) (string, error) {
	letter := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("_-.", r)
	}
	if strings.HasPrefix(name, "pg_") || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return !letter(r) }) {
		return "", errors.New("want names such as wc-api, none that begins with pg_")
	}
	return name, nil
}
