package e2e

import (
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"tolem/internal/engine"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

var nodeKills = flag.Int("nodekills", 2, "how often TestTwoServersAreOnePlatform kills one of its servers")

// TestTwoServersAreOnePlatform: an order that both are sent at the same time is
// paid once, and when one of them dies the other takes over what it had begun.
// Then the dead one is started again, and the other one dies.
func TestTwoServersAreOnePlatform(t *testing.T) {
	t.Parallel()
	seed, random := choices(t, "nodekills", *nodeKills, 15*time.Second)
	s := newSite(t, true)
	flags := loaded("--effect-lease", "3s")
	servers := []*process{s.start(t, flags...), s.start(t, flags...)}
	w := newTraffic(t, seed, 4, servers...)
	w.both(t, "before", servers)
	var taken int
	var overtaken stopwatch
	for n := range *nodeKills {
		dead := n % 2
		pause(random, 1000)
		servers[dead].kill(t)
		began := time.Now()
		taken += inherited(t, s)
		overtaken = append(overtaken, time.Since(began))
		w.goesOn(t)
		servers[dead] = s.start(t, flags...)
		w.servers[dead].Store(servers[dead])
		w.both(t, fmt.Sprint("after-", n), servers)
	}
	t.Logf("%d effects were taken over from dead servers, after the kill: %s", taken, overtaken)
	if taken == 0 {
		t.Error("no dead server left anything behind: the kills prove nothing")
	}
	w.finish(t)
	w.audit(t, s, servers[0])
}

// inherited waits until the server that is left has buried the dead one and has
// taken up all that it had begun, and returns how many effects that were.
func inherited(t *testing.T, s *site) (taken int) {
	t.Helper()
	left := rows(t, s.database, engine.Effects)
	var alive int64
	eventually(t, func() error {
		nodes := nodesOf(t, s)
		if len(nodes) != 1 {
			return fmt.Errorf("%d nodes are taken for alive", len(nodes))
		}
		alive = nodes[0]
		for _, effect := range rows(t, s.database, engine.Effects) {
			if effect.Owner != 0 && effect.Owner != alive {
				return fmt.Errorf("%s %d is still the dead server's", effect.Kind, effect.Subject)
			}
		}
		return nil
	})
	for _, effect := range left {
		if effect.Owner != 0 && effect.Owner != alive {
			taken++
		}
	}
	return taken
}

func nodesOf(t *testing.T, s *site) (nodes []int64) {
	t.Helper()
	view(t, s.database, func(tx *store.Tx) error {
		return tx.Query(t.Context(), "SELECT node_id FROM node", nil, func(scan func(...any) error) error {
			var node int64
			err := scan(&node)
			nodes = append(nodes, node)
			return err
		})
	})
	return nodes
}

// both sends some orders to two servers at the same time; they must answer with
// one payout for each.
func (w *traffic) both(t *testing.T, prefix string, servers []*process) {
	t.Helper()
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { w.atOnce(t, fmt.Sprintf("%s-%d", prefix, n), servers) })
	}
	all.Wait()
}

func (w *traffic) atOnce(t *testing.T, order string, servers []*process) {
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
