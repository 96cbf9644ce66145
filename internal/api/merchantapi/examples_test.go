package merchantapi_test

import (
	"net/url"
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// example is a request as a document of the contract prints it, signature included.
type example struct {
	what, path, form string
	code             string // of the answer, "" for ok
}

// examples are whole requests of the merchants of spec 01 and 02.
var examples = []example{
	{"minimal create (1.4)", "/init_payment.php",
		"pg_merchant_id=990011&pg_order_id=A-10001&pg_amount=25&pg_description=Pencil&pg_salt=s4lt0001&pg_sig=0b4b498c33a8916159efcb2c68711bc2", ""},
	{"create with two receipt positions (1.4)", "/init_payment.php",
		"pg_merchant_id=990011&pg_order_id=A-10045&pg_amount=1500&pg_description=Two+notebooks&pg_salt=Qx71mP0a" +
			"&pg_receipt_positions[0][price]=150&pg_receipt_positions[0][tax_type]=0&pg_receipt_positions[0][count]=2&pg_receipt_positions[0][name]=Pen" +
			"&pg_receipt_positions[1][name]=Pad&pg_receipt_positions[1][count]=1&pg_receipt_positions[1][price]=1200&pg_receipt_positions[1][tax_type]=0" +
			"&pg_sig=0c71ec2bba05eb8f017f28399d01699d", ""},
	{"create (2.4)", "/init_payment.php",
		"pg_merchant_id=990011&pg_order_id=A-10045&pg_amount=1500&pg_currency=KZT&pg_description=Two+notebooks&pg_testing_mode=1" +
			"&pg_result_url=https%3A%2F%2Fshop.example%2Ffp%2Fresult&pg_success_url=https%3A%2F%2Fshop.example%2Ffp%2Fok" +
			"&pg_failure_url=https%3A%2F%2Fshop.example%2Ffp%2Ffail&pg_salt=Qx71mP0a&pg_sig=7293eebab51f95da2f6a428d99d389d4", ""},
	{"any amount (2.5)", "/init_payment.php",
		"pg_order_id=D-7&pg_merchant_id=990011&pg_description=Donation&pg_amount_interval_from=500&pg_amount_interval_to=100000&pg_currency=KZT" +
			"&pg_salt=any9&pg_sig=d1ed130eb3c610360fa5da9793be8687", ""},
	{"recurring payment (2.6)", "/make_recurring_payment",
		"pg_merchant_id=990011&pg_order_id=A-10046&pg_recurring_profile=5501177&pg_amount=990&pg_description=Monthly+plan" +
			"&pg_result_url=https%3A%2F%2Fshop.example%2Ffp%2Fresult&pg_salt=rc1&pg_sig=6481878d24cde942f2581f61400e9297", "11068"},
	{"cancel (2.7)", "/cancel.php", "pg_merchant_id=990011&pg_payment_id=1900000417&pg_salt=c4nce1&pg_sig=fd20698a580dc0d3e150e911c3502b30", "11068"},
	{"capture (2.8)", "/do_capture.php",
		"pg_merchant_id=990011&pg_payment_id=1900000417&pg_clearing_amount=1200&pg_salt=cap77&pg_sig=4e659fd8f6072c639171cf108501b943", "11068"},
	{"refund (2.9)", "/revoke.php", "pg_merchant_id=990011&pg_payment_id=1900000417&pg_refund_amount=400&pg_idempotency_key=rf-A-10045-1" +
		"&pg_salt=rev5&pg_sig=f3f8bbb8d49a82ef57b0db635618d537", "11068"},
	{"token payment (02, A.6)", "/v1/merchant/548700/card/init", "pg_merchant_id=548700&pg_order_id=ord-5001&pg_amount=2500&pg_description=Order+5001" +
		"&pg_user_id=usr-1042&pg_card_token=5f0c7a54-2a0b-4f5e-9b3f-5c1f0a7d9e21&pg_result_url=https%3A%2F%2Fshop.example%2Fcb%2Fresult" +
		"&pg_success_url=https%3A%2F%2Fshop.example%2Fok&pg_failure_url=https%3A%2F%2Fshop.example%2Ffail&pg_idempotency_key=idem-5001-a" +
		"&pg_salt=Yx7rF0pL&pg_sig=07208662c627a7033c4c7577035afc71", "1999"},
	{"its confirmation by the payer (02, A.5)", "/v1/merchant/548700/card/pay",
		"pg_merchant_id=548700&pg_payment_id=1700000460&pg_salt=Nc6zM3jX&pg_sig=d0938027210c75a3c51ca2f62df29211", "11068"},
	{"its confirmation by the shop (02, A.7)", "/v1/merchant/548700/card/direct",
		"pg_merchant_id=548700&pg_payment_id=1700000461&pg_salt=Bf1tU5oG&pg_sig=499677918699a62bf2fecbb62048b3e7", "11068"},
	{"status (2.10)", "/get_status3.php",
		"pg_merchant_id=990011&pg_payment_id=1900000417&pg_salt=st01&pg_sig=89f7387251da87697288e4511c8dfb95", "11068"},
	{"payment systems (2.10)", "/ps_list.php",
		"pg_merchant_id=990011&pg_amount=1500&pg_currency=KZT&pg_testing_mode=1&pg_salt=ps1&pg_sig=b43b714377da6f3782c64ab8ce35482f", ""},
}

func TestTheExamplesOfTheContractAreAnswered(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	settings := merchant.Defaults()
	settings.Purchases, settings.Purchase.Recurring, settings.Purchase.CardDirect = true, true, true
	secrets := map[int64]string{990011: "kVn3QmZ8rTb1Xe5L", 548700: "pK7vQ2mZr9Lw4TsX"}
	for id, secret := range secrets {
		given := map[merchant.Purpose]string{merchant.Purchase: secret}
		if _, err := h.Merchants.Create(t.Context(), id, "Shop", merchant.Test, settings, given); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range examples {
		secret := secrets[990011]
		if strings.Contains(e.path, "548700") {
			secret = secrets[548700]
		}
		status, body := ask(t, raw("POST", h.URL()+e.path, urlencoded, e.form))
		answer, err := pg.ParseXML([]byte(body))
		if err != nil || status != 200 || !pg.Verify(pg.Script(e.path), answer, secret) || answer.Get("pg_error_code") != e.code {
			t.Errorf("%s: HTTP %d, %s, error %v", e.what, status, body, err)
		}
		fields, err := url.ParseQuery(e.form)
		if err != nil {
			t.Fatal(err)
		}
		fields.Set("pg_salt", fields.Get("pg_salt")+"x")
		_, body = ask(t, raw("POST", h.URL()+e.path, urlencoded, fields.Encode()))
		if code := unsignedCode(t, e.what, body); code != "1100" {
			t.Errorf("%s, another salt: code %s", e.what, code)
		}
	}
}
