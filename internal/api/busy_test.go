package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tolem/internal/api"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/shop"
	"tolem/internal/store"
)

// gated is an operation that is decided when its gate opens.
type gated struct{ entered, gate chan struct{} }

func (gated) Want(*store.Set) {}

func (o gated) Decide(*store.Set, time.Time) {
	if o.entered != nil {
		close(o.entered)
		<-o.gate
	}
}

// TestAFullQueueIsAnswered429 with the code of the rate limit, signed: nothing has
// happened, and the shop may come again. So is a call for which there is no place,
// but nobody has read whose it is.
func TestAFullQueueIsAnswered429(t *testing.T) {
	i, err := platform.Open(t.Context(), platform.Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	m, err := i.Merchants.Create(t.Context(), 0, "Shop", merchant.Test, merchant.Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(i.DB, engine.Options{Queue: 1, Batch: 1})
	defer e.Close(context.Background())
	places, mux := inbound.NewLimit(1), http.NewServeMux()
	server := &api.Server{Merchants: i.Merchants, Clock: clock.System{}, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Places: places}
	server.Routes(mux, []api.Endpoint{api.Declare(
		api.Endpoint{Name: "test", Paths: []string{"/api/test"}, Family: api.Flat, Secrets: []merchant.Purpose{merchant.Payout}},
		func(context.Context, *api.Call, *struct{}) (api.Status, error) { return api.OK, e.Do(gated{}) },
	)})
	web := httptest.NewServer(mux)
	defer web.Close()
	client := &shop.Client{Base: web.URL, Merchant: m.ID, Payout: m.Signing(merchant.Payout).Reveal()}
	client.HTTP = &http.Client{Transport: statusOf{t}}

	var waiting sync.WaitGroup
	first, gate := make(chan struct{}), make(chan struct{})
	do := func(o gated) {
		waiting.Go(func() {
			if err := e.Do(o); err != nil {
				t.Error(err)
			}
		})
	}
	do(gated{first, gate})
	<-first
	do(gated{}) // fills the queue
	for e.Load().Waiting < 1 {
		time.Sleep(time.Millisecond)
	}
	answer, err := client.Call(expecting(t, http.StatusTooManyRequests), "/api/test")
	if err != nil || answer.Get("pg_status") != "error" || answer.Get("pg_error_code") != "10006" {
		t.Errorf("a full queue is answered %v, %v", answer, err)
	}
	close(gate)
	waiting.Wait()
	if answer, err = client.Call(expecting(t, http.StatusOK), "/api/test"); err != nil || answer.Get("pg_status") != "ok" {
		t.Errorf("a queue with room is answered %v, %v", answer, err)
	}

	places.Enter()
	answer, err = client.Call(expecting(t, http.StatusTooManyRequests), "/api/test")
	if err == nil || !strings.Contains(err.Error(), "not signed") || answer.Get("pg_error_code") != "10006" {
		t.Errorf("a call without a place is answered %v, %v", answer, err)
	}
	places.Leave()
	if answer, err = client.Call(expecting(t, http.StatusOK), "/api/test"); err != nil || answer.Get("pg_status") != "ok" {
		t.Errorf("a call with a place is answered %v, %v", answer, err)
	}
}

type wanted struct{}

func expecting(t *testing.T, status int) context.Context {
	return context.WithValue(t.Context(), wanted{}, status)
}

// statusOf checks the HTTP status that a call expects.
type statusOf struct{ t *testing.T }

func (s statusOf) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && answer.StatusCode != r.Context().Value(wanted{}) {
		s.t.Errorf("HTTP %d, want %d", answer.StatusCode, r.Context().Value(wanted{}))
	}
	return answer, err
}
