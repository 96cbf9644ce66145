package merchantapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
	"tolem/internal/threeds"
)

// TestASavedCardIsVouchedForByItsIssuer: a payment by a saved card that takes part in
// 3-D Secure, confirmed with its security code (02, A.5), ends as the issuer's page
// says (R26, R36), and as nothing else does.
func TestASavedCardIsVouchedForByItsIssuer(t *testing.T) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			shop := h.enroll(merchant.Test)
			token, _ := shop.save("cardstorage", "usr-1", "4916307416334310", "08/29")
			shop.charge("2500", token, "usr-1", false) // card/direct asks neither payer nor issuer (A.7)
			for _, c := range []struct {
				name    string
				codes   []string      // typed on the issuer's page
				cancel  bool          // pressed there
				after   time.Duration // how long the payer is away
				outcome string        // pg_payment_status, pg_captured and pg_error_code
			}{
				{"the right code", []string{"111111"}, false, 0, "success 0 "},
				{"two wrong ones before", []string{"123456", "", "111111"}, false, 0, "success 0 "},
				{"three wrong ones", []string{"123456", "654321", "222222"}, false, 0, "error 0 10004"},
				{"the code of a refusal", []string{"000000"}, false, 0, "error 0 10004"},
				{"given up", nil, true, 0, "error 0 10004"},
				{"at the last second", []string{"111111"}, false, threeds.Life - time.Second, "success 0 "},
				{"too late", []string{"111111"}, false, threeds.Life, "error 0 11049"},
				{"never", nil, false, 24 * time.Hour, "error 0 11049"},
			} {
				t.Run(c.name, func(t *testing.T) {
					h.t = t
					p := shop.confirm(token)
					p.isNotFooled()
					h.clock.Advance(c.after)
					for _, code := range c.codes {
						shop.browse(p.issuer, "code", code)
					}
					if c.cancel {
						shop.browse(p.issuer, "code", "111111", "cancel", "1")
					}
					for range 2 { // and the back button
						shop.browse(p.page)
					}
					p.is(c.outcome)
					for _, again := range [][]string{{"code", "111111"}, {"cancel", "1"}} { // a used page
						if status, next := shop.browse(p.issuer, again...); status/100 != 3 || !strings.HasPrefix(next, p.page) {
							t.Errorf("the used page of the issuer leads to HTTP %d %q", status, next)
						}
						shop.browse(p.page, "cvc", "123")
					}
					p.is(c.outcome)
					holds := 0
					for _, transfer := range shop.transfers() {
						if transfer.PaymentID == shop.purchase(p.id).PaymentID {
							holds++
						}
					}
					if want := strings.Count(c.outcome, "success"); holds != want {
						t.Errorf("booked %d times, want %d", holds, want)
					}
				})
			}
			h.t = t
			h.verify()
		})
	}
}

// confirmation is a payment that waits for the issuer of its card.
type confirmation struct {
	*seller
	id, page, issuer string
}

// confirm begins a payment by a saved card of usr-1, up to the page of its issuer.
func (s *seller) confirm(token string) confirmation {
	t := s.house.t
	t.Helper()
	created, err := s.Call(t.Context(), s.path("/card/init"), "pg_order_id", "A-1", "pg_amount", "2500", "pg_description", "Order 1", "pg_user_id", "usr-1",
		"pg_card_token", token, "pg_result_url", "https://pay.example/success", "pg_success_url", "https://shop.example/ok", "pg_failure_url", "https://shop.example/no")
	if err != nil {
		t.Fatal(err)
	}
	p := confirmation{seller: s, id: created.Get("pg_payment_id")}
	p.page = s.action(p.id)
	var status int
	if status, p.issuer = s.browse(p.page, "cvc", "123"); status/100 != 3 || !strings.Contains(p.issuer, "/v2/user/3ds-page/") {
		t.Fatalf("the security code leads to HTTP %d %q", status, p.issuer)
	}
	return p
}

