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
	deals   map[string]*deal // all of the books below, by reference
	credits map[string]*credited
	charges map[string]*charged
	follows map[string]*followed
	flying  []flight // sent, and not there yet
}

func newBank(w *World) *unreliable {
	return &unreliable{
		w: w, deals: map[string]*deal{}, credits: map[string]*credited{}, charges: map[string]*charged{}, follows: map[string]*followed{},
	}
}

// deal is what the bank knows of anything it was sent.
type deal struct {
	code      codes.Code // 0: done
	decidedAt time.Time
	arrivals  int
	authCode  string
}

// credited is a credit as the bank knows it.
type credited struct {
	*deal
	amount money.Amount
}

type flight struct {
	what      string
	reference string
	enter     func(*deal) // puts it into its book, when it is there for the first time
	lands     time.Time
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
	known := b.deals[f.reference]
	if known == nil {
		known = &deal{decidedAt: f.lands}
		if b.w.chance(30) {
			known.code = codes.ContactIssuer
		}
		if b.w.chance(40) {
			known.decidedAt = f.lands.Add(b.w.span(0, 2*time.Minute))
		}
		b.deals[f.reference] = known
		f.enter(known)
	}
	known.arrivals++
	b.w.say("  %s %s is with the bank since %s", f.what, f.reference, f.lands.Format(instant))
}

// answer is what the bank says of something that it may know.
func (b *unreliable) answer(reference string) bank.Answer {
	b.land()
	d := b.deals[reference]
	switch {
	case d == nil:
		return bank.Answer{Outcome: bank.NotFound}
	case b.w.clock.Now().Before(d.decidedAt):
		return bank.Answer{Outcome: bank.Pending}
	case d.code != 0:
		return bank.Answer{Outcome: bank.Declined, Code: d.code}
	}
	return bank.Answer{Outcome: bank.Approved, Reference: "000000000001", AuthCode: d.authCode}
}

// Credit is bank.Bank.
func (b *unreliable) Credit(_ context.Context, c bank.Credit) (bank.Answer, error) {
	return b.send(flight{what: "credit", reference: c.Reference, enter: func(d *deal) {
		b.credits[c.Reference] = &credited{d, c.Money.Amount}
	}})
}

// send lets go what may be lost, or arrive after its caller gave up.
func (b *unreliable) send(f flight) (bank.Answer, error) {
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
		f.lands = sent.Add(there)
		b.flying = append(b.flying, f)
	}
	if answered {
		w.say("  %s %s sent", f.what, f.reference)
		w.sleep(there + w.trip(w.habits.lazy, bank.CallLimit/2))
		return b.answer(f.reference), nil
	}
	patience := w.span(0, bank.CallLimit)
	if w.chance(60) {
		patience = w.span(0, time.Second)
	}
	w.say("  %s %s sent; no answer, and its caller waits for %s", f.what, f.reference, patience)
	w.sleep(patience)
	return bank.Answer{}, errNoAnswer
}

// never is how long something is under way that is lost.
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
	for reference, d := range b.deals {
		if d.arrivals > 1 {
			return fmt.Errorf("the bank got %s %d times", reference, d.arrivals)
		}
	}
	return nil
}
