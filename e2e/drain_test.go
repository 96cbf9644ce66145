package e2e

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"

	"tolem/internal/protocol/pg"
)

// TestAStopDrains: a call that has begun when SIGTERM comes is answered, though
// its body arrives after the server has stopped listening.
func TestAStopDrains(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		m := demo(t, p)
		fields := m.payFields("last-1", "200", "driver", m.bind(t, "driver", "4671593866478252"))
		slow := &slowUplink{begun: make(chan struct{}), send: make(chan struct{})}
		m.HTTP = &http.Client{Transport: slow}
		answered := make(chan error, 1)
		var answer pg.Message
		go func() {
			var err error
			answer, err = m.Call(t.Context(), "/api/reg2reg", fields...)
			answered <- err
		}()
		<-slow.begun
		p.signal(t, syscall.SIGTERM)
		eventually(t, func() error {
			connection, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
			if err == nil {
				connection.Close()
				return errors.New("the server still listens")
			}
			return nil
		})
		close(slow.send)
		if err := <-answered; err != nil {
			t.Fatalf("the call that had begun was not answered: %v", err)
		}
		expect(t, answer, "pg_status", "ok", "pg_order_id", "last-1")
		p.ended(t)
	})
}

// slowUplink sends the head of a request, says that the server has begun to read
// the body, and sends that only when it is told to.
type slowUplink struct{ begun, send chan struct{} }

func (s *slowUplink) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(s.begun) }}))
	r.Header.Set("Expect", "100-continue")
	r.Body = &lateBody{r.Body, s.send}
	return (&http.Transport{ExpectContinueTimeout: patience}).RoundTrip(r)
}

// lateBody can be read once send is closed.
type lateBody struct {
	io.ReadCloser
	send chan struct{}
}

func (b *lateBody) Read(p []byte) (int, error) {
	<-b.send
	return b.ReadCloser.Read(p)
}
