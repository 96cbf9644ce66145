package e2e

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tolem/internal/engine"
	"tolem/internal/payout"
	"tolem/internal/protocol/pg"
)

// TestAStopDrains: a call that has begun when SIGTERM comes is answered, though
// its body arrives after the server has stopped listening.
func TestAStopDrains(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t, "--admin", "127.0.0.1:0")
		m, admin := demo(t, p), p.admin(t)
		if status, text := look(t, admin+"/healthz"); status != http.StatusOK || !strings.Contains(text, `"ok"`) {
			t.Errorf("a healthy server says HTTP %d: %s", status, text)
		}
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
		if status, text := look(t, admin+"/healthz"); status != http.StatusServiceUnavailable || !strings.Contains(text, `"draining"`) {
			t.Errorf("a server that drains says HTTP %d: %s", status, text)
		}
		close(slow.send)
		if err := <-answered; err != nil {
			t.Fatalf("the call that had begun was not answered: %v", err)
		}
		expect(t, answer, "pg_status", "ok", "pg_order_id", "last-1")
		p.ended(t)
	})
}

// TestAStopUnderLoadKeepsItsWord: every call that was let in is answered, all others
// are cut off before anything happened, and what is left to do is done by the next
// start.
func TestAStopUnderLoadKeepsItsWord(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		m := demo(t, p)
		m.HTTP = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
		token := m.bind(t, "driver", "4671593866478252")
		var mu sync.Mutex
		answered, cutOff := map[string]string{}, map[string]error{}
		var working sync.WaitGroup
		for worker := range 8 {
			working.Go(func() {
				for n := 0; ; n++ {
					order := fmt.Sprintf("w%d-%d", worker, n)
					answer, err := m.Call(t.Context(), "/api/reg2reg", m.payFields(order, "10", "driver", token)...)
					mu.Lock()
					if err != nil {
						cutOff[order] = err
					} else {
						answered[order] = answer.Get("pg_status")
					}
					mu.Unlock()
					if err != nil {
						return
					}
				}
			})
		}
		eventually(t, func() error {
			mu.Lock()
			defer mu.Unlock()
			if len(answered) < 40 {
				return errors.New("few calls are answered")
			}
			return nil
		})
		p.signal(t, syscall.SIGTERM)
		working.Wait()
		p.ended(t)

		paid := map[string]payout.State{}
		for _, row := range rows(t, s.database, payout.Rows) {
			paid[row.OrderID] = row.State
		}
		for order, status := range answered {
			if state := paid[order]; status != "ok" || state != payout.Success {
				t.Errorf("order %s was answered %q and is %q", order, status, state)
			}
		}
		for order, err := range cutOff {
			if paid[order] != "" {
				t.Errorf("order %s was cut off with %v and is %s", order, err, paid[order])
			}
		}
		if len(paid) != len(answered) || len(cutOff) != 8 {
			t.Errorf("%d payouts, %d answered, %d workers were cut off", len(paid), len(answered), len(cutOff))
		}
		p = s.start(t)
		eventually(t, func() error {
			if n := len(rows(t, s.database, engine.Effects)); n > 0 {
				return fmt.Errorf("%d effects are not done", n)
			}
			return nil
		})
		p.stop(t)
		booksAreRight(t, s)
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
