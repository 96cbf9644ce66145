package merchant

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tolem/internal/money"
)

// Settings are what a merchant can have its own way. The zero value is a shop
// on its first day: nothing switched on that moves money.
type Settings struct {
	Currency          money.Currency   `json:"currency"`
	Language          string           `json:"language"`
	Tokens            bool             `json:"tokens"`
	TokenPostLink     string           `json:"token_post_link,omitempty"`
	Payouts           bool             `json:"payouts"`
	PayoutIBAN        bool             `json:"payout_iban"`
	PayoutTariff      money.Tariff     `json:"payout_tariff"`
	PayoutMin         money.Amount     `json:"payout_min,omitempty"`
	PayoutMax         money.Amount     `json:"payout_max,omitempty"`
	PayoutOrderReuse  bool             `json:"payout_order_reuse,omitempty"`
	PayoutByPurchase  bool             `json:"payout_by_purchase_secret,omitempty"`
	Purchases         bool             `json:"purchases,omitempty"`
	PurchaseTariff    money.Tariff     `json:"purchase_tariff"`
	Purchase          PurchaseSettings `json:"purchase"`
	ReferenceAnswers  bool             `json:"reference_answers,omitempty"`
	FrameOrigins      []string         `json:"frame_origins,omitempty"`
	AllowedAddresses  []netip.Prefix   `json:"allowed_addresses,omitempty"`
	RequestsPerSecond int64            `json:"requests_per_second"`
	RequestsBurst     int64            `json:"requests_burst"`
}

// Defaults are the settings of a new merchant (R48 for the rates).
func Defaults() Settings {
	return Settings{Currency: money.KZT, Language: "ru", RequestsPerSecond: 20, RequestsBurst: 40}
}

// Setting is one of the settings as an operator sees it.
type Setting struct {
	Name, Help string
	get        func(*Settings) string
	set        func(*Settings, string) error
}

// Get is the setting's value as text.
func (s Setting) Get(from *Settings) string { return s.get(from) }

// All lists the settings that can be changed by name.
var All = append([]Setting{
	{"currency", "currency of the balance", func(s *Settings) string { return string(s.Currency) }, func(s *Settings, v string) error {
		c, ok := money.ParseCurrency(v)
		if !ok {
			return errors.New("unknown currency")
		}
		s.Currency = c
		return nil
	}},
	{"language", "language of hosted pages: ru, kk or en", func(s *Settings) string { return s.Language }, func(s *Settings, v string) error {
		if !slices.Contains([]string{"ru", "kk", "en"}, v) {
			return errors.New("want ru, kk or en")
		}
		s.Language = v
		return nil
	}},
	flag("tokens", "card tokens may be created", func(s *Settings) *bool { return &s.Tokens }),
	link("tokens.post_link", "tokenization callback when the call names none", func(s *Settings) *string { return &s.TokenPostLink }),
	flag("payout", "payouts to cards are allowed", func(s *Settings) *bool { return &s.Payouts }),
	flag("payout.iban", "payouts to bank accounts are allowed", func(s *Settings) *bool { return &s.PayoutIBAN }),
	percent("payout.fee_percent", "share of a payout that is charged, in percent", func(s *Settings) *money.Tariff { return &s.PayoutTariff }),
	amount("payout.fee_fixed", "fixed fee of a payout", func(s *Settings) *money.Amount { return &s.PayoutTariff.Fixed }),
	amount("payout.min", "smallest payout, 0 for none", func(s *Settings) *money.Amount { return &s.PayoutMin }),
	amount("payout.max", "largest payout, 0 for none", func(s *Settings) *money.Amount { return &s.PayoutMax }),
	{"payout.unique_order_id", "an order id is paid out once", func(s *Settings) string { return truth(!s.PayoutOrderReuse) }, func(s *Settings, v string) error {
		unique, err := parseTruth(v)
		s.PayoutOrderReuse = !unique
		return err
	}},
	flag("payout.accept_purchase_secret", "to_iban may also be signed with the purchase secret", func(s *Settings) *bool { return &s.PayoutByPurchase }),
	{"answer_style", "wire, or reference for clients written against the printed pages", func(s *Settings) string {
		if s.ReferenceAnswers {
			return "reference"
		}
		return "wire"
	}, func(s *Settings, v string) error {
		if v != "wire" && v != "reference" {
			return errors.New("want wire or reference")
		}
		s.ReferenceAnswers = v == "reference"
		return nil
	}},
	{"frame_origins", "origins that may frame hosted pages, separated by commas", func(s *Settings) string { return strings.Join(s.FrameOrigins, ",") }, func(s *Settings, v string) (err error) {
		s.FrameOrigins, err = list(v, origin)
		return err
	}},
	{"allowed_addresses", "networks the merchant may call from, separated by commas; empty for any", func(s *Settings) string {
		texts := make([]string, len(s.AllowedAddresses))
		for i, p := range s.AllowedAddresses {
			texts[i] = p.String()
		}
		return strings.Join(texts, ",")
	}, func(s *Settings, v string) (err error) {
		s.AllowedAddresses, err = list(v, network)
		return err
	}},
	count("requests_per_second", "requests a second before 429", func(s *Settings) *int64 { return &s.RequestsPerSecond }),
	count("requests_burst", "requests at once before 429", func(s *Settings) *int64 { return &s.RequestsBurst }),
}, purchaseSettings...)

