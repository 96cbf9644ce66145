package sim

import (
	"context"
	"errors"
	"fmt"
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
	now := b.w.clock.Now()
	var still []flight
	for _, f := range b.flying {
		if f.lands.After(now) {
			still = append(still, f)
			continue
		}
		b.arrive(f.credit)
	}
	b.flying = still
}

func (b *unreliable) arrive(c bank.Credit) *credited {
	known := b.credits[c.Reference]
	if known == nil {
		known = &credited{amount: c.Money.Amount, decidedAt: b.w.clock.Now()}
		if b.w.chance(30) {
			known.code = codes.ContactIssuer
		}
		if b.w.chance(40) {
			known.decidedAt = known.decidedAt.Add(time.Duration(b.w.number(120)) * time.Second)
		}
		b.credits[c.Reference] = known
	}
	known.arrivals++
	return known
}

func (b *unreliable) answer(c *credited) bank.Answer {
	switch {
	case b.w.clock.Now().Before(c.decidedAt):
		return bank.Answer{Outcome: bank.Pending}
	case c.code != 0:
		return bank.Answer{Outcome: bank.Declined, Code: c.code}
	}
	return bank.Answer{Outcome: bank.Approved, Reference: "000000000001"}
}

// Credit is bank.Bank.
func (b *unreliable) Credit(_ context.Context, c bank.Credit) (bank.Answer, error) {
	b.land()
	switch {
	case b.w.fault(12):
		b.w.say("  credit %s lost on its way", c.Reference)
		return bank.Answer{}, errNoAnswer
	case b.w.fault(20):
		b.w.say("  credit %s late", c.Reference)
		delay := time.Duration(b.w.number(int(bank.CallLimit/time.Millisecond))) * time.Millisecond
		b.flying = append(b.flying, flight{c, b.w.clock.Now().Add(delay)})
		if b.w.fault(30) {
			b.w.crash("with a credit on its way")
		}
		return bank.Answer{}, errNoAnswer
	}
	known := b.arrive(c)
	switch {
	case b.w.fault(10):
		b.w.say("  answer to credit %s lost", c.Reference)
		return bank.Answer{}, errNoAnswer
	case b.w.fault(3):
		b.w.crash("with the bank's answer in hand")
	}
	return b.answer(known), nil
}

// Inquire is bank.Bank.
func (b *unreliable) Inquire(_ context.Context, reference string) (bank.Answer, error) {
	b.land()
	if b.w.fault(10) {
		return bank.Answer{}, errNoAnswer
	}
	known := b.credits[reference]
	if known == nil {
		return bank.Answer{Outcome: bank.NotFound}, nil
	}
	return b.answer(known), nil
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
