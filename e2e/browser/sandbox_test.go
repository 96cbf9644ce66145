package browser

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// sandbox is a running server, whose clock stands still until it is advanced, and
// its demo shop. The shop's pages are plain: all of them say "ok".
type sandbox struct {
	t      *testing.T
	clock  *clock.Manual
	server *platform.Server
	shop   *shop.Client
	site   *shop.Sink
}

// patience bounds every wait of a test; nothing here takes that long.
const patience = 20 * time.Second

// delay is how long the bank takes for a card of the kind "in process".
const delay = time.Hour

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	now := clock.At(time.Now())
	server, err := platform.Start(t.Context(), platform.Config{
		Listen: "127.0.0.1:0", Data: t.TempDir(), SandboxDelay: delay, Clock: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	client := &shop.Client{
		Base: server.URL(), Merchant: platform.DemoMerchant,
		Purchase: platform.DemoPurchaseSecret, Payout: platform.DemoPayoutSecret,
	}
	site, err := shop.NewSink(client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		site.Close()
		if bad := site.Bad(); len(bad) > 0 {
			t.Error(bad)
		}
	})
	return &sandbox{t, now, server, client, site}
}

// in is the same sandbox in a subtest.
func (s sandbox) in(t *testing.T) *sandbox {
	s.t = t
	return &s
}

// call is a signed call with a verified answer; it must succeed.
func (s *sandbox) call(path string, fields ...string) pg.Message {
	s.t.Helper()
	answer, err := s.shop.Call(s.t.Context(), path, fields...)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// session is a page that a person was sent to.
type session struct {
	payment string
	address string
}

// begin asks for a page. Of fields that are given twice the later counts.
func (s *sandbox) begin(path string, fields, instead []string) session {
	s.t.Helper()
	for i := 0; i < len(instead); i += 2 {
		if at := slices.Index(fields, instead[i]); at >= 0 && at%2 == 0 {
			fields[at+1] = instead[i+1]
		} else {
			fields = append(fields, instead[i], instead[i+1])
		}
	}
	answer := s.call(path, fields...)
	if answer.Get("pg_status") != "ok" {
		s.t.Fatalf("%s: %s %s", path, answer.Get("pg_error_code"), answer.Get("pg_error_description"))
	}
	return session{answer.Get("pg_payment_id"), answer.Get("pg_redirect_url")}
}

// payoutCard begins the binding of a card for payouts (spec 02, B.2.1).
func (s *sandbox) payoutCard(instead ...string) session {
	s.t.Helper()
	return s.begin("/v1/merchant/700123/cardstoragepayout/add", []string{
		"pg_user_id", "driver-88", "pg_back_link", s.site.URL("/wallet"), "pg_post_link", s.site.URL("/callbacks/payout-card"),
	}, instead)
}

// purchaseCard begins the binding of a card to pay with (spec 02, A.1).
func (s *sandbox) purchaseCard(instead ...string) session {
	s.t.Helper()
	return s.begin("/v1/merchant/700123/cardstorage/add", []string{
		"pg_user_id", "user-1042", "pg_back_link", s.site.URL("/cards"), "pg_post_link", s.site.URL("/callbacks/card"),
		"pg_success_url", s.site.URL("/card-saved"), "pg_failure_url", s.site.URL("/card-refused"),
	}, instead)
}

// payoutPage begins a payout whose card is typed on a page (spec 02, B.3).
func (s *sandbox) payoutPage(instead ...string) session {
	s.t.Helper()
	return s.begin("/api/reg2nonreg", []string{
		"pg_order_id", "prize-1", "pg_amount", "7000", "pg_description", "Приз за октябрь", "pg_user_id", "driver-91",
		"pg_order_time_limit", inUTC(s.clock.Now().Add(24 * time.Hour)), "pg_back_link", s.site.URL("/prize"),
		"pg_post_link", s.site.URL("/callbacks/payout"),
	}, instead)
}

// inUTC is a time limit as calls carry it (R54).
func inUTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// told waits for the callback of a payment. There must be exactly one, to path.
func (s *sandbox) told(payment, path string) pg.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	all, err := s.site.Wait(ctx, payment, 1)
	if err != nil {
		s.t.Fatalf("no callback for %s: %v", payment, err)
	}
	if len(all) != 1 || all[0].Path != path {
		s.t.Fatalf("callbacks for %s: %v, want one to %s", payment, all, path)
	}
	return all[0].Message
}

func (s *sandbox) balance() string {
	s.t.Helper()
	return s.call("/api/balance_status").Get("pg_balance")
}

// state is what the platform says of a payout.
func (s *sandbox) state(payment string) string {
	s.t.Helper()
	answer := s.call("/api/payment_status", "pg_payment_id", payment)
	return answer.Get("pg_status") + " " + answer.Get("pg_error_code")
}

// origins are the sites that a page may talk to: the server's and the shop's.
func (s *sandbox) origins() []string { return []string{s.server.URL(), s.site.URL("")} }

func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	return parsed.Scheme + "://" + parsed.Host
}
