package merchantapi_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// purchased is the row of the payment that a call created.
func (s *seller) purchased(t *testing.T, path string, fields ...string) (row purchase.Row) {
	t.Helper()
	answer, err := s.Call(t.Context(), path, fields...)
	if err != nil || answer.Get("pg_status") != "ok" {
		t.Fatalf("%s: %s, error %v", path, answer.Get("pg_error_description"), err)
	}
	return s.purchase(answer.Get("pg_payment_id"))
}

// purchase is the row of a payment.
func (s *seller) purchase(payment string) (row purchase.Row) {
	s.house.t.Helper()
	id, err := strconv.ParseInt(payment, 10, 64)
	if err != nil {
		s.house.t.Fatal(err)
	}
	err = s.house.DB.View(s.house.t.Context(), func(tx *store.Tx) (err error) {
		row, _, err = purchase.Rows.Find(s.house.t.Context(), tx, purchase.Key{MerchantID: s.Merchant, PaymentID: id})
		return err
	})
	if err != nil {
		s.house.t.Fatal(err)
	}
	return row
}

func TestAPurchaseIsOnTheTermsOfTheCallElseOfTheShop(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Live)
	for name, value := range map[string]string{
		"currency": "USD", "purchase.auto_clearing": "on", "purchase.check_url": "https://shop.example/s/check", "purchase.result_url": "https://shop.example/s/result",
		"purchase.success_url": "https://shop.example/s/ok", "purchase.failure_url": "https://shop.example/s/no", "purchase.site_url": "https://shop.example/s",
		"purchase.state_url": "https://shop.example/s/state", "purchase.request_method": "GET",
	} {
		shop.set(name, value)
	}
	silent := shop.purchased(t, "/init_payment", "pg_amount", "19.3", "pg_description", "Order 7", "pg_result_url", "https://paybox.kz")
	tariff := money.Tariff{Share: 290}
	want := purchase.Terms{
		Description: "Order 7", CheckURL: "https://shop.example/s/check", ResultURL: "https://shop.example/s/result", SiteURL: "https://shop.example/s",
		Form: purchase.ByGet, Success: purchase.Return{URL: "https://shop.example/s/ok"}, Failure: purchase.Return{URL: "https://shop.example/s/no"},
		State: purchase.Return{URL: "https://shop.example/s/state"}, ReturnAfter: 10, Tariff: tariff,
	}
	if diff := cmp.Diff(want, silent.Terms()); diff != "" {
		t.Errorf("terms of a silent call (-want +got):\n%s", diff)
	}
	if silent.Amount != 1930 || silent.Currency != "USD" || !silent.OneStep || silent.Test || !silent.ExpiresAt.Equal(opening.Add(24*time.Hour)) {
		t.Errorf("a silent call: %v, one-step %t, test %t, until %s", silent.Money(), silent.OneStep, silent.Test, silent.ExpiresAt)
	}
	loud := shop.purchased(t, "/init_payment", "pg_order_id", "A-1", "pg_amount", "19.3", "pg_description", "Order 7", "pg_currency", "RUR",
		"pg_auto_clearing", "0", "pg_testing_mode", "1", "pg_lifetime", "300", "pg_language", "kz", "pg_payment_method", "bankcard",
		"pg_payment_route", "frame", "pg_3ds_challenge", "1", "pg_timeout_after_payment", "5", "pg_user_id", "usr-1", "pg_user_phone", "77000000002",
		"pg_user_email", "payer@shop.example", "pg_need_email_notification", "1", "pg_request_method", "XML",
		"pg_check_url", "https://shop.example/c", "pg_result_url", "https://shop.example/r", "pg_success_url", "https://shop.example/ok",
		"pg_success_url_method", "AUTOPOST", "pg_failure_url", "https://shop.example/no", "pg_failure_url_method", "AUTOGET",
		"pg_state_url", "https://shop.example/state", "pg_state_url_method", "POST", "pg_site_url", "https://shop.example/", "pg_refund_url", "https://shop.example/back", "pg_capture_url", "https://shop.example/took",
		"pg_recurring_start", "1", "pg_recurring_lifetime", "12", "pg_param1", "one", "pg_unknown", "x", "cart", "77", "nested[0]", "x",
		"subscription_type", "none",
		"pg_receipt_positions[0][count]", "1", "pg_receipt_positions[0][name]", "Mug", "pg_receipt_positions[0][price]", "19.30",
		"pg_receipt_positions[0][tax_type]", "0", "pg_receipt_positions[0][mark_list][0]", "mark")
	want = purchase.Terms{
		Description: "Order 7", Language: "kk", Framed: true, Method: "bankcard", Challenge: true, Phone: "77000000002", Email: "payer@shop.example",
		NotifyEmail: true, CheckURL: "https://shop.example/c", ResultURL: "https://shop.example/r", RefundURL: "https://shop.example/back",
		CaptureURL: "https://shop.example/took", SiteURL: "https://shop.example/", Form: purchase.ByXML,
		Success: purchase.Return{URL: "https://shop.example/ok", Post: true}, Failure: purchase.Return{URL: "https://shop.example/no"},
		State: purchase.Return{URL: "https://shop.example/state", Post: true}, ReturnAfter: 5, Tariff: tariff, Recurring: 12, Echo: []purchase.Echoed{{Name: "cart", Value: "77"}, {Name: "pg_param1", Value: "one"}},
		Receipt: []purchase.Position{{Count: 1, Name: "Mug", Price: 1930, Marks: []string{"mark"}}},
	}
	if diff := cmp.Diff(want, loud.Terms()); diff != "" {
		t.Errorf("terms of a loud call (-want +got):\n%s", diff)
	}
	if loud.OrderID != "A-1" || loud.Currency != "RUB" || loud.OneStep || !loud.Test || loud.UserID != "usr-1" || !loud.ExpiresAt.Equal(opening.Add(5*time.Minute)) {
		t.Errorf("a loud call: %+v", loud)
	}
	open := shop.purchased(t, "/any_amount", "pg_order_id", "D-7", "pg_description", "Donation", "pg_amount_interval_from", "500", "pg_amount", "600",
		"pg_auto_clearing", "0", "a", "b")
	got := open.Terms()
	if open.Amount != 0 || !open.OneStep || got.Least != 500_00 || got.Most != 99999999_00 || got.Suggested != 600_00 || len(got.Echo) != 1 {
		t.Errorf("any amount: %+v, terms %+v", open, got)
	}
}

func TestAMerchantsOwnFieldsAreBoundedInNumberAndNamedOnce(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	fields := []string{"pg_amount", "1", "pg_description", "Order 7"}
	for i := range 50 {
		fields = append(fields, "own"+strconv.Itoa(i), "x")
	}
	if row := shop.purchased(t, "/init_payment", append(fields, "empty", "")...); len(row.Terms().Echo) != 50 {
		t.Errorf("%d fields of its own", len(row.Terms().Echo))
	}
	answer, err := shop.Call(t.Context(), "/init_payment", append(fields, "own50", "x")...)
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "51 fields", answer, "9403", "more than 50 fields")
	message := shop.Sign("/init_payment", values{}.apply(nil, "pg_merchant_id="+shop.merchantID()).With("pg_amount", "1").With("pg_description", "x").
		With("cart", "1").With("cart", "2"))
	_, body := ask(t, raw("POST", h.URL()+"/init_payment", urlencoded, form(message)))
	answer, err = shop.ReadAnswer("/init_payment", 200, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "twice", answer, "9403", "Parameter cart")
}
