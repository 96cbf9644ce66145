package bench

import (
	"context"
	"sync"
	"testing"
	"time"
)

// record runs a load and returns the numbers and lateness of its calls.
func record(ctx context.Context, l Load, do func()) (late map[int64]time.Duration) {
	var mu sync.Mutex
	late = map[int64]time.Duration{}
	l.run(ctx, func(_ int, n int64, due time.Time) {
		do()
		mu.Lock()
		defer mu.Unlock()
		late[n] = time.Since(due)
	})
	return late
}

func TestAnOpenLoopMakesTheCallsThatAreDueAndNoMore(t *testing.T) {
	began := time.Now()
	late := record(t.Context(), Load{Rate: 100, Concurrency: 4, Duration: 300 * time.Millisecond}, func() {})
	if took := time.Since(began); took < 290*time.Millisecond {
		t.Errorf("calls that are due later were made within %s", took)
	}
	if len(late) == 0 || len(late) > 30 {
		t.Errorf("%d calls in 0.3 s at 100 a second", len(late))
	}
	for n := range late { // each of the four leaves one out, the first that it comes too late for
		if n >= int64(len(late)+4) {
			t.Errorf("call %d was made, and %d in all", n, len(late))
		}
	}
}

func TestWaitingForAWorkerCountsAsLatency(t *testing.T) {
	// One worker that takes 30 ms, and a call due every 10 ms.
	late := record(t.Context(), Load{Rate: 100, Concurrency: 1, Duration: 200 * time.Millisecond}, func() { time.Sleep(30 * time.Millisecond) })
	for n := int64(1); n < int64(len(late)); n++ {
		if least := time.Duration(n+1)*30*time.Millisecond - time.Duration(n)*10*time.Millisecond; late[n] < least {
			t.Errorf("call %d ended %s after it was due, want at least %s", n, late[n], least)
		}
	}
}

func TestAClosedLoopKeepsEveryWorkerBusyUntilTheEnd(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	l := Load{Concurrency: 8, Duration: 100 * time.Millisecond}
	began := time.Now()
	took := l.run(t.Context(), func(int, int64, time.Time) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(20 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
	})
	if most != 8 {
		t.Errorf("%d calls at once, want 8", most)
	}
	if took < l.Duration || took > time.Since(began) {
		t.Errorf("run says that it took %s", took)
	}
}

func TestALoadEndsWhenItIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if late := record(ctx, Load{Concurrency: 2, Duration: time.Hour}, func() {}); len(late) > 0 {
		t.Errorf("%d calls after the stop", len(late))
	}
}
