package merchantapi_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// arrived is what a browser gets: where it goes on, or the page that it reads.
type arrived struct {
	status         int
	location, page string
}

func arrive(t *testing.T, request *http.Request) arrived {
	t.Helper()
	response, err := patient.Do(request.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusFound && !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		t.Errorf("HTTP %d of type %q", response.StatusCode, response.Header.Get("Content-Type"))
	}
	if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("HTTP %d may be kept or told of", response.StatusCode)
	}
	return arrived{response.StatusCode, response.Header.Get("Location"), string(body)}
}

var checkoutPage = regexp.MustCompile(`^https://pay\.example/pay\.html\?customer=[0-9a-f-]{36}$`)

// entered wants a browser that goes on to a payment.
func entered(t *testing.T, what string, a arrived) {
	t.Helper()
	if a.status != http.StatusFound || !checkoutPage.MatchString(a.location) {
		t.Errorf("%s: HTTP %d, to %q", what, a.status, a.location)
	}
}

// rejected wants a page that shows a code, the field that is to blame, and nothing
// that the browser brought.
func rejected(t *testing.T, what string, a arrived, code string) {
	t.Helper()
	if a.status != http.StatusBadRequest || a.location != "" || !strings.Contains(a.page, ">"+code+"<") || strings.Contains(a.page, "evil") {
		t.Errorf("%s: HTTP %d, to %q, want a page with %q: %s", what, a.status, a.location, code, a.page)
	}
}

func (s *seller) entryForm(changes ...string) pg.Message {
	m := pg.Message{}.With("pg_merchant_id", s.merchantID()).With("pg_order_id", "A-7").With("pg_amount", "2500").With("pg_currency", "KZT").
		With("pg_description", "Order 7")
	for _, change := range changes {
		m = values{}.apply(m, change)
	}
	return s.Sign("/payment.php", m)
}

func TestABrowserEntersWithASignedForm(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	url := h.URL() + "/payment.php"
	form := pg.EncodeForm(shop.entryForm())
	entered(t, "a GET", arrive(t, raw("GET", url+"?"+form, "", "")))
	entered(t, "a POST", arrive(t, raw("POST", url, urlencoded, form)))
	entered(t, "all in the query and in the form", arrive(t, raw("POST", url+"?"+form, urlencoded, form)))
	modules := pg.EncodeForm(shop.entryForm("pg_amount=150.5000", "pg_user_phone=0", "pg_encoding=windows-1251", "pg_description=Заказ 7", "pg_sire_url=shop",
		"cms_payment_module=PRESTASHOP 1.7", "wc-api=WC_Freedompay_Payment_Gateway", "pg_timeout_after_payment=3600", "pg_language=ru", "pg_testing_mode=1",
		"pg_success_url_method=AUTOPOST", "pg_receipt_positions[0][count]=1", "pg_receipt_positions[0][name]=Mug", "pg_receipt_positions[0][price]=150.50"))
	entered(t, "what modules send", arrive(t, raw("POST", url, urlencoded, modules+"&subscription_type=none")))
	status := arrive(t, raw("GET", url+"?"+pg.EncodeForm(shop.entryForm("pg_amount_interval_to=2500", "-pg_amount")), "", ""))
	rejected(t, "any amount", status, "9403 pg_amount_interval_to")
}

// The signature covers values, and the payer sees it: a form whose fields were given
// other names must not pass (S1).
func TestAFormWhoseFieldsWereRenamedIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	settings := merchant.Defaults()
	settings.Purchases, settings.Purchase.BrowserEntry = true, true
	secrets := map[merchant.Purpose]string{merchant.Purchase: "kVn3QmZ8rTb1Xe5L"}
	if _, err := h.Merchants.Create(t.Context(), 990011, "Shop", merchant.Test, settings, secrets); err != nil {
		t.Fatal(err)
	}
	const rest = "&pg_description=Order+7&pg_merchant_id=990011&pg_order_id=A-7&pg_salt=s4lt0002&pg_sig=4052aa95cc1a5b7985efd3f5ef236908"
	enter := func(form string) arrived {
		return arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, form+rest))
	}
	entered(t, "as the shop signed it", enter("pg_amount=2500&pg_auto_clearing=1"))
	rejected(t, "the amount as an unknown field", enter("a=2500&pg_amount=1"), "9403 a")
	rejected(t, "the amount as a known field of the shop's own", enter("cms_payment_module=2500&pg_amount=1"), "9403 cms_payment_module")
	rejected(t, "the amount as a flag", enter("pg_3ds_challenge=2500&pg_amount=1"), "9403 pg_3ds_challenge")
	rejected(t, "the amount as a bound", enter("pg_amount_interval_to=2500&pg_auto_clearing=1"), "9403 pg_amount_interval_to")
	rejected(t, "a name of ours that is unknown", enter("pg_=2500&pg_amount=1"), "9403 pg_")
	rejected(t, "the amount inside a field of the shop's own", enter("cms_payment_module[x]=2500&pg_amount=1"), "9403 cms_payment_module")
}

