package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tolem/internal/pages"
	"tolem/internal/protocol/pg"
)

// Card data of the scenario that must not be found anywhere outside the vault.
const (
	leakUnknown = "4929135792468013" // no test card: declined with 99999
	leakMistake = "4929135792468014" // fails its check digit
	leakPlain   = "4716047261941981"
	leakSecure  = "4916307416334310" // takes part in 3-D Secure
	leakPaid    = "4671593866478252"
	leakCVC     = "7391"
	leakUser    = "8264"
	leakToken   = "bGVha2VkIHNpZ25hdHVyZQ" // of a wallet
)

// goThroughEveryDoor sends card data where they belong and where they do not. It
// returns what names a card or opens a page: no log may hold these either.
func goThroughEveryDoor(t *testing.T, m *merchant) (capabilities []string) {
	t.Helper()
	paid, unknown := m.bind(t, leakUser, leakPaid), m.bind(t, leakUser, leakUnknown)
	expect(t, m.pay(t, "leak-order-1", "200", leakUser, paid), "pg_status", "ok")
	expect(t, m.pay(t, "leak-order-2", "200", leakUser, unknown), "pg_error_code", "99999")
	keys := []string{
		typePurchaseCard(t, m, leakPlain), typePurchaseCard(t, m, leakSecure), typeDestination(t, m),
		buy(t, m, leakPlain), buy(t, m, leakSecure), buy(t, m, leakUnknown),
		buyByWallet(t, m, leakPlain), buyByWallet(t, m, leakUnknown),
	}
	misplaceCards(t, m, paid)
	return append(keys, paid, unknown)
}

// typePurchaseCard saves a card to pay with, after every kind of mistake, and passes 3-D
// Secure if it is asked for. It returns the key of the page.
func typePurchaseCard(t *testing.T, m *merchant, number string) string {
	t.Helper()
	opened := m.call(t, m.path("cardstorage/add"), "pg_user_id", leakUser, "pg_post_link", m.web.URL("/saved"), "pg_back_link", m.web.URL("/back"))
	page := opened.Get("pg_redirect_url")
	next := typeWrongThenRight(t, m, page, number)
	for next != "" && next != m.web.URL("/back") {
		_, next = open(t, on(m, next))
	}
	expect(t, m.told(t, opened.Get("pg_payment_id"), 1)[0].Message, "pg_status", "success")
	return keyOf(t, page)
}

// buy pays with a card that is kept, and may be charged again, after every kind of
// mistake. It returns the key of the page.
func buy(t *testing.T, m *merchant, number string) string {
	t.Helper()
	opened := m.call(t, "/init_payment.php", "pg_amount", "100", "pg_description", "Leak", "pg_user_id", leakUser, "pg_result_url", m.web.URL("/result"),
		"pg_success_url", m.web.URL("/back"), "pg_failure_url", m.web.URL("/back"), "pg_recurring_start", "1", "pg_recurring_lifetime", "1")
	expect(t, opened, "pg_status", "ok")
	page := opened.Get("pg_redirect_url")
	open(t, on(m, typeWrongThenRight(t, m, page, number)))
	result := "1"
	if number == leakUnknown {
		result = "0"
	}
	expect(t, m.told(t, opened.Get("pg_payment_id"), 1)[0].Message, "pg_result", result)
	return keyOf(t, page)
}

