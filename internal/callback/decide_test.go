package callback

import (
	"testing"
	"time"

	"tolem/internal/engine"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

var (
	start    = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	standard = Schedule{0, 30 * time.Minute, 60 * time.Minute, 90 * time.Minute, 120 * time.Minute} // R39
	key      = Key{700123, 9}
)

// enqueued is a set that holds one callback, as it was scheduled.
func enqueued() *store.Set {
	s := store.NewSet()
	last.Want(s, key)
	s.Ready()
	Enqueue(s, Notice{
		MerchantID: key.MerchantID, ID: key.CallbackID, PaymentID: 5, Event: "payout", URL: "https://shop.example/notify",
		Secret: merchant.Payout, Form: Fields, Message: pg.Message{{Name: "pg_status", Value: "ok"}},
	}, start)
	return s
}

// due is when the next attempt is to be made.
func due(s *store.Set) (time.Time, bool) {
	e, ok := engine.Effects.Held(s, key.effect())
	return e.DueAt, ok
}

// attempt records one attempt that was answered with a status, and returns what is
// kept of it.
func attempt(s *store.Set, schedule Schedule, at time.Time, status int64) Attempt {
	o := &record{key: key, schedule: schedule, attempt: Attempt{SentAt: at, Status: status, Answer: "answer", Done: status == 200}}
	o.Decide(s, at.Add(time.Second))
	kept, _ := last.Get(s, key)
	return kept
}

func TestANoticeIsDueAtOnce(t *testing.T) {
	s := enqueued()
	row, _ := Rows.Get(s, key)
	if at, ok := due(s); !ok || !at.Equal(start) || row.Message != `[["pg_status","ok"]]` {
		t.Errorf("due %v %v, %+v", at, ok, row)
	}
}

func TestANoticeWithoutURLIsNotSent(t *testing.T) {
	s := store.NewSet()
	s.Ready()
	Enqueue(s, Notice{MerchantID: 1, ID: 1}, start)
	if len(Rows.Written(s)) != 0 || len(engine.Effects.Written(s)) != 0 {
		t.Error("it is kept")
	}
}

func TestAttemptsFollowTheScheduleAndThenFail(t *testing.T) {
	s := enqueued()
	for i, wait := range standard {
		at, ok := due(s)
		if want := start.Add(wait); !ok || !at.Equal(want) {
			t.Fatalf("attempt %d is due at %v (%v), want %v", i+1, at, ok, want)
		}
		kept := attempt(s, standard, at, 500)
		if kept.Attempt != int64(i+1) || kept.Status != 500 || kept.Answer != "answer" || kept.Done || !kept.SentAt.Equal(at) {
			t.Errorf("record of attempt %d: %+v", i+1, kept)
		}
	}
	if at, ok := due(s); ok {
		t.Errorf("one more attempt at %v", at)
	}
}

// TestALateAttemptMovesThoseAfterIt: a merchant does not lose its attempts to
// three hours in which no node was there.
func TestALateAttemptMovesThoseAfterIt(t *testing.T) {
	s := enqueued()
	attempt(s, standard, start, 0)
	late := start.Add(3 * time.Hour)
	attempt(s, standard, late, 0)
	if at, _ := due(s); !at.Equal(late.Add(30 * time.Minute)) {
		t.Errorf("due %v", at)
	}
}

func TestOnlyHTTP200Ends(t *testing.T) {
	for _, status := range []int64{0, 100, 201, 204, 301, 302, 400, 404, 500, 503} {
		s := enqueued()
		if kept := attempt(s, standard, start, status); kept.Done {
			t.Errorf("%d: %+v", status, kept)
		}
		if _, ok := due(s); !ok {
			t.Errorf("%d: not tried again", status)
		}
		if kept := attempt(s, standard, start.Add(30*time.Minute), 200); !kept.Done || kept.Attempt != 2 {
			t.Errorf("%d, then 200: %+v", status, kept)
		}
		if at, ok := due(s); ok {
			t.Errorf("one more attempt at %v", at)
		}
	}
}

func TestAShortScheduleFailsAtOnce(t *testing.T) {
	for _, schedule := range []Schedule{nil, {0}} {
		s := enqueued()
		attempt(s, schedule, start, 500)
		if _, ok := due(s); ok {
			t.Errorf("%v: tried again", schedule)
		}
	}
}

// TestAnAttemptThatComesTooLateChangesNothing: two were under way at once, for a
// moment, on two nodes.
func TestAnAttemptThatComesTooLateChangesNothing(t *testing.T) {
	s := enqueued()
	attempt(s, standard, start, 200)
	kept := attempt(s, standard, start.Add(time.Second), 500)
	if _, ok := due(s); ok || !kept.Done || kept.Attempt != 2 {
		t.Errorf("delivered, then failed: %+v, due %v", kept, ok)
	}
	kept = attempt(s, standard, start.Add(2*time.Second), 500)
	if _, ok := due(s); ok || !kept.Done {
		t.Errorf("delivered, then failed twice: %+v, due %v", kept, ok)
	}

	s = enqueued()
	attempt(s, Schedule{0}, start, 500)
	kept = attempt(s, Schedule{0}, start.Add(time.Second), 200)
	if _, ok := due(s); ok || !kept.Done {
		t.Errorf("failed, then delivered: %+v, due %v", kept, ok)
	}
}

func TestSendingAgainByHand(t *testing.T) {
	later := start.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		before []int64 // statuses
		after  int64
		done   bool
		more   bool // another attempt follows
	}{
		"failed, then taken":           {[]int64{500, 500, 500, 500, 500}, 200, true, false},
		"failed again":                 {[]int64{500, 500, 500, 500, 500}, 500, false, false},
		"delivered, asked for it anew": {[]int64{200}, 200, true, false},
		"delivered, then refused":      {[]int64{200}, 500, true, false},
		"waiting, then refused":        {[]int64{500}, 500, false, true},
		"waiting, then taken":          {[]int64{500}, 200, true, false},
	} {
		s := enqueued()
		for _, status := range c.before {
			attempt(s, standard, start, status)
		}
		again := &Again{Key: key}
		again.Decide(s, later)
		if at, ok := due(s); !again.Done || !ok || !at.Equal(later) {
			t.Errorf("%s: done %v, due %v %v", name, again.Done, at, ok)
		}
		kept := attempt(s, standard, later, c.after)
		if _, more := due(s); kept.Done != c.done || more != c.more {
			t.Errorf("%s: %+v, more %v", name, kept, more)
		}
	}
	s := store.NewSet()
	again := &Again{Key: key}
	again.Want(s)
	s.Ready()
	if again.Decide(s, later); again.Done {
		t.Error("a callback that does not exist was sent again")
	}
}
