package sim

import (
	"context"
	"flag"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seeds = flag.Int("seeds", histories, "histories to play")
	seed  = flag.Uint64("seed", 0, "play this history only; -v shows it")
	steps = flag.Int("steps", 500, "steps of a history")
)

// TestHistories plays histories with crashes, lost answers and late messages. A
// failure prints its seed; `go test ./internal/sim -seed N -v` plays it again.
func TestHistories(t *testing.T) {
	made := t.TempDir()
	if err := Prepare(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if *seed != 0 {
		trace, err := player(t, made).Play(t.Context(), *seed, *steps)
		t.Log(strings.Join(trace, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	first := rand.Uint64N(1 << 40)
	t.Logf("seeds from %d", first)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var next atomic.Int64
	var players sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		p := player(t, made)
		players.Go(func() {
			for n := next.Add(1); n <= int64(*seeds) && ctx.Err() == nil; n = next.Add(1) {
				if _, err := p.Play(ctx, first+uint64(n), *steps); err != nil && ctx.Err() == nil {
					t.Error(err)
					stop()
				}
			}
		})
	}
	players.Wait()
}

// TestAHistoryIsPlayedAgainExactly by its seed, also after others.
func TestAHistoryIsPlayedAgainExactly(t *testing.T) {
	made := t.TempDir()
	if err := Prepare(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	play := func(p *Player, seed uint64) string {
		trace, err := p.Play(t.Context(), seed, *steps)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(trace, "\n")
	}
	one, other := player(t, made), player(t, made)
	for seed := range uint64(replayed) {
		first := play(one, seed)
		play(other, seed+1000)
		if second := play(other, seed); first != second {
			t.Errorf("seed %d:\n%s\n\nand then:\n%s", seed, first, second)
		}
	}
}

func player(t *testing.T, made string) *Player {
	t.Helper()
	p, err := NewPlayer(t.Context(), made, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}
