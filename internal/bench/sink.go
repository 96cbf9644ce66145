package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"tolem/internal/shop"
)

// sink takes the callbacks of many shops, verifies every one, remembers when the
// first of each payment came and wakes who waits for it.
type sink struct {
	shops   map[string]*shop.Client // by the number in the path
	server  *fasthttp.Server
	base    string
	serving sync.WaitGroup

	mu      sync.Mutex
	arrived map[int64]time.Time     // by payment
	waiting map[int64]chan struct{} // by payment, closed when it comes
	bad     int64
}

func newSink(shops []shop.Client) (*sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{shops: map[string]*shop.Client{}, base: "http://" + listener.Addr().String(), arrived: map[int64]time.Time{}, waiting: map[int64]chan struct{}{}}
	for i := range shops {
		s.shops[strconv.FormatInt(shops[i].Merchant, 10)] = &shops[i]
	}
	s.server = &fasthttp.Server{Handler: s.take, ReadTimeout: time.Minute, NoDefaultServerHeader: true, NoDefaultDate: true}
	s.serving.Go(func() { _ = s.server.Serve(listener) }) // ends with close
	return s, nil
}

func (s *sink) close() {
	_ = s.server.Shutdown()
	s.serving.Wait()
}

// link is where a merchant's callbacks go.
func (s *sink) link(merchant int64) string { return fmt.Sprintf("%s/%d/notify", s.base, merchant) }

func (s *sink) take(ctx *fasthttp.RequestCtx) {
	now := time.Now()
	payment, err := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.bad++
		ctx.SetStatusCode(fasthttp.StatusBadRequest)
		return
	}
	if _, known := s.arrived[payment]; !known {
		s.arrived[payment] = now
		if waits := s.waiting[payment]; waits != nil {
			close(waits)
			delete(s.waiting, payment)
		}
	}
}

// wait returns when a callback of the payment has come, or with false when ctx ends.
// One at a time may wait for a payment.
func (s *sink) wait(ctx context.Context, payment int64) bool {
	s.mu.Lock()
	if _, came := s.arrived[payment]; came {
		s.mu.Unlock()
		return true
	}
	comes := make(chan struct{})
	s.waiting[payment] = comes
	s.mu.Unlock()
	select {
	case <-comes:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *sink) read(ctx *fasthttp.RequestCtx) (payment int64, err error) {
	path := string(ctx.Path())
	as := s.shops[strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/notify")]
	if as == nil {
		return 0, errors.New("no such shop")
	}
	received, err := as.ReadCallback(&url.URL{Path: path}, string(ctx.PostBody()))
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(received.Message.Get("pg_payment_id"), 10, 64)
}

// count is how many payments a verified callback has come for.
func (s *sink) count() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.arrived))
}

// all is what has come so far.
func (s *sink) all() (arrived map[int64]time.Time, bad int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.arrived), s.bad
}