// Set changes the setting of that name. The error says what is wanted.
func (s *Settings) Set(name, value string) error {
	if !utf8.ValidString(value) { // what is stored as JSON would read otherwise
		return fmt.Errorf("%s: want UTF-8", name)
	}
	for _, setting := range All {
		if setting.Name == name {
			if err := setting.set(s, value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no setting %q", name)
}

func flag(name, help string, field func(*Settings) *bool) Setting {
	return Setting{name, help, func(s *Settings) string { return truth(*field(s)) }, func(s *Settings, v string) (err error) {
		*field(s), err = parseTruth(v)
		return err
	}}
}

func amount(name, help string, field func(*Settings) *money.Amount) Setting {
	return Setting{name, help, func(s *Settings) string { return field(s).String() }, func(s *Settings, v string) (err error) {
		*field(s), err = money.ParseAmount(v)
		return err
	}}
}

func percent(name, help string, field func(*Settings) *money.Tariff) Setting {
	return Setting{name, help, func(s *Settings) string { return money.Amount(field(s).Share).String() }, func(s *Settings, v string) error {
		share, err := money.ParseAmount(v)
		if err != nil || share > 10000 {
			return errors.New("want a percentage from 0 to 100 with at most two decimals")
		}
		field(s).Share = int64(share)
		return nil
	}}
}

func count(name, help string, field func(*Settings) *int64) Setting {
	return Setting{name, help, func(s *Settings) string { return strconv.FormatInt(*field(s), 10) }, func(s *Settings, v string) error {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil || n < 1 {
			return errors.New("want a whole number above zero")
		}
		*field(s) = n
		return nil
	}}
}

func link(name, help string, field func(*Settings) *string) Setting {
	return Setting{name, help, func(s *Settings) string { return *field(s) }, func(s *Settings, v string) error {
		if v != "" {
			if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(v) > 255 {
				return errors.New("want an http or https URL of at most 255 characters")
			}
		}
		*field(s) = v
		return nil
	}}
}

func list[T any](text string, parse func(string) (T, error)) ([]T, error) {
	var values []T
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		value, err := parse(item)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func origin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != text {
		return "", errors.New("want origins such as https://shop.example")
	}
	return text, nil
}

func network(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, errors.New("want networks such as 203.0.113.0/24")
	}
	return prefix.Masked(), nil
}

func truth(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func parseTruth(text string) (bool, error) {
	switch text {
	case "on", "true", "1", "yes":
		return true, nil
	case "off", "false", "0", "no":
		return false, nil
	}
	return false, errors.New("want on or off")
}
