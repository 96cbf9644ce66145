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

// attempt records one attempt that was answered with a status.
func attempt(s *store.Set, schedule Schedule, at time.Time, status int64) Row {
	o := &record{key: key, schedule: schedule, attempt: Attempt{SentAt: at, Status: status, Answer: "answer"}, delivered: status == 200}
	o.Decide(s, at.Add(time.Second))
	row, _ := Rows.Get(s, key)
	return row
}

func TestANoticeIsDueAtOnce(t *testing.T) {
	s := enqueued()
	row, _ := Rows.Get(s, key)
	if at, ok := due(s); !ok || !at.Equal(start) || row.State != Pending || row.Message != `[["pg_status","ok"]]` {
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
		row := attempt(s, standard, at, 500)
		want := Pending
		if i == len(standard)-1 {
			want = Failed
		}
		if row.State != want || row.Attempts != int64(i+1) || row.LastStatus != 500 || row.LastAnswer != "answer" {
			t.Errorf("after attempt %d: %+v", i+1, row)
		}
		kept, ok := Attempts.Held(s, AttemptKey{key.MerchantID, key.CallbackID, int64(i + 1)})
		if !ok || kept.Status != 500 || !kept.SentAt.Equal(at) {
			t.Errorf("record of attempt %d: %v %+v", i+1, ok, kept)
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
		if row := attempt(s, standard, start, status); row.State != Pending {
			t.Errorf("%d: %s", status, row.State)
		}
		if _, ok := due(s); !ok {
			t.Errorf("%d: not tried again", status)
		}
		if row := attempt(s, standard, start.Add(30*time.Minute), 200); row.State != Delivered || row.Attempts != 2 {
			t.Errorf("%d, then 200: %+v", status, row)
		}
		if at, ok := due(s); ok {
			t.Errorf("one more attempt at %v", at)
		}
	}
}

func TestAShortScheduleFailsAtOnce(t *testing.T) {
	for _, schedule := range []Schedule{nil, {0}} {
		s := enqueued()
		if row := attempt(s, schedule, start, 500); row.State != Failed {
			t.Errorf("%v: %+v", schedule, row)
		}
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
	row := attempt(s, standard, start.Add(time.Second), 500)
	if _, ok := due(s); ok || row.State != Delivered || row.Attempts != 2 {
		t.Errorf("delivered, then failed: %+v, due %v", row, ok)
	}

	s = enqueued()
	attempt(s, Schedule{0}, start, 500)
	row = attempt(s, Schedule{0}, start.Add(time.Second), 200)
	if _, ok := due(s); ok || row.State != Delivered {
		t.Errorf("failed, then delivered: %+v, due %v", row, ok)
	}
}

func TestACallbackThatIsGoneIsNotTriedAgain(t *testing.T) {
	s := enqueued()
	Rows.Delete(s, key)
	attempt(s, standard, start, 500)
	if _, ok := due(s); ok || len(Attempts.Written(s)) != 0 {
		t.Error("it goes on")
	}
}

func TestSendingAgainByHand(t *testing.T) {
	later := start.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		before []int64 // statuses
		after  int64
		state  State
		more   bool // another attempt follows
	}{
		"failed, then taken":           {[]int64{500, 500, 500, 500, 500}, 200, Delivered, false},
		"failed again":                 {[]int64{500, 500, 500, 500, 500}, 500, Failed, false},
		"delivered, asked for it anew": {[]int64{200}, 200, Delivered, false},
		"waiting, then refused":        {[]int64{500}, 500, Pending, true},
		"waiting, then taken":          {[]int64{500}, 200, Delivered, false},
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
		row := attempt(s, standard, later, c.after)
		if _, more := due(s); row.State != c.state || more != c.more {
			t.Errorf("%s: %+v, more %v", name, row, more)
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

func TestDropEndsOnlyWhatHasEnded(t *testing.T) {
	s := enqueued()
	(&drop{key}).Decide(s, start)
	if _, ok := due(s); !ok {
		t.Error("a pending callback is no longer due")
	}
	row, _ := Rows.Get(s, key)
	row.State = Delivered
	Rows.Update(s, row)
	(&drop{key}).Decide(s, start)
	if _, ok := due(s); ok {
		t.Error("a delivered callback is still due")
	}
}
