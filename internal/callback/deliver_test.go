package callback_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/merchant"
	"tolem/internal/outbound"
	"tolem/internal/pgtest"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t testing.TB, url string) *platform.Installation {
	t.Helper()
	i, err := platform.Open(t.Context(), platform.Config{Data: t.TempDir(), Database: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close() })
	return i
}

func shop(t *testing.T, i *platform.Installation) *merchant.Merchant {
	t.Helper()
	m, err := i.Merchants.Create(t.Context(), 0, "Shop", merchant.Test, merchant.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sink is the merchant's server: it answers with one status after the other, the
// last of them for ever.
type sink struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	bodies   []string
}

func newSink(t *testing.T, statuses ...int) *sink {
	s := &sink{statuses: statuses}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies = append(s.bodies, string(body))
		w.Header().Set("Location", s.URL+"/elsewhere")
		w.WriteHeader(s.statuses[0])
		_, _ = io.WriteString(w, "thank\x00 you")
		s.statuses = s.statuses[min(1, len(s.statuses)-1):]
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

// courier is a started node that delivers with short pauses.
func courier(t *testing.T, i *platform.Installation, own string) *engine.Engine {
	t.Helper()
	e := engine.New(i.DB, engine.Options{})
	(&callback.Courier{
		DB: i.DB, Engine: e, Merchants: i.Merchants, Client: outbound.New(outbound.Options{AllowPrivate: true}), Clock: clock.System{},
		Schedule: callback.Schedule{0, 10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond}, Own: own,
	}).Register()
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

type enqueue struct{ callback.Notice }

func (enqueue) Want(*store.Set) {}

func (o enqueue) Decide(s *store.Set, now time.Time) { callback.Enqueue(s, o.Notice, now) }

func notice(m *merchant.Merchant, id int64, target string) callback.Notice {
	return callback.Notice{
		MerchantID: m.ID, ID: id, PaymentID: 77, Event: "payout", URL: target, Secret: merchant.Payout, Form: callback.Fields,
		Message: pg.Message{{Name: "pg_payment_id", Value: "77"}, {Name: "pg_status", Value: "ok"}},
	}
}

// settled waits until a callback is no longer pending.
func settled(t *testing.T, db *store.DB, m *merchant.Merchant, id int64) (row callback.Progress, attempts []callback.Attempt) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); row.State == "" || row.State == callback.Pending; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still %+v", row)
		}
		err := db.View(t.Context(), func(tx *store.Tx) (err error) {
			list, err := callback.List(t.Context(), tx, callback.Filter{MerchantID: m.ID, Limit: 10})
			for _, p := range list {
				if p.CallbackID == id {
					row = p
				}
			}
			if err != nil {
				return err
			}
			attempts, err = callback.Attempts.Select(t.Context(), tx, "WHERE callback_id = $1 ORDER BY attempt", id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return row, attempts
}

func do(t *testing.T, e *engine.Engine, o engine.Operation) {
	t.Helper()
	if err := e.Do(o); err != nil {
		t.Fatal(err)
	}
}

func TestACallbackIsSentUntilItIsTaken(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m, s := shop(t, i), newSink(t, 500, 302, 200)
		do(t, courier(t, i, ""), enqueue{notice(m, 1, s.URL+"/notify?shop=1")})
		row, attempts := settled(t, i.DB, m, 1)
		var statuses []int64
		for _, a := range attempts {
			if statuses = append(statuses, a.Status); a.Answer != "thank you" || a.Took <= 0 || a.SentAt.IsZero() {
				t.Errorf("attempt %+v", a)
			}
		}
		if row.State != callback.Delivered || row.Last.Attempt != 3 || !slices.Equal(statuses, []int64{500, 302, 200}) {
			t.Errorf("%+v after %v", row, statuses)
		}
		var first map[string]string
		salts := map[string]bool{}
		for _, body := range s.received() {
			message := parse(t, callback.Fields, body)
			if !pg.Verify("notify", message, m.Signing(merchant.Payout).Reveal()) {
				t.Errorf("wrong signature: %s", body)
			}
			salts[message.Get("pg_salt")] = true
			fields := texts(message.Without("pg_salt").Without("pg_sig"))
			if first == nil {
				first = fields
			}
			if diff := cmp.Diff(first, fields); diff != "" {
				t.Errorf("the message changed: %s", diff)
			}
		}
		if len(salts) != 3 || first["shop"] != "1" || first["pg_payment_id"] != "77" {
			t.Errorf("%d salts, %v", len(salts), first)
		}
	})
}

func TestACallbackThatNobodyTakesFailsAndCanBeSentAgain(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m, s := shop(t, i), newSink(t, 503, 503, 503, 503, 200)
		e := courier(t, i, "")
		do(t, e, enqueue{notice(m, 1, s.URL+"/notify")})
		if row, attempts := settled(t, i.DB, m, 1); row.State != callback.Failed || len(attempts) != 4 {
			t.Errorf("%+v after %d attempts", row, len(attempts))
		}
		do(t, e, &callback.Again{Key: callback.Key{MerchantID: m.ID, CallbackID: 1}})
		if row, attempts := settled(t, i.DB, m, 1); row.State != callback.Delivered || len(attempts) != 5 || len(s.received()) != 5 {
			t.Errorf("%+v after %d attempts", row, len(attempts))
		}
	})
}

