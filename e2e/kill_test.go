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
// random instants, its starts included, and starts it on the same data; once it
// is stopped instead, which under load must be as orderly as ever. In the end
// every payout that was acknowledged is there, none was sent to the bank twice,
// and the books are right.
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
			w.servers[0].Store(p)
		}
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

// pause is where the instants of the kills come from.
func pause(random *rand.Rand, most int) {
	time.Sleep(time.Duration(random.IntN(most)) * time.Millisecond)
}
