package shop

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sink is the merchant's web server: it takes callbacks, verifies them and
// answers 200, or whatever Reply was told.
type Sink struct {
	client *Client
	server *http.Server
	base   string

	mu       sync.Mutex
	status   func(r Received, before int) int
	answer   func(r Received) string
	received []Received
	payments map[string]int
	bad      []error
	changed  chan struct{} // closed and replaced with every callback
}

// NewSink listens on a free loopback port.
func NewSink(client *Client) (*Sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{client: client, base: "http://" + listener.Addr().String(), payments: map[string]int{}, changed: make(chan struct{})}
	s.server = &http.Server{Handler: http.HandlerFunc(s.take), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	return s, nil
}

// Close stops listening.
func (s *Sink) Close() { _ = s.server.Close() }

// Reply sets the HTTP status of the callbacks that come from now on. status is
// told how many for the same payment came before; nil is always 200.
func (s *Sink) Reply(status func(r Received, before int) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// Answer sets what callbacks that come from now on are answered with; nil is "ok".
func (s *Sink) Answer(body func(r Received) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = body
}

// URL is the address of one of the merchant's pages.
func (s *Sink) URL(path string) string { return s.base + path }

// take takes a callback. A GET without an amount is a person who comes back.
func (s *Sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	status, answer := http.StatusOK, "ok"
	if err == nil && (r.Method == http.MethodPost || r.URL.Query().Has("pg_amount")) {
		status, answer = s.note(r, string(body))
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func (s *Sink) note(r *http.Request, body string) (int, string) {
	received, err := s.client.ReadCallback(r.URL, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		close(s.changed)
		s.changed = make(chan struct{})
	}()
	if err != nil {
		s.bad = append(s.bad, err)
		return http.StatusBadRequest, ""
	}
	id := received.Message.Get("pg_payment_id")
	before := s.payments[id]
	s.payments[id]++
	s.received = append(s.received, received)
	status, answer := http.StatusOK, "ok"
	if s.status != nil {
		status = s.status(received, before)
	}
	if s.answer != nil {
		answer = s.answer(received)
	}
	return status, answer
}

// Of are the callbacks of one payment, in the order they came.
func (s *Sink) Of(payment string) []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Received
	for _, r := range s.received {
		if r.Message.Get("pg_payment_id") == payment {
			found = append(found, r)
		}
	}
	return found
}

// Count is how many payments a callback has come for.
func (s *Sink) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.payments)
}

// Bad are the callbacks that could not be verified.
func (s *Sink) Bad() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error(nil), s.bad...)
}

// Wait waits until n callbacks of a payment have come and returns them.
func (s *Sink) Wait(ctx context.Context, payment string, n int) ([]Received, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if found := s.Of(payment); len(found) >= n {
			return found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s.Of(payment), ctx.Err()
		}
	}
}
