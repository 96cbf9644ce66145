package e2e

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// TestAStopDrains: a call that has begun when SIGTERM comes is answered, though
// its body arrives after the server has stopped listening.
func TestAStopDrains(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		m := demo(t, p)
		token := m.bind(t, "driver", "4671593866478252")
		message := pg.Message{{Name: "pg_merchant_id", Value: "700123"}}
		for fields := m.payFields("last-1", "200", "driver", token); len(fields) > 0; fields = fields[2:] {
			message = append(message, pg.Field{Name: fields[0], Value: fields[1]})
		}
		begun := make(chan struct{})
		body := &lateBody{until: make(chan struct{}), text: strings.NewReader(pg.EncodeForm(m.Sign("/api/reg2reg", message)))}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			Got100Continue: func() { close(begun) }, // the server reads the body: the call has begun
		}), http.MethodPost, p.URL+"/api/reg2reg", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Expect", "100-continue")
		client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: patience}}
		answered := make(chan error, 1)
		var answer pg.Message
		go func() {
			response, err := client.Do(request)
			if err == nil {
				var text [4096]byte
				n, _ := response.Body.Read(text[:])
				answer, err = pg.ParseXML(text[:n])
				response.Body.Close()
			}
			answered <- err
		}()
		<-begun
		p.signal(t, syscall.SIGTERM)
		eventually(t, func() error {
			connection, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
			if err == nil {
				connection.Close()
				return errors.New("the server still listens")
			}
			return nil
		})
		close(body.until)
		if err := <-answered; err != nil {
			t.Fatalf("the call that had begun was not answered: %v", err)
		}
		expect(t, answer, "pg_status", "ok", "pg_order_id", "last-1")
		p.ended(t)
	})
}

// lateBody is a request body that comes when until is closed.
type lateBody struct {
	until chan struct{}
	text  *strings.Reader
}

func (b *lateBody) Read(p []byte) (int, error) {
	<-b.until
	return b.text.Read(p)
}

// TestASecondStartContinues: what the first server left in process becomes final,
// and what the merchant had not accepted is sent again.
func TestASecondStartContinues(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		flags := []string{"--sandbox-delay", "2s", "--effect-lease", "1s", "--callback-schedule", every(2*time.Second, 60)}
		p := s.start(t, flags...)
		m := demo(t, p)
		slow, quick := m.bind(t, "slow", "5507841999732294"), m.bind(t, "quick", "4671593866478252")
		var open atomic.Bool
		m.web.Reply(func(shop.Received, int) int {
			if open.Load() {
				return http.StatusOK
			}
			return http.StatusServiceUnavailable
		})
		unheard := m.pay(t, "quick-1", "200", "quick", quick).Get("pg_payment_id")
		m.told(t, unheard, 1)
		waiting := m.pay(t, "slow-1", "300", "slow", slow)
		expect(t, waiting, "pg_status", "process")
		p.stop(t)
		if c := callbackOf(t, s, unheard); c.State != "pending" || c.Attempts == 0 || c.LastStatus != http.StatusServiceUnavailable {
			t.Errorf("the refused callback is %s after %d attempts with HTTP %d", c.State, c.Attempts, c.LastStatus)
		}

		open.Store(true)
		m = m.at(s.start(t, flags...))
		if word := m.final(t, "slow-1"); word != "ok" {
			t.Errorf("the payout that was in process is %s", word)
		}
		expect(t, m.told(t, waiting.Get("pg_payment_id"), 1)[0].Message, "pg_status", "ok", "pg_order_id", "slow-1")
		eventually(t, func() error {
			if callbackOf(t, s, unheard).State != "delivered" {
				return errors.New("the refused callback is not delivered")
			}
			return nil
		})
		if balance := m.balance(t); balance != "999999500.00" {
			t.Errorf("the balance is %s", balance)
		}
	})
}

// callbackOf is the one callback of a payment.
func callbackOf(t *testing.T, s *site, payment string) callbackView {
	t.Helper()
	found := tell[[]callbackView](t, s, "callbacks", "list", "--payment", payment)
	if len(found) != 1 {
		t.Fatalf("payment %s has %d callbacks", payment, len(found))
	}
	return found[0]
}

// every is a callback schedule of n attempts, a step apart.
func every(step time.Duration, n int) string {
	times := make([]string, n)
	for i := range times {
		times[i] = (time.Duration(i) * step).String()
	}
	return strings.Join(times, ",")
}
