package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

var errNoAnswer = errors.New("the bank did not answer")

// unreliable is a bank that keeps its books right and its connections badly.
type unreliable struct {
	w       *World
	credits map[string]*credited
	flying  []flight // sent, and not there yet
}

// credited is a credit as the bank knows it.
type credited struct {
	amount    money.Amount
	code      codes.Code // 0: paid
	decidedAt time.Time
	arrivals  int
}

type flight struct {
	credit bank.Credit
	lands  time.Time
}

// land lets arrive what was late.
func (b *unreliable) land() {
	var still []flight
	for _, f := range b.flying {
		if f.lands.After(b.w.clock.Now()) {
			still = append(still, f)
			continue
		}
		b.arrive(f)
	}
	b.flying = still
}

func (b *unreliable) arrive(f flight) {
	reference := f.credit.Reference
	known := b.credits[reference]
	if known == nil {
		known = &credited{amount: f.credit.Money.Amount, decidedAt: f.lands}
		if b.w.chance(30) {
			known.code = codes.ContactIssuer
		}
		if b.w.chance(40) {
			known.decidedAt = f.lands.Add(b.w.span(0, 2*time.Minute))
		}
		b.credits[reference] = known
	}
	known.arrivals++
	b.w.say("  credit %s is with the bank since %s", reference, f.lands.Format(instant))
}

// answer is what the bank says of a credit that it may know.
func (b *unreliable) answer(reference string) bank.Answer {
	b.land()
	switch c := b.credits[reference]; {
	case c == nil:
		return bank.Answer{Outcome: bank.NotFound}
	case b.w.clock.Now().Before(c.decidedAt):
		return bank.Answer{Outcome: bank.Pending}
	case c.code != 0:
		return bank.Answer{Outcome: bank.Declined, Code: c.code}
	}
	return bank.Answer{Outcome: bank.Approved, Reference: "000000000001"}
}

// Credit is bank.Bank. The credit may be lost, or arrive after its caller gave up.
func (b *unreliable) Credit(_ context.Context, c bank.Credit) (bank.Answer, error) {
	w := b.w
	b.hang()
	sent := w.clock.Now()
	there := w.trip(w.habits.lazy, bank.CallLimit/2)
	answered := !w.fault(w.habits.mute)
	switch {
	case w.fault(w.habits.lost):
		there, answered = never, false
	case w.fault(w.habits.late):
		there, answered = max(w.span(0, bank.CallLimit), w.span(0, bank.CallLimit)), false
	}
	if there != never {
		b.flying = append(b.flying, flight{c, sent.Add(there)})
	}
	if answered {
		w.say("  credit %s sent", c.Reference)
		w.sleep(there + w.trip(w.habits.lazy, bank.CallLimit/2))
		return b.answer(c.Reference), nil
	}
	patience := w.span(0, bank.CallLimit)
	if w.chance(60) {
		patience = w.span(0, time.Second)
	}
	w.say("  credit %s sent; no answer, and its caller waits for %s", c.Reference, patience)
	w.sleep(patience)
	return bank.Answer{}, errNoAnswer
}

// never is how long a credit is under way that is lost.
const never = time.Duration(math.MaxInt64)

// hang stops the whole process just before a call, for less than its lease, so
// that the call begins later than it was decided. What then comes of the call must
// be committed: a payout is promised to reach the bank once unless its process
// hangs and dies, or loses its database, in the same call.
func (b *unreliable) hang() {
	if w := b.w; w.fault(w.habits.hang) {
		d := w.span(3*time.Second, 9*time.Second)
		w.say("  the process hangs for %s", d)
		w.clock.Advance(d)
		w.running.hung = true
	}
}

// Inquire is bank.Bank. Its answer is of the moment when the question was there.
func (b *unreliable) Inquire(_ context.Context, reference string) (bank.Answer, error) {
	w := b.w
	w.sleep(w.trip(w.habits.lazy, bank.CallLimit/2))
	answer := b.answer(reference)
	w.say("  inquiry %s: outcome %d", reference, answer.Outcome)
	w.sleep(w.trip(w.habits.lazy, bank.CallLimit/2))
	if w.fault(w.habits.mute) {
		w.say("  answer to inquiry %s lost", reference)
		return bank.Answer{}, errNoAnswer
	}
	return answer, nil
}

// Enrolled is bank.Bank.
func (*unreliable) Enrolled(context.Context, card.PAN) (bool, error) { return false, nil }

// Verify is bank.Bank.
func (*unreliable) Verify(context.Context, bank.Verification) (bank.Answer, error) {
	return bank.Answer{Outcome: bank.Approved}, nil
}

// Issuer is bank.Bank.
func (*unreliable) Issuer(card.PAN) bank.Issuer { return bank.Issuer{} }

// check: nothing may reach the bank twice.
func (b *unreliable) check() error {
	for reference, c := range b.credits {
		if c.arrivals > 1 {
			return fmt.Errorf("the bank got %s %d times", reference, c.arrivals)
		}
	}
	return nil
}
