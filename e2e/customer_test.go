package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"tolem/internal/engine"
	"tolem/internal/ledger"
	registry "tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/platform"
	"tolem/internal/shop"
)

// customer is one of many merchants: it pays out to accounts, and notes when it
// was answered and when it was told.
type customer struct {
	*merchant
	link string // where it wants to be told

	mu       sync.Mutex
	answered map[string]time.Time // by payment
	received map[string]time.Time
}

// crowd makes an installation with merchants who have money to pay out.
func (s *site) crowd(t *testing.T, size int) []*customer {
	t.Helper()
	config := platform.Config{Data: s.data}
	if s.onPostgres() {
		config.Database = s.database
	}
	i, err := platform.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	e := engine.New(i.DB, engine.Options{})
	defer e.Close(context.Background())
	settings := registry.Defaults()
	settings.Payouts, settings.PayoutIBAN = true, true
	all := make([]*customer, size)
	for n := range all {
		m, err := i.Merchants.Create(t.Context(), 0, "Shop", registry.Test, settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		payment, err := i.Payments.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		money := money.Money{Amount: 1_000_000_00, Currency: money.KZT}
		if err := e.Do(&ledger.Fund{MerchantID: m.ID, PaymentID: payment, Book: ledger.Test, Money: money}); err != nil {
			t.Fatal(err)
		}
		shop := newMerchant(t, &process{}, m.ID, m.Signing(registry.Purchase).Reveal(), m.Signing(registry.Payout).Reveal())
		all[n] = &customer{merchant: shop, link: shop.web.URL("/notify"), answered: map[string]time.Time{}, received: map[string]time.Time{}}
		shop.web.Reply(all[n].hear)
	}
	return all
}

// payAll pays out a few times, one after the other, to an account that the bank
// refuses at once: there is something to tell at once.
func (c *customer) payAll(t *testing.T, times int) {
	for n := range times {
		fields := c.ibanFields(fmt.Sprint("order-", n), "10", "9")
		fields[len(fields)-1] = c.link
		answer, err := c.Call(t.Context(), "/api/to_iban", fields...)
		if err != nil || answer.Get("pg_payment_id") == "" {
			t.Errorf("a payout was answered %s, %v", answer.Get("pg_error_description"), err)
			return
		}
		c.mu.Lock()
		c.answered[answer.Get("pg_payment_id")] = time.Now()
		c.mu.Unlock()
	}
}

func (c *customer) hear(r shop.Received, _ int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received[r.Message.Get("pg_payment_id")] = time.Now()
	return http.StatusOK
}

// delays are how long after each answer the callback came; one that came before
// it counts as none. It waits for those that have not come yet.
func (c *customer) delays(t *testing.T) (delays []time.Duration) {
	t.Helper()
	for payment, answered := range c.answered {
		c.told(t, payment, 1)
		c.mu.Lock()
		delays = append(delays, max(0, c.received[payment].Sub(answered)))
		c.mu.Unlock()
	}
	return delays
}

// inParallel lets so many workers do something for each of all.
func inParallel[T any](workers int, all []T, do func(T)) {
	queue := make(chan T, len(all))
	for _, one := range all {
		queue <- one
	}
	close(queue)
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for one := range queue {
				do(one)
			}
		})
	}
	working.Wait()
}