func TestWhyThereWasNoAnswerIsToldWithoutOurAddresses(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m, s := shop(t, i), newSink(t, 200)
		s.Close()
		do(t, courier(t, i, ""), enqueue{notice(m, 1, s.URL+"/notify")})
		row, _ := settled(t, i.DB, m, 1)
		if row.State != callback.Failed || row.Last.Status != 0 || row.Last.Answer != outbound.ErrRefused.Error() {
			t.Errorf("%+v", row)
		}
	})
}

// TestAnAnswerThatBreaksOffIsTaken: the status says so, whatever the body (R39).
func TestAnAnswerThatBreaksOffIsTaken(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m := shop(t, i)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("<response>"))
		}))
		defer s.Close()
		do(t, courier(t, i, ""), enqueue{notice(m, 1, s.URL+"/notify")})
		row, attempts := settled(t, i.DB, m, 1)
		if row.State != callback.Delivered || len(attempts) != 1 || row.Last.Status != 200 || row.Last.Answer != "<response>" {
			t.Errorf("%+v after %d attempts", row, len(attempts))
		}
	})
}

func TestOurOwnPageIsNotCalledAndCountsAsDelivered(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m, s := shop(t, i), newSink(t, 500)
		e := courier(t, i, strings.TrimPrefix(s.URL, "http://"))
		do(t, e, enqueue{notice(m, 1, s.URL+"/success")})
		row, attempts := settled(t, i.DB, m, 1)
		if row.State != callback.Delivered || len(attempts) != 1 || len(s.received()) != 0 {
			t.Errorf("%+v, %d calls", row, len(s.received()))
		}
	})
}

// TestShutdownIsNotTheMerchantsFailure: a call that we cut off ourselves is made
// again by the next node, and is no attempt.
func TestShutdownIsNotTheMerchantsFailure(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		i := open(t, url)
		m := shop(t, i)
		called := make(chan struct{}, 2)
		hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			called <- struct{}{}
			if len(called) == 1 {
				<-r.Context().Done()
			}
		}))
		t.Cleanup(hangs.Close)
		e := courier(t, i, "")
		do(t, e, enqueue{notice(m, 1, hangs.URL+"/notify")})
		for len(called) == 0 {
			time.Sleep(time.Millisecond)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = e.Close(ctx)
		courier(t, i, "")
		if row, attempts := settled(t, i.DB, m, 1); row.State != callback.Delivered || len(attempts) != 1 {
			t.Errorf("%+v after %+v", row, attempts)
		}
	})
}
