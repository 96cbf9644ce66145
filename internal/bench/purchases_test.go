package bench

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tolem/internal/protocol/pg"
)

// TestAPurchaseIsCountedUnderTheLegThatFailed, at a server that does one of them as
// it should not.
func TestAPurchaseIsCountedUnderTheLegThatFailed(t *testing.T) {
	all := []string{"init", "pay", "page", "callback", "status"}
	for _, c := range []struct {
		counter counter
		want    string
		legs    []string
	}{
		{counter{}, "success", all},
		{counter{init: []string{"pg_status", "error", "pg_error_code", "9403"}}, "init: error 9403", all[:1]},
		{counter{init: []string{"pg_status", "ok"}}, "init: no payment number", all[:1]},
		{counter{secret: "other-secret"}, "init: unverified answer", all[:1]},
		{counter{pay: http.StatusUnprocessableEntity}, "pay: HTTP 422", all[:2]},
		{counter{leads: "/v2/user/3ds-page/key"}, "pay: led elsewhere", all[:2]},
		{counter{page: http.StatusNotFound}, "page: HTTP 404", all[:3]},
		{counter{notice: "other-secret"}, "callback: none came", all[:4]},
		{counter{state: []string{"pg_status", "ok", "pg_payment_status", "error", "pg_captured", "0", "pg_error_code", "10007"}}, "status: error 10007", all},
		{counter{state: []string{"pg_status", "ok", "pg_payment_status", "pending", "pg_captured", "0"}}, "status: pending, captured 0", all},
		{counter{state: []string{"pg_status", "ok", "pg_payment_status", "success", "pg_captured", "0"}}, "status: success, captured 0", all},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			c.counter.t = t
			server := httptest.NewServer(&c.counter)
			defer server.Close()
			// The second purchase is due after the end.
			p := Purchases{Card: "4716047261941981", Follow: true, Trial: Trial{
				URL: server.URL, Shops: []Shop{testShop}, Drain: time.Minute, Load: Load{Rate: 0.01, Concurrency: 1, Duration: time.Minute},
			}}
			forged := c.counter.notice != ""
			if forged {
				p.Drain = 20 * time.Millisecond
			}
			for range 2 { // rounds do not know of each other
				reports, err := p.Run(t.Context(), func(done []Report) (Load, bool) { return p.Load, len(done) == 0 })
				if err != nil {
					t.Fatal(err)
				}
				r := reports[0]
				var legs []string
				for _, l := range r.Legs {
					legs = append(legs, l.Name)
				}
				if r.Outcomes[c.want] != 1 || r.Calls != 1 || (r.Errors == 0) != (c.want == "success") {
					t.Errorf("%d purchases, %d errors, %v", r.Calls, r.Errors, r.Outcomes)
				}
				if !slices.Equal(legs, c.legs) {
					t.Errorf("legs %v, want %v", legs, c.legs)
				}
				if (r.Callbacks.Unverified == 1) != forged || (r.Callbacks.BacklogEnd == 1) != forged {
					t.Errorf("callbacks %+v", r.Callbacks)
				}
			}
		})
	}
}

// counter is the least of a server that takes a payment: as it should, where it is
// not told otherwise.
type counter struct {
	t              *testing.T
	secret, notice string   // other secrets, of its answers and of its callback
	init, state    []string // other fields of its answers
	pay, page      int      // other HTTP statuses of its page
	leads          string   // where else its page leads
	link           string   // where the callback goes
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page := "/pay.html?customer=key"
	switch r.Method + r.URL.Path {
	case "POST/init_payment.php":
		c.link = c.read(r, "pg_order_id", "pg_amount", "pg_description", "pg_auto_clearing").Get("pg_result_url")
		c.answer(w, r, c.init, "pg_status", "ok", "pg_payment_id", "7", "pg_redirect_url", "http://"+r.Host+page)
	case "POST/pay.html":
		for _, field := range []string{"number", "holder", "expiry", "cvc"} {
			if r.FormValue(field) == "" {
				c.t.Errorf("the payer leaves out %s", field)
			}
		}
		if c.pay != 0 {
			w.WriteHeader(c.pay)
			return
		}
		c.call()
		http.Redirect(w, r, cmp.Or(c.leads, page), http.StatusFound)
	case "GET/pay.html":
		if c.page != 0 {
			w.WriteHeader(c.page)
		}
	case "POST/get_status3.php":
		c.read(r, "pg_payment_id")
		c.answer(w, r, c.state, "pg_status", "ok", "pg_payment_status", "success", "pg_captured", "1")
	default:
		c.t.Errorf("%s is asked for", r.URL)
	}
}

// read reads a call of the shop, which must have the fields.
func (c *counter) read(r *http.Request, fields ...string) pg.Message {
	m, err := pg.Decode(r)
	if err != nil || !pg.Verify(pg.Script(r.URL.Path), m, testShop.Purchase) {
		c.t.Errorf("%s: not a call of the shop: %v", r.URL.Path, err)
	}
	for _, field := range fields {
		if m.Get(field) == "" {
			c.t.Errorf("%s: no %s", r.URL.Path, field)
		}
	}
	return m
}

// answer answers with the fields, or with other ones.
func (c *counter) answer(w http.ResponseWriter, r *http.Request, other []string, fields ...string) {
	if other != nil {
		fields = other
	}
	_, _ = w.Write(pg.EncodeXML("response", seal(pg.Script(r.URL.Path), cmp.Or(c.secret, testShop.Purchase), fields...)))
}

// call makes the callback.
func (c *counter) call() {
	body := pg.EncodeForm(seal("notify", cmp.Or(c.notice, testShop.Purchase), "pg_payment_id", "7", "pg_result", "1"))
	response, err := http.Post(c.link, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return
	}
	_ = response.Body.Close()
}
