package merchantapi_test

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tolem/internal/card"
	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
	"tolem/internal/shop"
	"tolem/internal/store"
)

// seller is a merchant of the house, with the secrets to call it.
type seller struct {
	shop.Client
	house *house
}

// enroll adds a merchant with every feature on, and money on its balance.
func (h *house) enroll(status merchant.Status) *seller {
	h.t.Helper()
	settings := merchant.Defaults()
	settings.Tokens, settings.Payouts, settings.PayoutIBAN, settings.Purchases = true, true, true, true
	settings.PurchaseTariff.Share = 290
	settings.Purchase.Recurring, settings.Purchase.CardDirect, settings.Purchase.BrowserEntry = true, true, true
	m, err := h.Merchants.Create(h.t.Context(), 0, "Shop", status, settings, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	s := &seller{house: h, Client: shop.Client{
		Base: h.URL(), Merchant: m.ID,
		Purchase: m.Signing(merchant.Purchase).Reveal(), Payout: m.Signing(merchant.Payout).Reveal(), HTTP: patient,
	}}
	s.fund("1000000.00", ledger.BookOf(status == merchant.Test))
	return s
}

// patient is a client that follows no redirects.
var patient = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (s *seller) fund(amount string, book ledger.Book) {
	s.house.t.Helper()
	deposit, err := money.ParseAmount(amount)
	if err != nil {
		s.house.t.Fatal(err)
	}
	id, err := s.house.Payments.Next(s.house.t.Context())
	if err != nil {
		s.house.t.Fatal(err)
	}
	s.operate(&ledger.Fund{MerchantID: s.Merchant, PaymentID: id, Book: book, Money: money.Money{Amount: deposit, Currency: money.KZT}})
}

// operate does what an operator does: beside the server, which has the effects.
func (s *seller) operate(o engine.Operation) {
	s.house.t.Helper()
	aside := engine.New(s.house.DB, engine.Options{Clock: s.house.clock})
	defer aside.Close(context.Background())
	if err := aside.Do(o); err != nil {
		s.house.t.Fatal(err)
	}
}

// review is the operator's word on a refund that was requested. It returns the code
// of a refusal, 0 for none.
func (s *seller) review(refund string, approve bool) codes.Code {
	s.house.t.Helper()
	id, err := strconv.ParseInt(refund, 10, 64)
	if err != nil {
		s.house.t.Fatal(err)
	}
	var waiting []purchase.Request
	err = s.house.DB.View(s.house.t.Context(), func(tx *store.Tx) (err error) {
		waiting, err = purchase.Requests(s.house.t.Context(), tx, s.Merchant, id, 10)
		return err
	})
	if err != nil || len(waiting) != 1 {
		s.house.t.Fatalf("%d requests of number %d wait, error %v", len(waiting), id, err)
	}
	o := &purchase.Review{Request: waiting[0], Approve: approve}
	s.operate(o)
	if o.Refusal != nil {
		return o.Refusal.Code
	}
	return 0
}

// change edits the merchant.
func (s *seller) change(edit func(*merchant.Merchant) error) {
	s.house.t.Helper()
	if _, err := s.house.Merchants.Change(s.house.t.Context(), s.Merchant, edit); err != nil {
		s.house.t.Fatal(err)
	}
}

// set changes one of the merchant's settings.
func (s *seller) set(name, value string) {
	s.house.t.Helper()
	s.change(func(m *merchant.Merchant) error { return m.Settings.Set(name, value) })
}

func (s *seller) merchantID() string { return strconv.FormatInt(s.Merchant, 10) }

// path is where a call of the /v1 family lives for this merchant.
func (s *seller) path(rest string) string { return "/v1/merchant/" + s.merchantID() + rest }

// save types a card on the hosted page of a storage, and returns its token and
// number. A purchase card has an expiry date.
func (s *seller) save(storage, user, pan, expiry string) (token, id string) {
	s.house.t.Helper()
	answer, err := s.Call(s.house.t.Context(), s.path("/"+storage+"/add"), "pg_user_id", user,
		"pg_back_link", "https://shop.example/cards", "pg_post_link", "https://pay.example/saved")
	if err != nil {
		s.house.t.Fatal(err)
	}
	if status, _ := s.goThrough(answer.Get("pg_redirect_url"), pan, expiry); status/100 != 3 {
		s.house.t.Fatalf("the card page answers %d", status)
	}
	cards, err := s.Call(s.house.t.Context(), s.path("/cardstorage/list"), "pg_user_id", user)
	if err != nil {
		s.house.t.Fatal(err)
	}
	number, err := card.ParsePAN(pan)
	if err != nil {
		s.house.t.Fatal(err)
	}
	for _, saved := range cards {
		if saved.Nested.Get("pg_card_hash") == number.Mask() {
			return saved.Nested.Get("pg_card_token"), saved.Nested.Get("pg_card_id")
		}
	}
	s.house.t.Fatal("the card was not saved")
	return "", ""
}

// charge pays by a saved card, in one step or two, and returns the payment's number.
func (s *seller) charge(amount, token, user string, oneStep bool) string {
	s.house.t.Helper()
	steps := map[bool]string{true: "1", false: "0"}
	answer, err := s.Call(s.house.t.Context(), s.path("/card/init"), "pg_order_id", "paid", "pg_amount", amount, "pg_description", "Two notebooks",
		"pg_user_id", user, "pg_card_token", token, "pg_auto_clearing", steps[oneStep], "pg_result_url", "https://pay.example/success",
		"pg_success_url", "https://shop.example/ok", "pg_failure_url", "https://shop.example/fail")
	if err != nil {
		s.house.t.Fatal(err)
	}
	paid, err := s.Call(s.house.t.Context(), s.path("/card/direct"), "pg_payment_id", answer.Get("pg_payment_id"))
	if err != nil || paid.Get("pg_payment_status") != "success" || paid.Get("pg_captured") != steps[oneStep] {
		s.house.t.Fatalf("the card is not charged: %s, error %v", paid.Get("pg_error_description"), err)
	}
	return paid.Get("pg_payment_id")
}

// transfers are the lines of the merchant's books in the order of payments and steps.
func (s *seller) transfers() (lines []ledger.Transfer) {
	s.house.t.Helper()
	err := s.house.DB.View(s.house.t.Context(), func(tx *store.Tx) (err error) {
		lines, err = ledger.Transfers.Select(s.house.t.Context(), tx, "WHERE merchant_id = $1 ORDER BY payment_id, step", s.Merchant)
		return err
	})
	if err != nil {
		s.house.t.Fatal(err)
	}
	return lines
}