// buyByWallet pays with a card in a wallet, after a token that nobody can open. It
// returns the key of the page.
func buyByWallet(t *testing.T, m *merchant, number string) string {
	t.Helper()
	opened := m.call(t, "/init_payment.php", "pg_amount", "100", "pg_description", "Leak")
	key := keyOf(t, opened.Get("pg_redirect_url"))
	paid := map[string]string{leakPlain: `"status":"ok"`, leakUnknown: `"code":99999`}[number]
	for _, c := range [][2]string{{"ECv1", `"code":9992`}, {"TEST", paid}} {
		token := `{"protocolVersion":"` + c[0] + `","signature":"` + leakToken + `","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"` + number +
			`\",\"expirationMonth\":12,\"expirationYear\":2049}}"}`
		response, err := browser.PostForm(m.Base+"/pay/"+key+"/pay", url.Values{"type": {"google_pay"}, "token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(body), c[1]) {
			t.Errorf("a token of version %s is answered %d, %s", c[0], response.StatusCode, body)
		}
	}
	return key
}

// typeWrongThenRight types a card after every kind of mistake, passes 3-D Secure if it
// is asked for, and tells where that leads.
func typeWrongThenRight(t *testing.T, m *merchant, page, number string) (next string) {
	t.Helper()
	typed := func(number, expiry, cvc string) (int, string) {
		return submit(t, page, pages.FieldNumber, number, pages.FieldHolder, "LEAK TEST", pages.FieldExpiry, expiry, pages.FieldCVC, cvc,
			pages.FieldSave, "1")
	}
	for _, mistake := range [][3]string{
		{leakMistake, "12/49", leakCVC}, {number, "01/20", leakCVC}, {number, leakUnknown, leakCVC}, {number, "12/49", leakUnknown}, {leakCVC, leakCVC, leakCVC},
	} {
		if status, _ := typed(mistake[0], mistake[1], mistake[2]); status != http.StatusUnprocessableEntity {
			t.Errorf("a form with a mistake is answered %d", status)
		}
	}
	_, next = typed(number, "12/49", leakCVC)
	if issuer := on(m, next); strings.Contains(issuer, "/3ds-page/") {
		submit(t, issuer, pages.FieldCode, leakCVC)
		_, next = submit(t, issuer, pages.FieldCode, "111111")
	}
	return next
}

// typeDestination pays out by page to a card that is first typed wrong.
func typeDestination(t *testing.T, m *merchant) string {
	t.Helper()
	fields := m.payFields("leak-order-3", "200", leakUser, "")
	opened := m.call(t, "/api/reg2nonreg", append(fields[:len(fields)-2], "pg_back_link", m.web.URL("/back"))...)
	page := opened.Get("pg_redirect_url")
	submit(t, page, pages.FieldNumber, leakMistake, pages.FieldHolder, leakUnknown)
	submit(t, page, pages.FieldNumber, leakUnknown, pages.FieldHolder, "")
	expect(t, m.told(t, opened.Get("pg_payment_id"), 1)[0].Message, "pg_error_code", "99999")
	return keyOf(t, page)
}

// misplaceCards puts card data in fields and addresses that are not made for them.
func misplaceCards(t *testing.T, m *merchant, token string) {
	t.Helper()
	for _, field := range []string{"pg_amount", "pg_card_token_to", "pg_order_time_limit", "pg_post_link", "pg_card_id_to"} {
		fields := m.payFields("leak-order-4", "1", leakUser, token)
		for i := 0; i < len(fields); i += 2 {
			if fields[i] == field {
				fields = append(fields[:i], fields[i+2:]...)
				break
			}
		}
		answer := m.call(t, "/api/reg2reg", append(fields, field, leakUnknown)...)
		if !answer.Has("pg_error_code") || strings.Contains(answer.Get("pg_error_description"), leakUnknown) {
			t.Errorf("a card number in %s: %s %s", field, answer.Get("pg_error_code"), answer.Get("pg_error_description"))
		}
	}
	strange := append(m.payFields("leak-order-5", "1", leakUser, token), "pg_card_pan", leakUnknown, "pg_card_cvc", leakCVC)
	expect(t, m.call(t, "/api/reg2reg", strange...), "pg_status", "ok")

	forged := pg.Message{{Name: "pg_merchant_id", Value: fmt.Sprint(m.Merchant)}, {Name: "pg_card_pan", Value: leakUnknown}, {Name: "pg_card_cvc", Value: leakCVC}}
	forged = pg.Seal("reg2reg", forged, m.Purchase+leakCVC, pg.NewSalt())
	answer, err := m.Send(t.Context(), "/api/reg2reg", forged)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, answer, "pg_error_code", "1100")

	for _, path := range []string{
		"/api/" + leakUnknown, "/v1/merchant/" + leakUnknown + "/cardstorage/list", "/v2/user/3ds-page/" + leakUnknown,
		"/payout.html?customer=" + leakUnknown + "&cvc=" + leakCVC, "/api/reg2reg?pg_merchant_id=" + leakUnknown + "&pg_card_cvc=" + leakCVC,
	} {
		open(t, m.Base+path)
	}
}

// on completes an address that may lack its host.
func on(m *merchant, address string) string {
	if strings.HasPrefix(address, "/") {
		return m.Base + address
	}
	return address
}

// keyOf is the key in the address of a page.
func keyOf(t *testing.T, page string) string {
	t.Helper()
	_, key, found := strings.Cut(page, "=")
	if !found || len(key) < 20 {
		t.Fatalf("%d characters are no page key", len(key))
	}
	return key
}
