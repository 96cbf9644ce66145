package e2e

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/platform"
)

// TestALeapingClockLosesNothing sets the clock of a server forward and back by an
// hour while payouts are under way. Calls are answered all the time. What a clock
// that was set back makes wait for its hour is done when the hours have passed;
// then nothing is lost and nothing was paid twice. The lease of a node is counted
// by the machine's own clocks, which no test may set: the tests of the engine
// tell what becomes of one that is lost. A bank that has not decided when the clock leaps is
// asked again after five minutes, for the payout looks old: so time goes on quickly at last.
func TestALeapingClockLosesNothing(t *testing.T) {
	seed, _ := choices(t, "faults", *faults, 10*time.Second)
	onBothStores(t, func(t *testing.T, s *site) {
		now := new(leaping)
		p, stop := s.here(t, now)
		w := newTraffic(t, seed, 6, p)
		random := rand.New(rand.NewPCG(seed, 0))
		for range *faults {
			for _, leap := range []time.Duration{time.Hour, -time.Hour, -time.Hour, time.Hour} {
				pause(random, 1000)
				now.leap(leap)
				w.goesOn(t)
			}
		}
		w.finish(t)
		now.leap(2 * time.Hour)
		now.run(t, time.Minute)
		available := w.rest(t, s, p)
		stop()
		w.compare(t, s, available)
	})
}

// leaping is the machine's clock, set forward or back by hand.
type leaping struct{ off atomic.Int64 }

func (c *leaping) Now() time.Time { return clock.System{}.Now().Add(time.Duration(c.off.Load())) }

func (c *leaping) leap(by time.Duration) { c.off.Add(int64(by)) }

// run lets so much time pass in each second, to the end of the test.
func (c *leaping) run(t *testing.T, bySecond time.Duration) {
	go func() {
		second := time.NewTicker(time.Second)
		defer second.Stop()
		for {
			select {
			case <-second.C:
				c.leap(bySecond)
			case <-t.Context().Done():
				return
			}
		}
	}()
}

// here starts a server in the process of the tests, which can then bring its clock.
func (s *site) here(t *testing.T, now clock.Clock) (p *process, stop func()) {
	t.Helper()
	said := filepath.Join(s.output, "here.stderr")
	stderr, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	database := s.database
	if !s.onPostgres() {
		database = "" // where the program puts it by default
	}
	server, err := platform.Start(t.Context(), platform.Config{
		Listen: "127.0.0.1:0", Data: s.data, Database: database, SandboxDelay: 300 * time.Millisecond, EffectLease: time.Second,
		CallbackSchedule: []time.Duration{0, 300 * time.Millisecond, time.Second, 3 * time.Second, 9 * time.Second, 30 * time.Second},
		Clock:            now, Log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		stderr.Close()
		overhear(t, said, s.outages)
	})
	return &process{URL: server.URL()}, stop
}
