package e2e

import (
	"testing"
	"time"

	"tolem/internal/pgtest"
)

// TestARestartOfPostgreSQLInMidBatch shuts PostgreSQL down while a transaction of
// the server is open, everything in it written and nothing committed: in an
// orderly way, and at once. The server goes on by itself; in the end nothing is
// lost and nothing was paid twice.
func TestARestartOfPostgreSQLInMidBatch(t *testing.T) {
	t.Parallel()
	seed, random := choices(t, "faults", *faults, 10*time.Second)
	s, cluster := onCluster(t, "")
	between := newWire(t, s.database)
	p := s.start(t, loaded("--effect-lease", "1s", "--database", between.URL)...)
	neverForgets(t, s)
	w := newTraffic(t, seed, 6, p)
	var working stopwatch
	for range *faults {
		for _, quit := range []func(*pgtest.Cluster){func(*pgtest.Cluster) {}, (*pgtest.Cluster).Quit} {
			batch := between.catch(t, "payout")
			quit(cluster)
			if err := cluster.Restart(); err != nil {
				t.Fatal(err)
			}
			batch.lose()
			working = append(working, w.goesOn(t))
			pause(random, 500)
		}
	}
	t.Logf("the server answers after PostgreSQL is back: %s", working)
	w.finish(t)
	w.audit(t, s, p)
}
