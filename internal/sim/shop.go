package sim

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"tolem/internal/outbound"
	"tolem/internal/shop"
)

// sink is the merchant's server: it answers badly, and remembers what it was told.
type sink struct {
	w      *World
	client *shop.Client
	told   map[string]string // what each payment's callbacks say, salt and signature aside
	tries  map[string]int    // how often it was called for each
	took   map[string]bool   // and whether it said that it took one
}

// Post is callback.Caller.
func (s *sink) Post(_ context.Context, target, _ string, body []byte) (outbound.Answer, error) {
	w := s.w
	u, err := url.Parse(target)
	if err != nil {
		return outbound.Answer{}, err
	}
	received, err := s.client.ReadCallback(u, string(body))
	if err != nil {
		w.fail("%v", err)
	}
	payment := received.Message.Get("pg_payment_id")
	says := fmt.Sprint(received.Message.Get("pg_status"), " ", received.Message.Get("pg_error_code"), " ",
		received.Message.Get("pg_payment_amount"), " ", received.Message.Get("pg_balance"))
	if before, ok := s.told[payment]; ok && before != says {
		w.fail("callbacks of %s say %q, then %q", payment, before, says)
	}
	s.told[payment] = says
	s.tries[payment]++
	w.sleep(w.trip(w.habits.deaf, 5*time.Second))
	if w.fault(w.habits.deaf) {
		return outbound.Answer{}, outbound.ErrTimeout
	}
	if w.fault(w.habits.deaf) {
		return outbound.Answer{Status: 500}, nil
	}
	s.took[payment] = true
	w.sleep(w.trip(w.habits.deaf, 5*time.Second))
	return outbound.Answer{Status: 200}, nil
}

// Get is callback.Caller: no callback here asks for it.
func (s *sink) Get(_ context.Context, target string) (outbound.Answer, error) {
	s.w.fail("GET %s", target)
	return outbound.Answer{}, outbound.ErrTimeout
}
