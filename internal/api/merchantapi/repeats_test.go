package merchantapi_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// both runs a test on a platform of each store, with a merchant and its saved cards.
func both(t *testing.T, test func(*testing.T, *house, *seller, cards)) {
	for store, database := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			h := open(t, platform.Config{Database: database(t)})
			shop := h.enroll(merchant.Test)
			var c cards
			c.good, _ = shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
			c.bad, _ = shop.save("cardstoragepayout", "drv-88", "4556046085041740", "")
			test(t, h, shop, c)
			h.verify()
		})
	}
}

// cards are tokens of user drv-88: one that is paid, one that is declined.
type cards struct{ good, bad string }

// pay signs a payout anew and returns the answer without its seal.
func (s *seller) pay(t *testing.T, message pg.Message) pg.Message {
	t.Helper()
	answer, err := s.Send(t.Context(), "/api/reg2reg", s.Sign("/api/reg2reg", message))
	if err != nil {
		t.Fatal(err)
	}
	return unsealed(answer)
}

func unsealed(m pg.Message) pg.Message { return m.Without("pg_salt").Without("pg_sig") }

func TestAKeyMakesOnePayoutOfManyCalls(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		message := payoutOf(shop, c.good, "A-1", "15.50").With("pg_idempotency_key", "key-1")
		first := shop.pay(t, message)
		if first.Get("pg_status") != "ok" {
			t.Fatalf("the first call: code %s", first.Get("pg_error_code"))
		}
		turned := slices.Clone(message)
		slices.Reverse(turned)
		for what, again := range map[string]pg.Message{"with another salt": message, "in another order": turned} {
			if diff := cmp.Diff(lines(nil, "", first), lines(nil, "", shop.pay(t, again))); diff != "" {
				t.Errorf("%s (-first +again):\n%s", what, diff)
			}
		}
		for encoding, carrier := range carriers {
			_, body := ask(t, carrier(h.URL()+"/api/reg2reg", shop.Sign("/api/reg2reg", message)))
			answer, err := pg.ParseXML([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(nil, "", first), lines(nil, "", unsealed(answer))); diff != "" {
				t.Errorf("%s (-first +again):\n%s", encoding, diff)
			}
		}
		h.clock.Advance(365 * 24 * time.Hour)
		if diff := cmp.Diff(lines(nil, "", first), lines(nil, "", shop.pay(t, message))); diff != "" {
			t.Errorf("a year later (-first +again):\n%s", diff)
		}
		if got := len(shop.transfers()); got != 3 {
			t.Errorf("%d transfers: want the deposit, a hold and its post", got)
		}
	})
}

func TestAKeyServesOneCallOnly(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		message := payoutOf(shop, c.good, "A-1", "15.50").With("pg_idempotency_key", "key-1")
		shop.pay(t, message)
		amount := values{}.apply(message, "pg_amount=15.51")
		order := values{}.apply(message, "pg_order_id=A-2")
		extra := message.With("shop_note", "x")
		for what, m := range map[string]pg.Message{"another amount": amount, "another order": order, "one more field": extra, "an amount in other words": values{}.apply(message, "pg_amount=15.5")} {
			answer := shop.pay(t, m)
			refusedWith(t, what, answer, "9403", "pg_idempotency_key")
		}
		page := message.Without("pg_card_token_to").With("pg_back_link", "https://shop.example/")
		answer, err := shop.Send(t.Context(), "/api/reg2nonreg", shop.Sign("/api/reg2nonreg", page))
		if err != nil {
			t.Fatal(err)
		}
		refusedWith(t, "another script", answer, "9403", "pg_idempotency_key")
		if got := len(shop.transfers()); got != 3 {
			t.Errorf("%d transfers: want the deposit, a hold and its post", got)
		}
		add := func(storage string) pg.Message {
			path := shop.path("/" + storage + "/add")
			answer, err := shop.Call(t.Context(), path, "pg_user_id", "drv-88", "pg_back_link", "https://shop.example/cards",
				"pg_post_link", "https://pay.example/saved", "pg_idempotency_key", "key-2")
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		first := add("cardstorage")
		if again := add("cardstorage"); first.Get("pg_redirect_url") == "" || again.Get("pg_redirect_url") != first.Get("pg_redirect_url") {
			t.Errorf("the same binding: %q, then %q", first.Get("pg_redirect_url"), again.Get("pg_redirect_url"))
		}
		refusedWith(t, "the script of that name for payouts", add("cardstoragepayout"), "9403", "pg_idempotency_key")
	})
}

func TestTheSameMessageIsOnePayoutForFiveMinutes(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		message := shop.Sign("/api/reg2reg", payoutOf(shop, c.bad, "A-1", "15.50"))
		send := func(m pg.Message) string {
			answer, err := shop.Send(t.Context(), "/api/reg2reg", m)
			if err != nil || answer.Get("pg_error_code") != "10001" {
				t.Fatalf("code %s, error %v", answer.Get("pg_error_code"), err)
			}
			return answer.Get("pg_payment_id")
		}
		first := send(message)
		shouted := values{}.apply(message, "pg_sig="+strings.ToUpper(message.Get("pg_sig")))
		h.clock.Advance(5*time.Minute - time.Microsecond)
		if again := send(message); again != first {
			t.Errorf("the same message within five minutes is payout %s, not %s", again, first)
		}
		if again := send(shouted); again != first {
			t.Errorf("its signature in capitals makes it payout %s, not %s", again, first)
		}
		anew := shop.Sign("/api/reg2reg", unsealed(message))
		fresh := send(anew)
		if fresh == first {
			t.Error("a new message after the failure is no new payout")
		}
		h.clock.Advance(time.Microsecond)
		later := send(message)
		if later == first || later == fresh {
			t.Error("the same message after five minutes is no new payout")
		}
		for name, repeated := range map[string]struct {
			message pg.Message
			want    string
		}{"the first": {message, later}, "the second": {anew, fresh}} {
			if again := send(repeated.message); again != repeated.want {
				t.Errorf("%s message within five minutes of its latest payout is payout %s, not %s", name, again, repeated.want)
			}
		}
	})
}

func TestCallsAtOnceAreOnePayout(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		plain := payoutOf(shop, c.good, "plain", "1")
		keyed := payoutOf(shop, c.good, "keyed", "2").With("pg_idempotency_key", "key-1")
		resent := shop.Sign("/api/reg2reg", payoutOf(shop, c.good, "resent", "3"))
		for what, message := range map[string]func() pg.Message{
			"with the same order id":  func() pg.Message { return shop.Sign("/api/reg2reg", plain) },
			"with the same key":       func() pg.Message { return shop.Sign("/api/reg2reg", keyed) },
			"that are the same bytes": func() pg.Message { return resent },
		} {
			before := len(shop.transfers())
			answers := make([]pg.Message, 32)
			errors := make([]error, len(answers))
			var calls sync.WaitGroup
			for i := range answers {
				calls.Go(func() { answers[i], errors[i] = shop.Send(t.Context(), "/api/reg2reg", message()) })
			}
			calls.Wait()
			for i, answer := range answers {
				if errors[i] != nil || answer.Get("pg_status") != "ok" {
					t.Fatalf("%s: code %s, error %v", what, answer.Get("pg_error_code"), errors[i])
				}
				if diff := cmp.Diff(lines(nil, "", unsealed(answers[0])), lines(nil, "", unsealed(answer))); diff != "" {
					t.Errorf("%s: two answers differ:\n%s", what, diff)
				}
			}
			if got := len(shop.transfers()) - before; got != 2 {
				t.Errorf("%s: %d transfers: want a hold and its post", what, got)
			}
		}
	})
}
