package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"tolem/internal/pages"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// merchant is a shop that uses the platform: its client and its own web server.
type merchant struct {
	shop.Client
	web *shop.Sink
}

// demo is the sandbox's demo merchant at a server.
func demo(t *testing.T, p *process) *merchant {
	t.Helper()
	return newMerchant(t, p, platform.DemoMerchant, platform.DemoPurchaseSecret, platform.DemoPayoutSecret)
}

func newMerchant(t *testing.T, p *process, id int64, purchase, payout string) *merchant {
	t.Helper()
	m := &merchant{Client: shop.Client{Base: p.URL, Merchant: id, Purchase: purchase, Payout: payout}}
	web, err := shop.NewSink(&m.Client)
	if err != nil {
		t.Fatal(err)
	}
	m.web = web
	t.Cleanup(func() {
		web.Close()
		for _, err := range web.Bad() {
			t.Error(err)
		}
	})
	return m
}

// at is the same merchant at another server.
func (m *merchant) at(p *process) *merchant {
	moved := *m
	moved.Base = p.URL
	return &moved
}

// call makes a signed call and returns the answer, whatever it is, once its
// signature is verified.
func (m *merchant) call(t *testing.T, path string, fields ...string) pg.Message {
	t.Helper()
	answer, err := m.Call(t.Context(), path, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// bind saves a card to pay out to and returns the token that the callback brings.
func (m *merchant) bind(t *testing.T, user, number string) (token string) {
	t.Helper()
	saved := m.told(t, m.typeCard(t, user, number), 1)[0].Message
	expect(t, saved, "pg_status", "success", "pg_type", "approve", "pg_user_id", user, "pg_card_3ds", "0")
	return saved.Get("pg_card_token")
}

// typeCard saves a card like a person would: the page is opened, the card typed,
// and the browser sent back to the shop.
func (m *merchant) typeCard(t *testing.T, user, number string) (payment string) {
	t.Helper()
	opened := m.call(t, m.path("cardstoragepayout/add"),
		"pg_user_id", user, "pg_post_link", m.web.URL("/saved"), "pg_back_link", m.web.URL("/back"))
	expect(t, opened, "pg_status", "ok", "pg_type", "init")
	page := opened.Get("pg_redirect_url")
	if status, _ := open(t, page); status != http.StatusOK {
		t.Fatalf("the page answers %d", status)
	}
	status, location := submit(t, page, pages.FieldNumber, number, pages.FieldHolder, "AIGERIM SAPAROVA")
	if status/100 != 3 || location != m.web.URL("/back") {
		t.Fatalf("the typed card leads to %d %q", status, location)
	}
	return opened.Get("pg_payment_id")
}

// path is a path below the merchant's own.
func (m *merchant) path(rest string) string {
	return fmt.Sprintf("/v1/merchant/%d/%s", m.Merchant, rest)
}

// payFields are the fields of a payout to a card token.
func (m *merchant) payFields(order, amount, user, token string) []string {
	return []string{
		"pg_order_id", order, "pg_amount", amount, "pg_description", "Weekly earnings", "pg_user_id", user,
		"pg_order_time_limit", time.Now().UTC().Add(24 * time.Hour).Format(time.DateTime),
		"pg_post_link", m.web.URL("/notify"), "pg_card_token_to", token,
	}
}

// ibanFields are the fields of a payout to a bank account, which the last digit
// of the number decides.
func (m *merchant) ibanFields(order, amount, digit string) []string {
	return []string{
		"pg_order_id", order, "pg_amount", amount, "pg_recipient_iban", "KZ86125KZT500410010" + digit, "pg_recipient_iin", "880101300123",
		"pg_recipient_name", "Aigerim Saparova", "pg_recipient_kbe", "19", "pg_knp", "119", "pg_bank_bik", "TSESKZKA",
		"pg_post_link", m.web.URL("/notify"),
	}
}

// pay pays out to a card token.
func (m *merchant) pay(t *testing.T, order, amount, user, token string) pg.Message {
	t.Helper()
	return m.call(t, "/api/reg2reg", m.payFields(order, amount, user, token)...)
}

// word is the state of an order in the words of get_status2.
func (m *merchant) word(t *testing.T, order string) string {
	t.Helper()
	return m.call(t, "/get_status2.php", "pg_order_id", order).Get("pg_transaction_status")
}

// final waits until an order has a final word and returns it.
func (m *merchant) final(t *testing.T, order string) (word string) {
	t.Helper()
	eventually(t, func() error {
		if word = m.word(t, order); word == "partial" || word == "pending" {
			return fmt.Errorf("order %s is still %s", order, word)
		}
		return nil
	})
	return word
}

func (m *merchant) balance(t *testing.T) string {
	t.Helper()
	return m.call(t, "/api/balance_status").Get("pg_balance")
}

// told waits for n callbacks of a payment. The signature of each was verified.
func (m *merchant) told(t *testing.T, payment string, n int) []shop.Received {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	received, err := m.web.Wait(ctx, payment, n)
	if err != nil {
		t.Fatalf("payment %s: %d of %d callbacks came", payment, len(received), n)
	}
	return received
}

// expect compares fields of a message, given as name, value, name, value, ...
func expect(t *testing.T, m pg.Message, fields ...string) {
	t.Helper()
	for i := 0; i < len(fields); i += 2 {
		if got := m.Get(fields[i]); got != fields[i+1] {
			t.Errorf("%s is %q, want %q (error %s %s)", fields[i], got, fields[i+1], m.Get("pg_error_code"), m.Get("pg_error_description"))
		}
	}
}

// nested are the fields below the first field of a name.
func nested(m pg.Message, name string) pg.Message {
	for _, field := range m {
		if field.Name == name {
			return field.Nested
		}
	}
	return nil
}

// sameWords tells whether two messages say the same under whatever salt, in
// whatever order.
func sameWords(a, b pg.Message) bool {
	words := func(m pg.Message) map[string]string {
		values := map[string]string{}
		for _, f := range m.Without("pg_salt").Without("pg_sig") {
			values[f.Name] = f.Value
		}
		return values
	}
	return maps.Equal(words(a), words(b))
}
