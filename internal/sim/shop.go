package sim

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"tolem/internal/outbound"
	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// sink is the merchant's server: it answers badly, and remembers what it was told.
// What is told is named by the last part of its address and its numbers.
type sink struct {
	w      *World
	client *shop.Client
	told   map[string]string // what the callbacks of each name say, see content
	tries  map[string]int    // how often it was called with each
	took   map[string]bool   // and whether it said that it took one

	moods    map[string]mood // what it thinks of each purchase
	bound    map[string]bool // the purchases it was told of when it could not say no
	rejected map[string]bool // those to which it said no, signed, when it could
	profiles []int64         // that it may charge
}

func newSink(w *World, client *shop.Client) *sink {
	return &sink{
		w: w, client: client, told: map[string]string{}, tries: map[string]int{}, took: map[string]bool{},
		moods: map[string]mood{}, bound: map[string]bool{}, rejected: map[string]bool{},
	}
}

// Post is callback.Caller.
func (s *sink) Post(_ context.Context, target, _ string, body []byte) (outbound.Answer, error) {
	w := s.w
	u, err := url.Parse(target)
	if err != nil {
		return outbound.Answer{}, err
	}
	received, err := s.client.ReadCallback(u, string(body))
	if err != nil {
		w.fail("%v", err)
	}
	event := path.Base(received.Path)
	name := strings.TrimSpace(strings.Join([]string{event, received.Message.Get("pg_payment_id"), received.Message.Get("pg_refund_id")}, " "))
	if event != "check" {
		s.note(name, content(received.Message))
	}
	if event == "result" {
		s.hear(received)
	}
	w.sleep(w.trip(w.habits.deaf, 5*time.Second))
	if w.fault(w.habits.deaf) {
		return outbound.Answer{}, outbound.ErrTimeout
	}
	if w.fault(w.habits.deaf) {
		return outbound.Answer{Status: 500}, nil
	}
	s.took[name] = true
	answer := outbound.Answer{Status: 200, Body: s.opinion(event, received)}
	w.sleep(w.trip(w.habits.deaf, 5*time.Second))
	return answer, nil
}

// note: what is told once is told the same way ever after.
func (s *sink) note(name, says string) {
	if before, ok := s.told[name]; ok && before != says {
		s.w.fail("%s says %q, then %q", name, before, says)
	}
	s.told[name] = says
	s.tries[name]++
}

// content is what a callback says, apart from what each attempt has of its own.
func content(m pg.Message) string {
	var fields []string
	for _, f := range m.Without("pg_salt").Without("pg_sig").Without("pg_can_reject") {
		fields = append(fields, f.Name+"="+f.Value)
	}
	slices.Sort(fields)
	return strings.Join(fields, " ")
}

// Get is callback.Caller: no callback here asks for it.
func (s *sink) Get(_ context.Context, target string) (outbound.Answer, error) {
	s.w.fail("GET %s", target)
	return outbound.Answer{}, outbound.ErrTimeout
}
