package sim

import (
	"context"
	"fmt"
	"net/url"

	"tolem/internal/outbound"
	"tolem/internal/shop"
)

// sink is the merchant's server: it answers badly, and remembers what it was told.
type sink struct {
	w      *World
	client *shop.Client
	told   map[string]string // what each payment's callbacks say, salt and signature aside
	count  map[string]int
}

// Post is callback.Poster.
func (s *sink) Post(_ context.Context, target, _ string, body []byte) (outbound.Answer, error) {
	if s.w.fault(15) {
		return outbound.Answer{}, outbound.ErrTimeout
	}
	u, err := url.Parse(target)
	if err != nil {
		return outbound.Answer{}, err
	}
	received, err := s.client.ReadCallback(u, string(body))
	if err != nil {
		s.w.fail("%v", err)
	}
	payment := received.Message.Get("pg_payment_id")
	says := fmt.Sprint(received.Message.Get("pg_status"), " ", received.Message.Get("pg_error_code"), " ",
		received.Message.Get("pg_payment_amount"), " ", received.Message.Get("pg_balance"))
	if before, ok := s.told[payment]; ok && before != says {
		s.w.fail("callbacks of %s say %q, then %q", payment, before, says)
	}
	s.told[payment] = says
	switch {
	case s.w.fault(15):
		return outbound.Answer{Status: 500}, nil
	case s.w.fault(3):
		s.w.crash("with the merchant's answer in hand")
	}
	s.count[payment]++
	return outbound.Answer{Status: 200}, nil
}
