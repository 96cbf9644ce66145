package merchantapi_test

import (
	"slices"
	"strings"

	"tolem/internal/protocol/pg"
)

// target is an endpoint as an attacker sees it: where it is and what it takes.
type target struct {
	path   string
	fields []targetField
}

type targetField struct {
	name, good string
	kind       string // of kinds
	required   bool
}

// kind is a sort of field. It refuses the evil values, and everything of more
// than longest characters.
type kind struct {
	evil       []string
	longest    int
	semicolons bool // it may hold them
}

var kinds = map[string]kind{
	"text":  {longest: 1024, semicolons: true},
	"name":  {longest: 255, semicolons: true},
	"key":   {longest: 255, semicolons: true},
	"order": {longest: 50},
	"route": {longest: 50},
	"amount": {longest: 1024, evil: []string{
		"0", "0.00", "-1", "-0.01", "+1", "1e2", "1E2", "0x10", "1,5", "1 000", ".5", "5.", "1.005", "99999999.01", "1e309", "NaN", "Infinity",
		"१", "1_000", "--1", "0.0000000000000000000000001", strings.Repeat("9", 400),
	}},
	"date": {longest: 1024, evil: []string{
		"0000-00-00 00:00:00", "0000-01-01 00:00:00", "2026-13-01 00:00:00", "2026-02-29 00:00:00", "2030-01-01", "2030-01-01T00:00:00Z",
		"01.01.2030 00:00:00", "2030-01-01 24:00:00", "2030-01-01 00:60:00", "99999-01-01 00:00:00", "-2030-01-01 00:00:00",
		"2030-01-01 00:00:00.5", "now", "1893456000",
	}},
	"url": {longest: 255, evil: []string{
		"/", "//shop.example/", "shop.example", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://shop.example/", "http://",
		"http:///path", "https://user:secret@shop.example/", `https://shop.example\@evil.example/`, "https://shop.example/a b",
		"https://shop.example/\r\nX: y", "http://[::1", "https://shop.example/%zz", " https://shop.example/", "gopher://shop.example",
	}},
	"user":     {longest: 50, evil: []string{"a b", "a.b", "a/b", "ä", "../a", "a'b", "a--\n"}},
	"token":    {longest: 255, evil: []string{"a b", "ä"}},
	"number":   {longest: 1024, evil: []string{"0", "-1", "1.0", "1e3", "x", "0x1", "99999999999999999999", "+1", " 1", "1 "}},
	"flag":     {longest: 1024, evil: []string{"2", "-1", "true", "yes", "01", " 1"}},
	"iban":     {longest: 20, evil: []string{"KZ", "DE89370400440532013000", "kz64999kzt0000012345", "KZ64 999KZT0000012345", "KZAA999KZT0000012345", "KZ64999KZT000001234٥"}},
	"iin":      {longest: 12, evil: []string{"1", "85010139999a", "85010139999６"}},
	"kbe":      {longest: 2, evil: []string{"1", "ab", "1.", "-1"}},
	"knp":      {longest: 3, evil: []string{"11", "abc", "-11"}},
	"bik":      {longest: 11, evil: []string{"TEST", "TEST-KZKA", "TEST KZ"}},
	"email":    {longest: 254, evil: []string{"a", "a@", "@b.example", "A <a@b.example>", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"}},
	"word":     {longest: 1024, evil: []string{"x", "bankCard", "get", "post", "Post", " GET", "GET "}},
	"ip":       {longest: 1024, evil: []string{"1.2.3", "1.2.3.4.5", "1.2.3.4, 5.6.7.8", "256.1.1.1", "shop.example", "::g", "1.2.3.4/8"}},
	"life":     {longest: 1024, evil: []string{"299", "604801", "0", "-300", "3e2", "300.0", "x"}},
	"months":   {longest: 1024, evil: []string{"0", "157", "-1", "1.5", "x"}},
	"note":     {longest: 1024},
	"currency": {longest: 3, evil: []string{"kzt", "XXX", "KZ", "398", "K T"}},
}

// targets are all endpoints. %d stands for the merchant's number, and saved is a
// card of user drv-88.
func targets(saved string) []target {
	common := []targetField{{"pg_testing_mode", "1", "flag", false}, {"pg_idempotency_key", "key", "key", false}}
	bind := []targetField{
		{"pg_user_id", "usr-1", "user", true}, {"pg_back_link", "https://shop.example/", "url", true}, {"pg_post_link", "https://pay.example/x", "url", false},
		{"pg_order_id", "A-1", "order", false}, {"pg_success_url", "https://shop.example/ok", "url", false},
		{"pg_failure_url", "https://shop.example/no", "url", false}, {"pg_payment_route", "frame", "route", false},
	}
	bindPayout := append([]targetField{}, bind...)
	bindPayout[2].required = true
	pay := func(rest ...targetField) []targetField {
		return append([]targetField{{"pg_order_id", "A-1", "order", true}, {"pg_amount", "1", "amount", true}}, rest...)
	}
	status := func(required bool) []targetField {
		return []targetField{{"pg_order_id", "A-1", "order", required}, {"pg_payment_id", "7", "number", false}}
	}
	account := []targetField{
		{"pg_recipient_iban", "KZ64999KZT0000012345", "iban", true}, {"pg_recipient_iin", "850101399996", "iin", true},
		{"pg_recipient_name", "SEITKALI ERLAN", "name", true}, {"pg_recipient_kbe", "19", "kbe", true}, {"pg_knp", "119", "knp", true},
		{"pg_bank_bik", "TESTKZKA", "bik", true}, {"pg_description", "Contract 12", "text", false}, {"pg_post_link", "https://pay.example/x", "url", true},
	}
	legacy := append([]targetField{}, account...)
	legacy[1].name, legacy[5].name = "pg_recipient_iin_bin", "pg_recipient_bank_bic"
	legacy[3].required, legacy[4].required, legacy[7].required = false, false, false
	checkout := []targetField{
		{"pg_description", "Order 7", "text", true}, {"pg_currency", "KZT", "currency", false}, {"pg_lifetime", "300", "life", false},
		{"pg_payment_method", "bankcard", "word", false}, {"pg_payment_route", "frame", "route", false}, {"pg_3ds_challenge", "1", "flag", false},
		{"pg_timeout_after_payment", "5", "number", false}, {"pg_user_id", "usr-1", "user", false}, {"pg_user_ip", "192.0.2.7", "ip", false},
		{"pg_need_email_notification", "1", "flag", false}, {"pg_need_phone_notification", "1", "flag", false}, {"pg_request_method", "GET", "word", false},
		{"pg_success_url_method", "POST", "word", false}, {"pg_failure_url_method", "AUTOGET", "word", false}, {"pg_state_url_method", "GET", "word", false},
		{"pg_generate_qr", "1", "flag", false}, {"pg_param1", "a;b", "name", false}, {"pg_param3", "c", "name", false},
		{"pg_postpone_payment", "0", "flag", false}, {"pg_commission_discount", "1", "flag", false}, {"pg_commission_discount_fix", "1", "amount", false},
		{"pg_loyalty_id", "7", "note", false}, {"pg_loyalty_amount", "7", "note", false}, {"pg_freedom_id", "7", "note", false},
	}
	for _, name := range []string{"check", "result", "success", "failure", "refund", "capture", "state", "site"} {
		checkout = append(checkout, targetField{"pg_" + name + "_url", "https://shop.example/" + name, "url", false})
	}
	all := []target{
		{"/init_payment.php", append([]targetField{
			{"pg_order_id", "A-1", "order", false}, {"pg_amount", "1", "amount", true}, {"pg_auto_clearing", "1", "flag", false},
			{"pg_recurring_start", "0", "flag", false}, {"pg_recurring_lifetime", "12", "months", false},
		}, checkout...)},
		{"/any_amount", []targetField{ // and those of checkout
			{"pg_order_id", "A-1", "order", true}, {"pg_description", "Donation", "text", true}, {"pg_amount", "1", "amount", false},
			{"pg_amount_interval_from", "1", "number", false}, {"pg_amount_interval_to", "2", "number", false},
		}},
		{"/v1/merchant/%d/cardstorage/add", bind},
		{"/v1/merchant/%d/cardstorage/add2", bind},
		{"/v1/merchant/%d/cardstoragepayout/add", bindPayout},
		{"/v1/merchant/%d/cardstorage/remove", []targetField{
			{"pg_user_id", "usr-1", "user", true}, {"pg_card_token", "no-such-token", "token", true}, {"pg_card_id", "7", "number", false}}},
		{"/v1/merchant/%d/cardstorage/list", []targetField{{"pg_user_id", "usr-1", "user", true}, {"pg_extend_data", "1", "flag", false}}},
		{"/api/reg2reg", pay(
			targetField{"pg_description", "Pay", "text", true}, targetField{"pg_order_time_limit", "3000-01-01 00:00:00", "date", true},
			targetField{"pg_user_id", "drv-88", "user", true}, targetField{"pg_post_link", "https://pay.example/x", "url", true},
			targetField{"pg_card_token_to", saved, "token", true}, targetField{"pg_card_id_to", "7", "number", false})},
		{"/api/reg2nonreg", pay(
			targetField{"pg_description", "Pay", "name", true}, targetField{"pg_order_time_limit", "3000-01-01 00:00:00", "date", true},
			targetField{"pg_payment_route", "frame", "route", false}, targetField{"pg_user_id", "drv-88", "user", false},
			targetField{"pg_user_email", "a@b.example", "email", false},
			targetField{"pg_back_link", "https://shop.example/", "url", true}, targetField{"pg_post_link", "https://pay.example/x", "url", true})},
		{"/api/to_iban", pay(account...)},
		{"/api/iban_payout", pay(legacy...)},
		{"/api/balance_status", []targetField{{"pg_currency", "KZT", "currency", false}}},
		{"/api/payment_status", status(false)},
		{"/api/iban_payout/payment_status", status(false)},
		{"/api/payment_status2", status(true)},
		{"/v1/merchant/%d/card/init", pay(
			targetField{"pg_description", "Order 7", "text", true}, targetField{"pg_user_id", "drv-88", "user", true},
			targetField{"pg_card_token", "no-such-token", "token", true}, targetField{"pg_card_id", "7", "number", false},
			targetField{"pg_currency", "KZT", "currency", false}, targetField{"pg_user_ip", "192.0.2.7", "ip", false},
			targetField{"pg_result_url", "https://pay.example/success", "url", false}, targetField{"pg_success_url", "https://shop.example/ok", "url", false},
			targetField{"pg_failure_url", "https://shop.example/no", "url", false}, targetField{"pg_auto_clearing", "1", "flag", false},
			targetField{"pg_lifetime", "300", "life", false}, targetField{"pg_param2", "two", "name", false},
			targetField{"pg_loyalty_id", "7", "note", false}, targetField{"pg_loyalty_amount", "7", "note", false}, targetField{"pg_freedom_id", "7", "note", false})},
		{"/v1/merchant/%d/card/pay", []targetField{{"pg_payment_id", "7", "number", true}}},
		{"/v1/merchant/%d/card/direct", []targetField{{"pg_payment_id", "7", "number", true}}},
		{"/make_recurring_payment.php", []targetField{
			{"pg_recurring_profile", "7", "number", true}, {"pg_description", "Order 7", "text", true}, {"pg_order_id", "A-1", "order", false},
			{"pg_amount", "1", "amount", false}, {"pg_result_url", "https://pay.example/success", "url", false},
			{"pg_refund_url", "https://shop.example/back", "url", false}, {"pg_request_method", "GET", "word", false},
			{"pg_user_ip", "192.0.2.7", "ip", false}, {"pg_param1", "one", "name", false},
		}},
		{"/cancel.php", []targetField{{"pg_payment_id", "7", "number", true}}},
		{"/do_capture.php", []targetField{{"pg_payment_id", "7", "number", true}, {"pg_clearing_amount", "1", "amount", false}}},
		{"/revoke.php", []targetField{{"pg_payment_id", "7", "number", true}, {"pg_refund_amount", "1", "amount", false}}},
		{"/create_refund_request.php", []targetField{
			{"pg_payment_id", "7", "number", true}, {"pg_refund_amount", "1", "amount", false}, {"pg_comment", "Too small; sent back", "text", false}}},
		{"/ps_list.php", []targetField{{"pg_amount", "1", "amount", true}, {"pg_currency", "KZT", "currency", false}}},
		{"/get_status3.php", status(false)},
		{"/get_status.php", status(false)},
		{"/get_status2.php", status(false)},
		{"/get_status2", status(false)},
	}
	for i := range all {
		all[i].fields = append(all[i].fields[:len(all[i].fields):len(all[i].fields)], common...)
	}
	return all
}

// message has a good value in every field that is required, and in one more.
func (e target) message(shop *seller, also ...string) pg.Message {
	m := pg.Message{}.With("pg_merchant_id", shop.merchantID())
	for _, f := range e.fields {
		if f.required || slices.Contains(also, f.name) {
			m = m.With(f.name, f.good)
		}
	}
	return m
}

// secret is the one that opens the endpoint, or the first of two.
func (e target) secret(shop *seller) string {
	if strings.HasPrefix(e.path, "/api/") || strings.HasPrefix(e.path, "/get_status2") {
		return shop.Payout
	}
	return shop.Purchase
}

func (e target) pathOf(shop *seller) string {
	return strings.Replace(e.path, "%d", shop.merchantID(), 1)
}
