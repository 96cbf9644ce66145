package callback_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/outbound"
	"tolem/internal/storetest"
)

// TestObserversAreToldOfAttempts: what came of each, and how old the callback was.
func TestObserversAreToldOfAttempts(t *testing.T) {
	i := open(t, storetest.SQLite(t))
	m, deaf := shop(t, i), newSink(t, http.StatusNotFound)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()
	for id, c := range map[int64]struct {
		target string
		guard  bool // call public addresses only
		want   callback.Result
		status int
	}{
		1: {newSink(t, http.StatusOK).URL, false, callback.Accepted, 200},
		2: {deaf.URL, false, callback.Turned, 404},
		3: {nobody, false, callback.NoAnswer, 0},
		4: {deaf.URL, true, callback.Forbidden, 0},
		5: {"https://pay.example/success", false, callback.Unsent, 0},
	} {
		seen := make(chan callback.Observation, 1)
		e := engine.New(i.DB, engine.Options{})
		(&callback.Courier{
			DB: i.DB, Engine: e, Merchants: i.Merchants, Client: outbound.New(outbound.Options{AllowPrivate: !c.guard}), Clock: clock.System{},
			Schedule: callback.Schedule{0}, Own: "pay.example",
			Observe: func(_ context.Context, o callback.Observation) { seen <- o },
		}).Register()
		if err := e.Start(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		do(t, e, enqueue{notice(m, id, c.target)})
		o := <-seen
		if o.Result != c.want || o.Status != c.status || o.Age <= 0 || o.Age > time.Since(began)+time.Second || o.Took < 0 {
			t.Errorf("%s: %s %+v, want %s with HTTP %d", c.target, o.Result, o, c.want, c.status)
		}
		settled(t, i.DB, m, id)
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
