package cardtoken

import (
	"context"
	"time"

	"tolem/internal/card"
	"tolem/internal/ids"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// BindingState is how far a binding got.
type BindingState string

// The states. Approved and failed are final.
const (
	Waiting     BindingState = "init"      // for the person to type the card
	Challenging BindingState = "challenge" // for the person to pass 3-D Secure
	Bound       BindingState = "approved"
	Failed      BindingState = "error"
)

// BindingKey names a binding by its payment number.
type BindingKey struct {
	MerchantID int64 `db:"merchant_id"`
	PaymentID  int64 `db:"payment_id"`
}

// Binding is a session in which a card is saved. PendingCard is the sealed card
// while 3-D Secure is under way, empty before and after; a CVC is never in it.
type Binding struct {
	BindingKey
	Purpose     Purpose      `db:"purpose,fixed"`
	Test        bool         `db:"test,fixed"`
	State       BindingState `db:"state"`
	UserID      string       `db:"user_id,fixed"`
	OrderID     string       `db:"order_id,fixed"`
	BackLink    string       `db:"back_link,fixed"`
	PostLink    string       `db:"post_link,fixed"`
	SuccessURL  string       `db:"success_url,fixed"`
	FailureURL  string       `db:"failure_url,fixed"`
	Language    string       `db:"language,fixed"`
	Framed      bool         `db:"framed,fixed"`
	PageHash    string       `db:"page_hash,fixed"`
	Token       string       `db:"token"`
	ErrorCode   codes.Code   `db:"error_code"`
	PendingCard []byte       `db:"pending_card"`
	CreatedAt   time.Time    `db:"created_at,fixed"`
	ExpiresAt   time.Time    `db:"expires_at,fixed"`
	FinishedAt  time.Time    `db:"finished_at"`
}

// Bindings is where bindings are kept.
var Bindings = store.Describe("binding", func(b *Binding) BindingKey { return b.BindingKey })

// Final tells whether nothing can change any more.
func (b Binding) Final() bool { return b.State == Bound || b.State == Failed }

// Return is where the person's browser goes in the end.
func (b Binding) Return() string {
	switch {
	case b.State == Bound && b.SuccessURL != "":
		return b.SuccessURL
	case b.State == Failed && b.FailureURL != "":
		return b.FailureURL
	}
	return b.BackLink
}

// byPage reads the binding that a page key opens.
func byPage(ctx context.Context, tx *store.Tx, merchant int64, pageKey string) (Binding, bool, error) {
	found, err := Bindings.Select(ctx, tx, "WHERE merchant_id = $1 AND page_hash = $2", merchant, ids.PageHash(pageKey))
	if err != nil || len(found) == 0 {
		return Binding{}, false, err
	}
	return found[0], true, nil
}

// Card is what a person typed: number and holder, and for purchases the expiry
// date. The security code travels apart from it and is never stored.
type Card struct {
	PAN    card.PAN
	Holder string
	Expiry card.Expiry // zero for a payout card
	CVC    card.CVC    // zero for a payout card
}