// A ";" in a value moves borders: what was a field of its own may have become part of
// the one before or after it (S1).
func TestAFormWhoseFieldsWereJoinedIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop, live := h.enroll(merchant.Test), h.enroll(merchant.Live)
	enter := func(shop *seller, signed pg.Message, form string) arrived {
		return arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, form+"&pg_merchant_id="+shop.merchantID()+
			"&pg_order_id=A-7&pg_salt="+signed.Get("pg_salt")+"&pg_sig="+signed.Get("pg_sig")))
	}
	module := shop.entryForm("cms_payment_module=PRESTASHOP 1.7", "pg_auto_clearing=1")
	rejected(t, "the amount with the module", enter(shop, module,
		"cms_payment_module=PRESTASHOP+1.7%3B2500&pg_amount=1&pg_currency=KZT&pg_description=Order+7"), "9403 cms_payment_module")
	dollars := shop.entryForm("pg_currency=USD")
	rejected(t, "the currency with the description", enter(shop, dollars, "pg_amount=2500&pg_description=USD%3BOrder+7"), "9403 pg_description")
	challenge := shop.entryForm("pg_3ds_challenge=1")
	rejected(t, "a flag as the amount, which is with the description", enter(shop, challenge,
		"pg_amount=1&pg_description=2500%3BKZT%3BOrder+7"), "9403 pg_description")
	rejected(t, "a flag as the amount, which is a discount", enter(shop, challenge,
		"pg_amount=1&pg_commission_discount_fix=2500&pg_currency=KZT&pg_description=Order+7"), "9403 pg_commission_discount_fix")
	word := shop.entryForm("pg_currency=USD", "pg_description=Mug")
	rejected(t, "the currency as the description, which is a language", enter(shop, word,
		"pg_amount=2500&pg_description=USD&pg_language=Mug"), "9403 pg_description")
	for _, goods := range []string{"pg_description=Mug; plate", "pg_description=1984; ", "pg_user_phone=87011234567;87017654321"} {
		entered(t, goods, arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, pg.EncodeForm(shop.entryForm(goods)))))
	}
	entered(t, "a number without a currency", arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded,
		pg.EncodeForm(shop.entryForm("-pg_currency", "pg_description=1001")))))

	one := live.entryForm("pg_user_contact_email=a@shop.example", "pg_user_id=1")
	const rest = "pg_amount=2500&pg_currency=KZT&pg_description=Order+7&"
	entered(t, "a payer with the number 1", enter(live, one, rest+"pg_user_contact_email=a%40shop.example&pg_user_id=1"))
	rejected(t, "whose number is the test mode", enter(live, one, rest+"pg_template_params[x]=a%40shop.example&pg_testing_mode=1"), "9403 pg_template_params")
	phone := live.entryForm("pg_user_phone=1")
	rejected(t, "whose telephone is the test mode", enter(live, phone, rest+"pg_testing_mode=1"), "9403 pg_testing_mode")
	shop.save("cardstorage", "77011234567", "4716047261941981", "08/29")
	typed := shop.entryForm("pg_user_ip=198.51.100.7", "pg_user_phone=77011234567")
	page := enter(shop, typed, rest+"pg_user_email=198.51.100.7&pg_user_id=77011234567")
	entered(t, "a telephone as the user", page)
	if _, body := ask(t, raw("GET", strings.Replace(page.location, "https://pay.example", h.URL(), 1), "", "")); strings.Contains(body, "1981") || !strings.Contains(body, `name="number"`) {
		t.Errorf("the payer sees the cards of somebody else: %s", body)
	}
	if found, err := live.Call(t.Context(), "/get_status3.php", "pg_order_id", "A-7"); err != nil || found.Get("pg_testing_mode") != "0" {
		t.Errorf("the payment of the live shop: %v, error %v", found, err)
	}
}

func TestABrowserThatCannotEnterReadsWhy(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	enter := func(changes ...string) arrived {
		t.Helper()
		return arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, pg.EncodeForm(shop.entryForm(changes...))))
	}
	rejected(t, "a wrong field", enter("pg_amount=evil"), "9403 pg_amount")
	rejected(t, "a language that is none", enter("pg_language=evil words"), "9403 pg_language")
	rejected(t, "a field of nobody", enter("cart=evil"), "9403 cart")
	rejected(t, "a key", enter("pg_idempotency_key=evil"), "9403 pg_idempotency_key")
	form := pg.EncodeForm(shop.entryForm())
	rejected(t, "an unsigned change", arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, form+"&x=evil")), "1100")
	rejected(t, "the payout secret", arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, form[:len(form)-32]+
		pg.Sign("payment.php", shop.entryForm(), shop.Payout))), "1100")
	rejected(t, "nobody's form", arrive(t, raw("GET", h.URL()+"/payment.php?pg_merchant_id=1", "", "")), "9998")
	for lang, words := range map[string]string{"en": "cannot be started", "kk": "бастау мүмкін емес", "ru": "не может быть начат", "": "не может быть начат"} {
		if a := enter("pg_amount=0", "pg_language="+lang); !strings.Contains(a.page, words) {
			t.Errorf("in %q: %s", lang, a.page)
		}
	}
	shop.set("purchase.browser_entry_fields", "cart")
	entered(t, "a field that the shop registered", enter("cart=c-77"))
	rejected(t, "one that it registered no more", enter("wc-api=evil"), "9403 wc-api")
	shop.set("purchase.browser_entry", "off")
	rejected(t, "a shop without browsers", enter(), "9994")
	if status, body := ask(t, raw("POST", h.URL()+"/payment", urlencoded, form)); status != http.StatusNotFound {
		t.Errorf("the script has a twin: HTTP %d, %s", status, body)
	}
	huge := arrive(t, raw("POST", h.URL()+"/payment.php", urlencoded, "a="+strings.Repeat("x", 1<<20)))
	if huge.status != http.StatusRequestEntityTooLarge || !strings.Contains(huge.page, ">9403<") {
		t.Errorf("a huge form: HTTP %d", huge.status)
	}
}
