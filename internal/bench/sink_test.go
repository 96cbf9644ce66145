package bench

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// TestTheSinkTakesWhatThePlatformSigned, counts a payment once, and remembers
// when its first callback came.
func TestTheSinkTakesWhatThePlatformSigned(t *testing.T) {
	s, err := newSink([]shop.Client{testShop.client("")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	post := func(link, secret string, payment int) int {
		t.Helper()
		m := pg.Message{{Name: "pg_payment_id", Value: strconv.Itoa(payment)}, {Name: "pg_status", Value: "ok"}}
		body := pg.EncodeForm(pg.Seal("notify", m, secret, pg.NewSalt()))
		response, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	link, before := s.link(testShop.Merchant), time.Now()
	for _, c := range []struct {
		link, secret string
		payment      int
		want         int
	}{
		{link, "payout-secret", 1, 200}, {link, "payout-secret", 2, 200}, {link, "payout-secret", 1, 200},
		{link, "other-secret", 3, 400}, {s.link(1), "payout-secret", 4, 400}, {link + "/more", "payout-secret", 5, 400},
	} {
		if got := post(c.link, c.secret, c.payment); got != c.want {
			t.Errorf("payment %d at %s: %d, want %d", c.payment, c.link, got, c.want)
		}
	}
	if !s.wait(t.Context(), 2) {
		t.Error("a callback that came is waited for")
	}
	first, _ := s.all()
	time.Sleep(time.Millisecond)
	post(link, "payout-secret", 1)
	arrived, bad := s.all()
	heard := make(chan bool)
	go func() { heard <- s.wait(t.Context(), 6) }()
	post(link, "payout-secret", 6)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if !<-heard || s.wait(gone, 7) {
		t.Error("payment 6 was called back, and 7 was not")
	}
	if s.count() != 3 || len(arrived) != 2 || bad != 3 {
		t.Errorf("%d payments, %d callbacks not verified", len(arrived), bad)
	}
	if !arrived[1].Equal(first[1]) || arrived[1].Before(before) || arrived[2].Before(arrived[1]) {
		t.Errorf("arrivals %v", arrived)
	}
}
