package e2e

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	kills    = flag.Int("kills", 20, "how often TestAKilledServerLosesNothing kills its server, on each store")
	killSeed = flag.Uint64("kill-seed", 0, "seed of its choices; 0 draws one")
)

// TestAKilledServerLosesNothing kills a server under load again and again, at
// random instants, its starts included, and starts it on the same data. In the
// end every payout that was acknowledged is there, none was sent to the bank
// twice, and the books are right.
func TestAKilledServerLosesNothing(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("the same choices at other instants: go test ./e2e -run %s -kills %d -kill-seed %d", t.Name(), *kills, seed)
	onBothStores(t, func(t *testing.T, s *site) {
		var err error
		if s.program, err = plainProgram(); err != nil { // the race detector makes the load thin
			t.Fatal(err)
		}
		flags := []string{"--effect-lease", "1s", "--sandbox-delay", "300ms", "--callback-schedule", "0,300ms,1s,3s,9s,30s", "--log-level", "warn"}
		random := rand.New(rand.NewPCG(seed, 0))
		p := s.start(t, flags...)
		w := newTraffic(t, seed, 6, p)
		for range *kills {
			if random.IntN(5) == 0 {
				p.kill(t)
				p = s.launch(t, append([]string{"--listen", "127.0.0.1:0"}, flags...))
				time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
			} else {
				time.Sleep(time.Duration(20+random.IntN(1200)) * time.Millisecond)
			}
			p.kill(t)
			p = s.start(t, flags...)
			w.servers[0].Store(p)
		}
		w.finish(t)
		if *kills > 10 && w.unanswered.Load() == 0 {
			t.Error("no call was ever cut off: the kills prove nothing")
		}
		w.audit(t, s, p)
	})
}
