package sim

import (
	"context"
	"flag"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seeds = flag.Int("seeds", histories, "histories to play")
	seed  = flag.Uint64("seed", 0, "play this history only")
	steps = flag.Int("steps", 80, "steps of a history")
)

// TestHistories plays histories with crashes, lost answers and late messages. A
// failure prints its seed; `go test ./internal/sim -seed N` plays it again.
func TestHistories(t *testing.T) {
	h, err := Prepare(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if *seed != 0 {
		if err := h.Play(t.Context(), *seed, *steps); err != nil {
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
		players.Go(func() {
			for n := next.Add(1); n <= int64(*seeds) && ctx.Err() == nil; n = next.Add(1) {
				if err := h.Play(ctx, first+uint64(n), *steps); err != nil && ctx.Err() == nil {
					t.Error(err)
					stop()
				}
			}
		})
	}
	players.Wait()
}
