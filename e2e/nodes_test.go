package e2e

import (
	"fmt"
	"sync"
	"testing"

	"tolem/internal/protocol/pg"
)

// TestTwoServersAreOnePlatform: an order that both are sent at the same time is
// paid once, and when one of them dies the other finishes its work.
func TestTwoServersAreOnePlatform(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	flags := []string{"--effect-lease", "3s", "--sandbox-delay", "300ms", "--callback-schedule", "0,300ms,1s,3s,9s,30s", "--log-level", "warn"}
	servers := []*process{s.start(t, flags...), s.start(t, flags...)}
	w := newTraffic(t, 1, 4, servers...)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { w.both(t, fmt.Sprintf("both-%d", n), servers) })
	}
	all.Wait()

	servers[0].kill(t)
	w.servers[0].Store(servers[1])
	before := w.count()
	eventually(t, func() error {
		if n := w.count() - before; n < 40 {
			return fmt.Errorf("%d orders were begun at the server that is left", n)
		}
		return nil
	})
	w.finish(t)
	w.audit(t, s, servers[1])
}

// both sends one order to two servers at the same time; they must answer with
// one payout.
func (w *traffic) both(t *testing.T, order string, servers []*process) {
	fields := w.shop.payFields(order, "7", "driver", w.tokens[0])
	answers := make([]pg.Message, len(servers))
	var calls sync.WaitGroup
	for i, p := range servers {
		calls.Go(func() {
			var err error
			if answers[i], err = w.shop.at(p).Call(t.Context(), "/api/reg2reg", fields...); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	for _, answer := range answers {
		expect(t, answer, "pg_status", "ok", "pg_payment_id", answers[0].Get("pg_payment_id"))
	}
}
