package e2e

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var kills = flag.Int("kills", 25, "how often TestAKilledServerLosesNothing kills its server, on each store")

// TestAKilledServerLosesNothing kills a server under load again and again, at
// random instants, its starts included, and starts it on the same data; once it
// is stopped instead, which under load must be as orderly as ever. In the end
// every payout that was acknowledged is there, none was sent to the bank twice,
// and the books are right.
func TestAKilledServerLosesNothing(t *testing.T) {
	seed, _ := choices(t, "kills", *kills, 4*time.Second)
	onBothStores(t, func(t *testing.T, s *site) {
		s.unwatched(t)
		flags := loaded("--effect-lease", "1s")
		random := rand.New(rand.NewPCG(seed, 0))
		p := s.start(t, flags...)
		w := newTraffic(t, seed, 6, p)
		var ready stopwatch
		for range *kills {
			switch random.IntN(5) {
			case 0: // in its start
				p.kill(t)
				p = s.launch(t, s.serve(flags...))
				pause(random, 200)
			case 1: // when it has begun to finish what the one before it left
				pause(random, 3000)
			default:
				pause(random, 1000)
			}
			p.kill(t)
			p = s.start(t, flags...)
			ready = append(ready, p.took)
			w.servers[0].Store(p)
		}
		t.Logf("ready again: %s", ready)
		p.stop(t)
		p = s.start(t, flags...)
		w.servers[0].Store(p)
		w.finish(t)
		if *kills > 10 && w.unanswered.Load() == 0 {
			t.Error("no call was ever cut off: the kills prove nothing")
		}
		w.audit(t, s, p)
	})
}
