package e2e

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestALostCommitIsNeitherForgottenNorRepeated cuts connections to PostgreSQL after
// a server has sent COMMIT and before it has an answer: of a batch of payouts
// and of the simulated bank, which keeps its memory there as well. Once the
// COMMIT has been carried out and once it never arrives, which the server cannot
// tell apart. It goes on; in the end nothing is lost and nothing was paid twice.
func TestALostCommitIsNeitherForgottenNorRepeated(t *testing.T) {
	t.Parallel()
	seed, random := choices(t, "faults", *faults, 10*time.Second)
	s := newSite(t, true)
	s.outages = true
	s.unwatched(t)
	between := newWire(t, s.database)
	p := s.start(t, loaded("--effect-lease", "1s", "--database", between.URL)...)
	w := newTraffic(t, seed, 6, p)
	var working stopwatch
	for range *faults {
		for _, table := range shuffled(random, "payout", "simulator_credit", "effect", "callback") {
			between.catch(t, table).lose()
			working = append(working, w.goesOn(t))
			for committed := false; !committed; {
				committed = between.catch(t, table).loseAnswer(t)
				working = append(working, w.goesOn(t))
			}
		}
	}
	t.Logf("cut %d times; the server answers after that: %s", len(working), working)
	w.finish(t)
	w.audit(t, s, p)
}

func shuffled(random *rand.Rand, words ...string) []string {
	random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return words
}
