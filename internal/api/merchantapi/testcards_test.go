package merchantapi_test

import (
	"strconv"
	"testing"

	"tolem/internal/card"
	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// testCards is the table of the specification (01, 1.8), typed by a payer: what each
// column comes to, 0 where it has a tick. What is impossible by construction is
// refused for the state in which it leaves the payment (R24, R33).
var testCards = []struct {
	pan                            string
	secure                         bool
	auth, clearing, cancel, refund codes.Code
}{
	{"4716047261941981", false, 0, 0, 10012, 0},
	{"4916307416334310", true, 0, 0, 10012, 10019},
	{"5367654276102126", true, 0, 10019, 0, 10034},
	{"4939770956154989", false, 0, 10019, 0, 10034},
	{"5335215945367703", false, 10007, 10035, 9013, 10034},
	{"4916109830832246", false, 10009, 10035, 9013, 10034},
	{"5548398681700148", false, 10001, 10035, 9013, 10034},
	{"5475102935853613", false, 10017, 10035, 9013, 10034},
	{"6224466455690681278", false, 0, 0, 0, 0},
	{"623275279933273424", false, 0, 0, 0, 0},
	{"62528733472390953", false, 0, 0, 0, 0},
	{"4111111111111111", false, 0, 0, 0, 0},
	{"4012888888881881", false, 99999, 10035, 9013, 10034}, // any other
	{"4671593866478252", false, 99999, 10035, 9013, 10034}, // for payouts
}

func TestTestCardsDoWhatTheirColumnsSay(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	for _, c := range testCards {
		t.Run(c.pan, func(t *testing.T) {
			h.t = t
			held, let := shop.typed(c.pan, c.secure, c.auth), shop.typed(c.pan, c.secure, c.auth)
			shop.says("clearing", c.clearing, "/do_capture.php", "pg_payment_id", held)
			shop.says("cancel", c.cancel, "/cancel.php", "pg_payment_id", let)
			shop.says("refund", c.refund, "/revoke.php", "pg_payment_id", held)
			shop.adds(c.pan, c.secure, c.auth == 0)
		})
	}
	h.t = t
	h.verify()
}

// typed is a payment by a card that is typed on its page; want is its failure, 0 for
// none.
func (s *seller) typed(pan string, secure bool, want codes.Code) (payment string) {
	t := s.house.t
	t.Helper()
	opened := s.says("create", 0, "/init_payment.php", "pg_amount", "1500", "pg_description", "Two notebooks", "pg_auto_clearing", "0")
	payment = opened.Get("pg_payment_id")
	if _, asked := s.goThrough(opened.Get("pg_redirect_url"), pan, "12/28"); asked != secure {
		t.Errorf("3-D Secure: %t", asked)
	}
	status := s.says("status", want, "/get_status3.php", "pg_payment_id", payment)
	if paid := status.Get("pg_payment_status") == "success"; paid != (want == 0) || status.Get("pg_captured") != "0" {
		t.Errorf("auth: %s, captured %q", status.Get("pg_payment_status"), status.Get("pg_captured"))
	}
	return payment
}

// says makes a call whose answer has that code, 0 for none.
func (s *seller) says(what string, want codes.Code, path string, fields ...string) pg.Message {
	t := s.house.t
	t.Helper()
	answer, err := s.Call(t.Context(), path, fields...)
	if err != nil {
		t.Fatal(err)
	}
	code := ""
	if want != 0 {
		code = strconv.Itoa(int(want))
	}
	if got := answer.Get("pg_error_code"); got != code {
		t.Errorf("%s: code %q, want %q", what, got, code)
	}
	return answer
}

// adds checks whether a card can be saved.
func (s *seller) adds(pan string, secure, want bool) {
	t := s.house.t
	t.Helper()
	begun := s.says("card add", 0, s.path("/cardstorage/add"), "pg_user_id", "usr-1", "pg_back_link", "https://shop.example/cards", "pg_post_link", "https://pay.example/success")
	if _, asked := s.goThrough(begun.Get("pg_redirect_url"), pan, "12/28"); asked != secure {
		t.Errorf("card add, 3-D Secure: %t", asked)
	}
	number, err := card.ParsePAN(pan)
	if err != nil {
		t.Fatal(err)
	}
	saved := false
	for _, c := range s.says("list", 0, s.path("/cardstorage/list"), "pg_user_id", "usr-1") {
		saved = saved || c.Nested.Get("pg_card_hash") == number.Mask()
	}
	if saved != want {
		t.Errorf("card add: %t", saved)
	}
}
