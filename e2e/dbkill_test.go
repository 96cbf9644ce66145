package e2e

import (
	"flag"
	"testing"
	"time"
)

var dbKills = flag.Int("dbkills", 10, "how often TestAKilledPostgreSQLLosesNothing kills PostgreSQL")

// TestAKilledPostgreSQLLosesNothing kills all processes of PostgreSQL under load
// again and again, at random instants, and starts it a moment later, when it
// recovers from its log. The server, which nobody starts again, goes on by
// itself. In the end every payout that was acknowledged is there, none was sent
// to the bank twice, every callback has come, and the books are right.
func TestAKilledPostgreSQLLosesNothing(t *testing.T) {
	t.Parallel()
	seed, random := choices(t, "dbkills", *dbKills, 8*time.Second)
	s, cluster := onCluster(t, "")
	p := s.start(t, loaded("--effect-lease", "1s")...)
	neverForgets(t, s)
	w := newTraffic(t, seed, 6, p)
	var back, working stopwatch
	for range *dbKills {
		pause(random, 1000)
		cluster.Kill()
		pause(random, 500)
		began := time.Now()
		if err := cluster.Restart(); err != nil {
			t.Fatal(err)
		}
		back = append(back, time.Since(began))
		working = append(working, w.goesOn(t))
	}
	t.Logf("PostgreSQL takes connections again: %s; the server answers after that: %s", back, working)
	w.finish(t)
	if *dbKills >= 10 && w.unknown.Load() == 0 {
		t.Error("no outcome was ever unknown: the kills prove nothing")
	}
	w.audit(t, s, p)
}
