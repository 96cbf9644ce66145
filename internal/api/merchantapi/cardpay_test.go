package merchantapi_test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// codeForm is what the official PHP SDK looks for in the answer to card/pay.
type codeForm struct {
	Form struct {
		Action string `xml:"action,attr"`
	} `xml:"body>form"`
}

// action is where the form of card/pay leads.
func (s *seller) action(payment string) string {
	s.house.t.Helper()
	path := s.path("/card/pay")
	form := pg.EncodeForm(s.Sign(path, pg.Message{}.With("pg_merchant_id", s.merchantID()).With("pg_payment_id", payment)))
	status, body := ask(s.house.t, raw("GET", s.Base+path+"?"+form, "", ""))
	var page codeForm
	if err := xml.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
		s.house.t.Fatalf("HTTP %d, error %v", status, err)
	}
	return page.Form.Action
}

func TestAPayerConfirmsWithTheSecurityCode(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			shop := h.enroll(merchant.Test)
			token, _ := shop.save("cardstorage", "usr-1", "4716047261941981", "08/29")
			created, err := shop.Call(t.Context(), shop.path("/card/init"), "pg_order_id", "A-1", "pg_amount", "2500", "pg_description", "Order 1",
				"pg_user_id", "usr-1", "pg_card_token", token, "pg_result_url", "https://pay.example/success", "pg_success_url", "https://shop.example/ok",
				"pg_failure_url", "https://shop.example/fail")
			if err != nil {
				t.Fatal(err)
			}
			id := created.Get("pg_payment_id")
			path := shop.path("/card/pay")
			confirm := func() (int, string) {
				form := pg.EncodeForm(shop.Sign(path, pg.Message{}.With("pg_merchant_id", shop.merchantID()).With("pg_payment_id", id).With("pg_payment_system", "")))
				return ask(t, raw("GET", h.URL()+path+"?"+form+"&", "", ""))
			}
			var action string
			for range 2 { // the form comes as often as it is asked for
				status, body := confirm()
				var page codeForm
				if err := xml.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || !strings.HasPrefix(page.Form.Action, "/pay.html?customer=") {
					t.Fatalf("HTTP %d, form %+v, error %v", status, page, err)
				}
				action = page.Form.Action
			}
			post := func(cvc string) int {
				response, err := patient.PostForm(h.URL()+action, url.Values{"cvc": {cvc}})
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				return response.StatusCode
			}
			for _, wrong := range []string{"", "12", "12a", "12345"} {
				if status := post(wrong); status != http.StatusUnprocessableEntity {
					t.Errorf("code %q: HTTP %d", wrong, status)
				}
			}
			if status, body := ask(t, raw("GET", h.URL()+action, "", "")); status != http.StatusOK || !strings.Contains(body, `name="cvc"`) || strings.Contains(body, `name="number"`) {
				t.Errorf("the page itself: HTTP %d, %s", status, body)
			}
			if status := post("123"); status != http.StatusFound {
				t.Errorf("the code: HTTP %d", status)
			}
			status, err := shop.Call(t.Context(), "/get_status3", "pg_payment_id", id)
			if err != nil || status.Get("pg_payment_status") != "success" || status.Get("pg_captured") != "0" || status.Get("pg_card_token") != token {
				t.Errorf("the payment: %v, error %v", lines(nil, "", status), err)
			}
			code, body := confirm()
			answer, err := shop.ReadAnswer(path, code, []byte(body))
			if err != nil || code != http.StatusOK || answer.Get("pg_error_code") != "120" || answer.Get("pg_failure_code") != "120" || answer.Get("pg_payment_id") != id {
				t.Errorf("a payment that is paid: HTTP %d, %s, error %v", code, body, err)
			}
			h.verify()
		})
	}
}

// A saved card pays on the payment's page with its security code, unless the shop has
// switched that off.
func TestAPageAsksForTheCodeOfASavedCardUnlessTheShopDoesNot(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	_, card := shop.save("cardstorage", "usr-1", "4716047261941981", "08/29")
	for _, c := range []struct {
		setting, code string
		status        int
	}{
		{"on", "", http.StatusUnprocessableEntity}, {"on", "12a", http.StatusUnprocessableEntity}, {"on", "123", http.StatusFound}, {"off", "", http.StatusFound},
	} {
		shop.set("purchase.saved_card_code", c.setting)
		created, err := shop.Call(t.Context(), "/init_payment", "pg_amount", "25", "pg_description", "Order 1", "pg_user_id", "usr-1")
		if err != nil {
			t.Fatal(err)
		}
		page := strings.Replace(created.Get("pg_redirect_url"), "https://pay.example", h.URL(), 1)
		response, err := patient.PostForm(page, url.Values{"saved": {card}, "saved_cvc": {c.code}, "cvc": {"123"}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if paid := shop.purchase(created.Get("pg_payment_id")).State.Paid(); response.StatusCode != c.status || paid != (c.status == http.StatusFound) {
			t.Errorf("%s, code %q: HTTP %d, paid %v", c.setting, c.code, response.StatusCode, paid)
		}
	}
}

// Of many confirmations at once one charges the card; the others are too late (R47).
func TestACardIsChargedByOneConfirmation(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			shop := h.enroll(merchant.Test)
			token, _ := shop.save("cardstorage", "usr-1", "4716047261941981", "08/29")
			for _, url := range []string{"result", "success", "failure"} {
				shop.set("purchase."+url+"_url", "https://pay.example/success")
			}
			created, err := shop.Call(t.Context(), shop.path("/card/init"), "pg_order_id", "A-1", "pg_amount", "2500", "pg_description", "Order 1",
				"pg_user_id", "usr-1", "pg_card_token", token, "pg_auto_clearing", "1")
			if err != nil {
				t.Fatal(err)
			}
			answers, errs := make([]pg.Message, 16), make([]error, 16)
			var calls sync.WaitGroup
			for i := range answers {
				calls.Go(func() {
					answers[i], errs[i] = shop.Call(t.Context(), shop.path("/card/direct"), "pg_payment_id", created.Get("pg_payment_id"))
				})
			}
			calls.Wait()
			charged := 0
			for i, answer := range answers {
				switch {
				case errs[i] != nil:
					t.Fatal(errs[i])
				case answer.Get("pg_status") == "ok":
					charged++
				case answer.Get("pg_error_code") != "120":
					t.Errorf("%v", lines(nil, "", answer))
				}
			}
			if charged != 1 {
				t.Errorf("%d confirmations charged", charged)
			}
		})
	}
}
