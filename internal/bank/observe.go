package bank

import (
	"context"
	"time"

	"tolem/internal/card"
)

// Observer is told of every call of a bank, by many goroutines at once.
type Observer func(context.Context, Observation)

// Observation is a call as an observer sees it: without cards, amounts and names.
type Observation struct {
	Call    string        // credit, charge, an Action, inquire, enrolled or verify
	Outcome Outcome       // zero when the call failed, and of enrolled
	Took    time.Duration // it ended just now
	Err     error
}

func (o Outcome) String() string {
	switch o {
	case Approved:
		return "approved"
	case Declined:
		return "declined"
	case Pending:
		return "pending"
	case NotFound:
		return "not_found"
	}
	return "none"
}

// Observed is a bank whose calls an observer is told of.
func Observed(b Bank, observe Observer) Bank { return observed{b, observe} }

type observed struct {
	Bank
	observe Observer
}

// Credit is Bank.
func (o observed) Credit(ctx context.Context, c Credit) (Answer, error) {
	began := time.Now()
	a, err := o.Bank.Credit(ctx, c)
	o.tell(ctx, "credit", began, a.Outcome, err)
	return a, err
}

// Charge is Bank.
func (o observed) Charge(ctx context.Context, c Charge) (Answer, error) {
	began := time.Now()
	a, err := o.Bank.Charge(ctx, c)
	o.tell(ctx, "charge", began, a.Outcome, err)
	return a, err
}

// Follow is Bank.
func (o observed) Follow(ctx context.Context, f Follow) (Answer, error) {
	began := time.Now()
	a, err := o.Bank.Follow(ctx, f)
	o.tell(ctx, string(f.Action), began, a.Outcome, err)
	return a, err
}

// Inquire is Bank.
func (o observed) Inquire(ctx context.Context, reference string) (Answer, error) {
	began := time.Now()
	a, err := o.Bank.Inquire(ctx, reference)
	o.tell(ctx, "inquire", began, a.Outcome, err)
	return a, err
}

// Enrolled is Bank.
func (o observed) Enrolled(ctx context.Context, pan card.PAN) (bool, error) {
	began := time.Now()
	enrolled, err := o.Bank.Enrolled(ctx, pan)
	o.tell(ctx, "enrolled", began, 0, err)
	return enrolled, err
}

// Verify is Bank.
func (o observed) Verify(ctx context.Context, v Verification) (Answer, error) {
	began := time.Now()
	a, err := o.Bank.Verify(ctx, v)
	o.tell(ctx, "verify", began, a.Outcome, err)
	return a, err
}

func (o observed) tell(ctx context.Context, call string, began time.Time, outcome Outcome, err error) {
	if err != nil {
		outcome = 0
	}
	o.observe(ctx, Observation{call, outcome, time.Since(began), err})
}