// isNotFooled: what a browser claims of 3-D Secure, a reload and a second tab lead
// back to the issuer, and nothing is decided.
func (p confirmation) isNotFooled() {
	t := p.house.t
	t.Helper()
	vouched := []string{
		"cvc", "123", "PaRes", "eyJ0cmFuc1N0YXR1cyI6IlkifQ", "MD", "1", "pg_pares", "Y", "pg_md", "1", "transStatus", "Y", "code", threeds.Code, "cancel", "1",
	}
	for _, page := range []string{p.page, p.page + "&PaRes=Y&transStatus=Y&code=" + threeds.Code} {
		for _, fields := range [][]string{nil, vouched} {
			if status, next := p.browse(page, fields...); status/100 != 3 || !strings.HasPrefix(next, p.issuer) {
				t.Errorf("%s with %d fields leads to HTTP %d %q", page, len(fields), status, next)
			}
		}
	}
	for range 3 { // more often than codes may be tried
		if status, next := p.browse(p.issuer + "?code=222222&cancel=1"); status != 200 {
			t.Errorf("a reload leads to HTTP %d %q", status, next)
		}
	}
	key := p.issuer[strings.LastIndex(p.issuer, "/")+1:]
	forged := strings.Replace(p.issuer, key, key[1:]+"0", 1)
	if status, next := p.browse(forged, "code", threeds.Code); status != 404 {
		t.Errorf("a page that is made up leads to HTTP %d %q", status, next)
	}
	refusedWith(t, "a charge meanwhile", p.call("/card/direct"), "120", "")
	p.is("pending 0 ")
}

func (p confirmation) call(path string) pg.Message {
	p.house.t.Helper()
	answer, err := p.Call(p.house.t.Context(), p.path(path), "pg_payment_id", p.id)
	if err != nil {
		p.house.t.Fatal(err)
	}
	return answer
}

// is checks what the shop is told of the payment.
func (p confirmation) is(want string) {
	t := p.house.t
	t.Helper()
	status, err := p.Call(t.Context(), "/get_status3", "pg_payment_id", p.id)
	got := status.Get("pg_payment_status") + " " + status.Get("pg_captured") + " " + status.Get("pg_error_code")
	if err != nil || got != want || status.Get("pg_failure_code") != status.Get("pg_error_code") {
		t.Errorf("the payment is %q, not %q: %v", got, want, err)
	}
}

// TestTheIssuerVouchesForTheCardThatIsSaved, also when two are typed on a page at once.
func TestTheIssuerVouchesForTheCardThatIsSaved(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	for n := range 30 {
		user := fmt.Sprintf("usr-%d", n)
		binding, err := shop.Call(t.Context(), shop.path("/cardstorage/add"), "pg_user_id", user,
			"pg_back_link", "https://shop.example/cards", "pg_post_link", "https://pay.example/saved")
		if err != nil {
			t.Fatal(err)
		}
		issuers := make(chan string, 2)
		for _, pan := range []string{"4916307416334310", "5367654276102126"} {
			go func() {
				_, next := shop.typeCard(binding.Get("pg_redirect_url"), pan, "08/29")
				issuers <- next
			}()
		}
		issuer := <-issuers
		if other := <-issuers; other != issuer || !strings.Contains(issuer, "/3ds-page/") {
			t.Fatalf("two pages of an issuer: %q and %q", issuer, other)
		}
		_, asked := ask(t, raw("GET", h.URL()+strings.TrimPrefix(issuer, "https://pay.example"), "", ""))
		_, next := shop.browse(issuer, "code", threeds.Code)
		shop.browse(next)
		saved, err := shop.Call(t.Context(), shop.path("/cardstorage/list"), "pg_user_id", user)
		if err != nil {
			t.Fatal(err)
		}
		var masked []string
		for _, f := range saved {
			if f.Nested != nil {
				masked = append(masked, f.Nested.Get("pg_card_hash"))
			}
		}
		if len(masked) != 1 || !strings.Contains(asked, masked[0][len("4916-30XX-XXXX-"):]+"</bdi>") {
			t.Fatalf("saved %q, and the issuer was asked of another: %s", masked, asked)
		}
	}
}
