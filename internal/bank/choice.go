package bank

import (
	"context"

	"tolem/internal/card"
	"tolem/internal/protocol/codes"
)

// Banks are the connections of an installation. Test payments go to Test, real
// ones to Live; an installation without Live declines them.
type Banks struct {
	Test, Live Bank
}

// For is the bank of a payment that is a test or is not.
func (b Banks) For(test bool) Bank {
	switch {
	case test:
		return b.Test
	case b.Live != nil:
		return b.Live
	}
	return disconnected{}
}

// disconnected declines everything: nothing was ever sent anywhere.
type disconnected struct{}

var declined = Answer{Outcome: Declined, Code: codes.TryLater}

func (disconnected) Credit(context.Context, Credit) (Answer, error) { return declined, nil }

func (disconnected) Charge(context.Context, Charge) (Answer, error) { return declined, nil }

func (disconnected) Follow(context.Context, Follow) (Answer, error) { return declined, nil }

func (disconnected) Inquire(context.Context, string) (Answer, error) {
	return Answer{Outcome: NotFound}, nil
}

func (disconnected) Enrolled(context.Context, card.PAN) (bool, error) { return false, nil }

func (disconnected) Verify(context.Context, Verification) (Answer, error) { return declined, nil }

func (disconnected) Issuer(card.PAN) Issuer { return Issuer{} }
