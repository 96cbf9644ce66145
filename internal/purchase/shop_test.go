package purchase_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
)

// shop is the merchant's web server. It takes what is signed, and answers as told.
type shop struct {
	*httptest.Server
	secret string

	mu       sync.Mutex
	heard    []heard
	answers  map[string]http.HandlerFunc // by the last segment of the path
	unsigned int
}

// heard is a message that came to a script.
type heard struct {
	script, method string
	form           string // "pg_xml" when it came so
	message        pg.Message
}

func newShop(t *testing.T, m *merchant.Merchant) *shop {
	s := &shop{secret: m.Signing(merchant.Purchase).Reveal(), answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP is http.Handler.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	script := pg.Script(r.URL.EscapedPath())
	h := heard{script: script, method: r.Method}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if strings.Contains(string(body)+r.URL.RawQuery, "pg_xml=") {
		h.form = "pg_xml"
	}
	m, err := pg.Decode(r)
	h.message = m
	s.mu.Lock()
	if err != nil || !pg.Verify(script, m, s.secret) {
		s.unsigned++
	}
	s.heard = append(s.heard, h)
	answer := s.answers[script]
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	s.says("ok")(w, r)
}

// on sets what a script answers from now on.
func (s *shop) on(script string, answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[script] = answer
}

// says is a signed answer.
func (s *shop) says(status string) http.HandlerFunc { return s.signs(status, s.secret) }

func (s *shop) signs(status, secret string, more ...pg.Field) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := append(pg.Message{{Name: "pg_status", Value: status}, {Name: "pg_description", Value: "Out\nof stock"}}, more...)
		if secret != "" {
			m = pg.Seal(pg.Script(r.URL.EscapedPath()), m, secret, pg.NewSalt())
		}
		_, _ = w.Write(pg.EncodeXML("response", m))
	}
}

// of are the messages that came to a script about a payment.
func (s *shop) of(script, payment string) (found []heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.heard {
		if h.script == script && h.message.Get("pg_payment_id") == payment {
			found = append(found, h)
		}
	}
	return found
}

// wait is of once there are n.
func (s *shop) wait(t *testing.T, script, payment string, n int) []heard {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		found := s.of(script, payment)
		if len(found) >= n {
			return found
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages to %s, want %d", len(found), script, n)
		}
	}
}
