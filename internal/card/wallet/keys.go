package wallet

import (
	"context"
	"time"

	"tolem/internal/card"
	"tolem/internal/protocol/codes"
)

// Card is what is in a token. Holder is often empty.
type Card struct {
	PAN    card.PAN
	Expiry card.Expiry
	Holder string
}

// Keys open tokens. An error is trouble of ours; a refusal names what is wrong with
// the token, or that there is no key for it (9992).
type Keys interface {
	Open(ctx context.Context, t Token, now time.Time) (Card, *codes.Refusal, error)
}

// Rings are the keys of an installation. Tokens of test payments need none; an
// installation without Live refuses those of real ones.
type Rings struct {
	Live Keys
}

// For are the keys for a payment that is a test or is not.
func (r Rings) For(test bool) Keys {
	switch {
	case test:
		return specimens{}
	case r.Live != nil:
		return r.Live
	}
	return none{}
}

// none opens nothing.
type none struct{}

func (none) Open(context.Context, Token, time.Time) (Card, *codes.Refusal, error) {
	return Card{}, noKeys(), nil
}

func noKeys() *codes.Refusal {
	return &codes.Refusal{Code: codes.MethodNotActivated, Reason: codes.NoWalletKeys}
}
