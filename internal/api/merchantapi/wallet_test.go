package merchantapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// journal is all that a house logs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write is io.Writer.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

// walletToken is a test token with a card in it.
const walletToken = `{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"6224466455690681278\",\"expirationMonth\":12,\"expirationYear\":2030}}"}`

// confirmPath is where a wallet confirms a new payment of 15 in one step, and its number.
func (s *seller) confirmPath(t *testing.T) (path, payment string) {
	t.Helper()
	opened, err := s.Call(t.Context(), "/init_payment.php", "pg_amount", "15", "pg_description", "Pen", "pg_auto_clearing", "1", "pg_language", "en")
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := strings.Cut(opened.Get("pg_redirect_url"), "customer=")
	return "/pay/" + key + "/pay", opened.Get("pg_payment_id")
}

// TestABadConfirmationOfAWalletIsRefusedAndPaysNothing, and a good one pays once
// however often it comes. Nothing of either is logged.
func TestABadConfirmationOfAWalletIsRefusedAndPaysNothing(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			var log journal
			h := open(t, platform.Config{Database: database(t), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			shop := h.enroll(merchant.Test)
			path, payment := shop.confirmPath(t)
			for what, c := range badConfirmations() {
				status, body := ask(t, raw("POST", h.URL()+path, c.contentType, c.body))
				if want := fmt.Sprintf(`{"data":{"status":"error","code":%d,"message":"`, c.code); status != max(c.status, 200) || !strings.HasPrefix(body, want) || !strings.Contains(body, c.field) {
					t.Errorf("%s: HTTP %d, %s: want code %d and the name %s", what, status, body, c.code, c.field)
				}
			}
			for _, method := range []string{"GET", "HEAD", "PUT", "DELETE"} {
				if status, _ := ask(t, raw(method, h.URL()+path+"?type=google_pay&token="+url.QueryEscape(walletToken), "", "")); status != http.StatusMethodNotAllowed {
					t.Errorf("%s: HTTP %d", method, status)
				}
			}
			for _, key := range []string{"x", strings.Repeat("0", 5000), "..", "%2e%2e", "%00", payment, strings.ToUpper(path[5:41])} {
				if status, body := ask(t, raw("POST", h.URL()+"/pay/"+key+"/pay", urlencoded, confirmationForm())); status != 404 && !strings.HasPrefix(body, `{"data":{"status":"error","code":11068,`) {
					t.Errorf("a key of %.20q: HTTP %d, %s", key, status, body)
				}
			}
			if row := shop.purchase(payment); row.State != "created" || len(shop.transfers()) != 1 {
				t.Fatalf("the payment is %s, and %d transfers are booked", row.State, len(shop.transfers())-1)
			}
			shop.confirmedOnce(t, path, payment)
			shop.set("purchase.check_url", "http://127.0.0.1:1/check") // where nobody answers
			path, _ = shop.confirmPath(t)
			for n := range 6 {
				want, code := 200, `"code":10016`
				if n == 5 { // of a minute's tries
					want, code = 429, `"code":10006`
				}
				if status, body := ask(t, raw("POST", h.URL()+path, urlencoded, confirmationForm())); status != want || !strings.Contains(body, code) {
					t.Errorf("try %d of a payment that the shop does not confirm: HTTP %d, %s", n, status, body)
				}
			}
			for what, secret := range map[string]string{"a card": "6224466455690681278", "a token": "paymentMethodDetails", "a key": path[5:41]} {
				if strings.Contains(log.text.String(), secret) {
					t.Errorf("%s is logged", what)
				}
			}
			if !strings.Contains(log.text.String(), "extra.purchase.wallet-confirm") {
				t.Error("the calls are not logged either: that proves nothing")
			}
			h.verify()
		})
	}
}

func confirmationForm(more ...string) string {
	form := "type=google_pay&token=" + url.QueryEscape(walletToken)
	for _, pair := range more {
		form += "&" + pair
	}
	return form
}

// confirmedOnce: sixteen at once, signed and not, in both encodings.
func (s *seller) confirmedOnce(t *testing.T, path, payment string) {
	t.Helper()
	fields := pg.Message{{Name: "type", Value: "google_pay"}, {Name: "token", Value: walletToken}, {Name: "own", Value: "x"}}
	want := fmt.Sprintf(`{"data":{"status":"ok","id":%q,"back_url":{`, payment)
	var calls sync.WaitGroup
	for i := range 16 {
		calls.Go(func() {
			message := fields
			if i%2 == 0 {
				message = s.Sign(path, fields)
			}
			carrier := carriers[[]string{"urlencoded", "JSON with texts", "multipart", "query"}[i/4]]
			request := carrier(s.Base+path, message)
			request.Method = http.MethodPost
			response, err := patient.Do(request.WithContext(t.Context()))
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			var body bytes.Buffer
			if _, err := body.ReadFrom(response.Body); err != nil || response.StatusCode != 200 || !strings.HasPrefix(body.String(), want) {
				t.Errorf("call %d: HTTP %d, %s, error %v", i, response.StatusCode, body.String(), err)
			}
		})
	}
	calls.Wait()
	if row := s.purchase(payment); row.State != "captured" || row.Method != "google_pay" || len(s.transfers()) != 3 {
		t.Errorf("the payment is %s by %q, with %d transfers", row.State, row.Method, len(s.transfers())-1)
	}
}

