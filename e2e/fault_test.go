package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
)

var (
	faults = flag.Int("faults", 1, "how often each test of one fault causes it: lost COMMITs, a full disk, a restarted PostgreSQL, a leaping clock")
	seed   = flag.Uint64("seed", 0, "seed of the choices of tests with faults; 0 draws one")
)

// loaded are the flags of a server that soon does what it may put off.
func loaded(flags ...string) []string {
	return append(flags, "--sandbox-delay", "300ms", "--callback-schedule", "0,300ms,1s,3s,9s,30s", "--log-level", "warn")
}

// choices are a test's random choices. It says how to have the same ones again,
// and gives up at once when it cannot cause all faults, of which each may take
// that long, in the time that go test has.
func choices(t *testing.T, flag string, faults int, each time.Duration) (uint64, *rand.Rand) {
	t.Helper()
	drawn := *seed
	if drawn == 0 {
		drawn = rand.Uint64()
	}
	t.Logf("the same choices at other instants: go test ./e2e -run '^%s$' -%s %d -seed %d -timeout 0 -v", t.Name(), flag, faults, drawn)
	need := time.Duration(faults) * each
	if deadline, ok := t.Deadline(); ok && time.Until(deadline) < need {
		t.Fatalf("-%s %d may take %s, and go test ends before that: give it -timeout 0", flag, faults, need)
	}
	return drawn, rand.New(rand.NewPCG(drawn, 0))
}

// pause is where the instants of faults come from.
func pause(random *rand.Rand, most int) {
	time.Sleep(time.Duration(random.IntN(most)) * time.Millisecond)
}

// stopwatch are the times that something took, again and again.
type stopwatch []time.Duration

func (w stopwatch) String() string {
	if len(w) == 0 {
		return "never"
	}
	sorted := slices.Sorted(slices.Values(w))
	return fmt.Sprintf("median %s, worst %s of %d", sorted[len(sorted)/2].Round(time.Millisecond), sorted[len(sorted)-1].Round(time.Millisecond), len(sorted))
}

// onCluster has a PostgreSQL of its own that may be taken away. With a directory,
// its files are in there. It need not wait for the disk: its processes die in
// these tests, not the machine.
func onCluster(t *testing.T, directory string, settings ...string) (*site, *pgtest.Cluster) {
	t.Helper()
	cluster, err := pgtest.StartClusterIn(directory, append(settings, "fsync=off")...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	s := newSite(t, false)
	s.keepIn(cluster.URL("postgres"))
	s.outages = true
	s.unwatched(t)
	return s, cluster
}

// neverForgets makes the simulated bank of a site commit like everybody else. It
// shares the platform's PostgreSQL and does not wait for the disk: if that dies, it
// may forget what it has answered. Banks do not, and one that did would look as if
// it had been sent a payout once that it was sent twice.
func neverForgets(t *testing.T, s *site) {
	t.Helper()
	db, err := store.Open(t.Context(), s.database, store.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		for _, statement := range []string{
			`CREATE FUNCTION wait_for_disk() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN PERFORM set_config('synchronous_commit', 'on', true); RETURN NULL; END $$`,
			`CREATE TRIGGER wait_for_disk AFTER INSERT OR UPDATE ON simulator_credit EXECUTE FUNCTION wait_for_disk()`,
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
