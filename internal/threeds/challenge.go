package threeds

import (
	"time"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Life is how long the page of a challenge stays open, Tries how many wrong
// codes it takes, Code the right one (R36).
const (
	Life  = 15 * time.Minute
	Grace = time.Minute // after Life, until nobody can be coming back from the page
	Tries = 3
	Code  = "111111"
)

// State of a challenge.
type State string

// The states. All but open are final.
const (
	Open    State = "open"
	Passed  State = "passed"
	Refused State = "refused"
	Expired State = "expired"
)

// Key names a challenge by the payment it is for.
type Key struct {
	MerchantID int64 `db:"merchant_id"`
	PaymentID  int64 `db:"payment_id"`
}

// Challenge is what the issuer asks of a card holder. Origin is what the payment
// is ("binding"), hence which page goes on afterwards.
type Challenge struct {
	Key
	PageHash  string         `db:"page_hash,fixed"`
	State     State          `db:"state"`
	Tries     int64          `db:"tries"`
	CardMask  string         `db:"card_mask,fixed"`
	Amount    money.Amount   `db:"amount,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Language  string         `db:"language,fixed"`
	Origin    string         `db:"origin,fixed"`
	CreatedAt time.Time      `db:"created_at,fixed"`
	ExpiresAt time.Time      `db:"expires_at,fixed"`
}

// Challenges is where challenges are kept.
var Challenges = store.Describe("challenge", func(c *Challenge) Key { return c.Key })

// At is the challenge as it stands at a moment: an open one whose life is over
// has expired.
func (c Challenge) At(now time.Time) Challenge {
	if c.State == Open && !now.Before(c.ExpiresAt) {
		c.State = Expired
	}
	return c
}

// Failure is the code of a payment whose challenge ended so; 0 when it passed
// or is still open.
func (c Challenge) Failure() codes.Code {
	switch c.State {
	case Refused:
		return codes.ThreeDSCodeWrong
	case Expired:
		return codes.ThreeDSCodeNotEntered
	}
	return 0
}

// answered is the challenge after the card holder typed a code or gave up.
func (c Challenge) answered(code string, cancel bool, now time.Time) Challenge {
	if c = c.At(now); c.State != Open {
		return c
	}
	switch {
	case !cancel && code == Code:
		c.State = Passed
	case cancel, code == "000000", c.Tries+1 == Tries:
		c.Tries++
		c.State = Refused
	default:
		c.Tries++
	}
	return c
}
