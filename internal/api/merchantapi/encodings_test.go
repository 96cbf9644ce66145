package merchantapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

const urlencoded = "application/x-www-form-urlencoded"

// carriers are the encodings of R8: what they make of a message at a URL.
var carriers = map[string]func(target string, m pg.Message) *http.Request{
	"query": func(target string, m pg.Message) *http.Request {
		return raw("GET", target+"?"+pg.EncodeForm(m), "", "")
	},
	"query with a trailing &": func(target string, m pg.Message) *http.Request {
		return raw("GET", target+"?"+pg.EncodeForm(m)+"&", "", "")
	},
	"query of a POST without a body": func(target string, m pg.Message) *http.Request {
		return raw("POST", target+"?"+pg.EncodeForm(m), "", "")
	},
	"query beside a body of another kind": func(target string, m pg.Message) *http.Request {
		return raw("POST", target+"?"+pg.EncodeForm(m), "text/plain", "hello")
	},
	"a query whose amount the body replaces": func(target string, m pg.Message) *http.Request {
		return raw("POST", target+"?pg_amount=5&"+pg.EncodeForm(m[:2]), urlencoded, pg.EncodeForm(m[2:]))
	},
	"urlencoded": func(target string, m pg.Message) *http.Request {
		return raw("POST", target, urlencoded, pg.EncodeForm(m))
	},
	"urlencoded, with its charset": func(target string, m pg.Message) *http.Request {
		return raw("POST", target, urlencoded+"; charset=utf-8", pg.EncodeForm(m))
	},
	"urlencoded, without saying so": func(target string, m pg.Message) *http.Request {
		return raw("POST", target, "", pg.EncodeForm(m))
	},
	"multipart": func(target string, m pg.Message) *http.Request {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for _, f := range m {
			_ = form.WriteField(f.Name, f.Value) // to memory
		}
		form.Close()
		return raw("POST", target, form.FormDataContentType(), body.String())
	},
	"pg_xml": func(target string, m pg.Message) *http.Request {
		return raw("POST", target, urlencoded, "pg_xml="+url.QueryEscape(string(pg.EncodeXML("request", m))))
	},
	"pg_xml beside fields that it replaces": func(target string, m pg.Message) *http.Request {
		return raw("POST", target+"?pg_merchant_id=1", urlencoded, "pg_amount=7&pg_xml="+url.QueryEscape(string(pg.EncodeXML("request", m))))
	},
	"JSON with texts": func(target string, m pg.Message) *http.Request {
		object := map[string]string{}
		for _, f := range m {
			object[f.Name] = f.Value
		}
		text, _ := json.Marshal(object) // of strings
		return raw("POST", target, "application/json", string(text))
	},
	"JSON with numbers": func(target string, m pg.Message) *http.Request {
		object := map[string]any{}
		for _, f := range m {
			object[f.Name] = f.Value
		}
		for _, number := range []string{"pg_merchant_id", "pg_amount"} {
			object[number] = json.Number(m.Get(number))
		}
		text, _ := json.Marshal(object) // of strings and numbers
		return raw("POST", target, "application/json; charset=utf-8", string(text))
	},
}

// raw is a request as it stands; a GET has no body.
func raw(method, target, contentType, body string) *http.Request {
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		panic(fmt.Sprintf("a test made the request %s %s: %v", method, target, err))
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request
}

// ask sends a request and returns the HTTP status and the body of the answer.
func ask(t *testing.T, request *http.Request) (status int, body string) {
	t.Helper()
	response, err := patient.Do(request.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestACallIsTheSameInEveryEncoding(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	token, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	for name, carrier := range carriers {
		order := "Заказ <&\"'+%> " + name[:min(len(name), 30)]
		status, body := ask(t, carrier(h.URL()+"/api/reg2reg", shop.Sign("/api/reg2reg", payoutOf(shop, token, order, "15.50"))))
		answer, err := pg.ParseXML([]byte(body))
		if err != nil || status != 200 || answer.Get("pg_status") != "ok" || answer.Get("pg_order_id") != order || answer.Get("pg_payment_amount") != "15.5" {
			t.Errorf("%s: HTTP %d, %s, error %v", name, status, body, err)
		}
		if !pg.Verify("reg2reg", answer, shop.Payout) {
			t.Errorf("%s: the answer is not signed", name)
		}
	}
	if got := len(shop.transfers()); got != 1+2*len(carriers) {
		t.Errorf("%d transfers for %d payouts", got-1, len(carriers))
	}
}

// payoutOf is an unsigned reg2reg.
func payoutOf(shop *seller, token, order, amount string) pg.Message {
	return pg.Message{}.With("pg_merchant_id", shop.merchantID()).With("pg_order_id", order).With("pg_amount", amount).
		With("pg_description", "Weekly earnings").With("pg_order_time_limit", "3000-01-01 00:00:00").With("pg_user_id", "drv-88").
		With("pg_post_link", "https://pay.example/done").With("pg_card_token_to", token)
}

func TestAMessageInWindows1251IsReadAndAnsweredInUTF8(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	token, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	message := payoutOf(shop, token, "\xc7\xe0\xea\xe0\xe7 7", "1").With("pg_encoding", "windows-1251") // "Заказ 7"
	for _, encoding := range []string{"urlencoded", "multipart", "query"} {
		_, body := ask(t, carriers[encoding](h.URL()+"/api/reg2reg", shop.Sign("/api/reg2reg", message)))
		answer, err := pg.ParseXML([]byte(body))
		if err != nil || answer.Get("pg_status") != "ok" || answer.Get("pg_order_id") != "Заказ 7" || !pg.Verify("reg2reg", answer, shop.Payout) {
			t.Errorf("%s: %s, error %v", encoding, body, err)
		}
	}
}