type badConfirmation struct {
	contentType, body string
	status, code      int
	field             string
}

func badConfirmations() map[string]badConfirmation {
	apple := func(more string) string {
		return `{"type":"apple_pay","paymentTransactionEncryption":"TEST"` + more + `}`
	}
	return map[string]badConfirmation{
		"nothing":                     {urlencoded, "", 0, 9403, "type"},
		"no wallet":                   {urlencoded, "token=x", 0, 9403, "type"},
		"another wallet":              {urlencoded, "type=samsung_pay&token=x", 0, 9403, "type"},
		"a wallet in capitals":        {urlencoded, "type=GOOGLE_PAY&token=x", 0, 9403, "type"},
		"two wallets":                 {urlencoded, confirmationForm("type=apple_pay"), 0, 9403, "type"},
		"no token":                    {urlencoded, "type=google_pay", 0, 9403, "token"},
		"an empty token":              {urlencoded, "type=google_pay&token=", 0, 9403, "token"},
		"two tokens":                  {urlencoded, confirmationForm("token=x"), 0, 9403, "token"},
		"a nested token":              {"application/json", `{"type":"google_pay","token":{"protocolVersion":"TEST"}}`, 0, 9403, "token"},
		"a token that is no JSON":     {urlencoded, "type=google_pay&token=TEST", 0, 9403, "token"},
		"a token of control bytes":    {urlencoded, "type=google_pay&token=%00%1b", 0, 9403, "token"},
		"a token of no text":          {urlencoded, "type=google_pay&token=%ff%fe", 0, 9403, "token"},
		"a long token":                {urlencoded, "type=google_pay&token=" + strings.Repeat("x", 16385), 0, 9403, "token"},
		"a token nested without end":  {urlencoded, "type=google_pay&token=" + strings.Repeat("[", 16000), 0, 9403, "token"},
		"a card number that is none":  {urlencoded, strings.Replace(confirmationForm(), "6224466455690681278", "6224466455690681279", 1), 0, 9403, "token"},
		"a token that is sealed":      {urlencoded, strings.Replace(confirmationForm(), "TEST", "ECv2", 1), 0, 9992, "no wallet keys"},
		"Apple's fields for Google":   {"application/json", `{"type":"google_pay","paymentTransactionEncryption":"TEST"}`, 0, 9403, "token"},
		"Google's field for Apple":    {urlencoded, strings.Replace(confirmationForm(), "google", "apple", 1), 0, 9403, "paymentTransactionEncryption"},
		"a sealed token of Apple":     {"application/json", strings.Replace(apple(""), "TEST", "EC_v1", 1), 0, 9992, "no wallet keys"},
		"data that are no JSON":       {"application/json", apple(`,"paymentData":"x"`), 0, 9403, "paymentData"},
		"long data":                   {"application/json", apple(`,"paymentData":"` + strings.Repeat("x", 16385) + `"`), 0, 9403, "paymentData"},
		"a long domain":               {"application/json", apple(`,"domain":"` + strings.Repeat("x", 256) + `"`), 0, 9403, "domain"},
		"half JSON":                   {"application/json", apple("")[:20], 0, 9403, ""},
		"a list":                      {"application/json", `["google_pay"]`, 0, 9403, ""},
		"a text":                      {"text/plain", confirmationForm(), 0, 9403, "type"},
		"half a form":                 {urlencoded, "type=google_pay&token=%", 0, 9403, ""},
		"1001 fields":                 {urlencoded, confirmationForm(strings.Repeat("a&", 1001)), 0, 9403, ""},
		"a body over the limit":       {urlencoded, confirmationForm("a=" + strings.Repeat("x", 64<<10)), 413, 9403, ""},
		"a body far over the limit":   {"application/json", apple(`,"a":"` + strings.Repeat("x", 2<<20) + `"`), 413, 9403, ""},
		"a salt without a signature":  {urlencoded, confirmationForm("pg_salt=x"), 0, 1100, ""},
		"a signature without a salt":  {urlencoded, confirmationForm("pg_sig=" + strings.Repeat("a", 32)), 0, 1100, ""},
		"a signature that is wrong":   {urlencoded, confirmationForm("pg_salt=x", "pg_sig="+strings.Repeat("a", 32)), 0, 1100, ""},
		"a signature of another name": {urlencoded, confirmationForm("pg_salt=x", "pg_sig[0]=a"), 0, 1100, ""},
	}
}
