package purchase

import (
	"fmt"
	"strconv"
	"time"

	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// ProfileKey names a profile.
type ProfileKey struct {
	MerchantID int64 `db:"merchant_id"`
	ProfileID  int64 `db:"profile_id"`
}

// Profile lets a merchant charge a card again without its payer (2.6). PaymentID
// is the purchase that made it, Amount what that one cost. Sealed is the card
// without its CVC.
type Profile struct {
	ProfileKey
	PaymentID int64          `db:"payment_id,fixed"`
	Test      bool           `db:"test,fixed"`
	Amount    money.Amount   `db:"amount,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Sealed    []byte         `db:"sealed"`
	ShownText string         `db:"shown,fixed"`
	CreatedAt time.Time      `db:"created_at,fixed"`
	ExpiresAt time.Time      `db:"expires_at,fixed"`
}

// Profiles is where profiles are kept.
var Profiles = store.Describe("purchase_profile", func(p *Profile) ProfileKey { return p.ProfileKey })

// associated ties a sealed card to its profile.
func (k ProfileKey) associated() []byte {
	return fmt.Appendf(nil, "profile/%d/%d", k.MerchantID, k.ProfileID)
}

// recur begins to charge a profile, or finds the charge that the same call began
// before. The amount is the profile's unless the row has one.
type recur struct {
	call   idempotency.Call
	row    Row
	near   string
	parcel parcel

	repeats int64
	refusal *codes.Refusal
	result  Row
}

func (o *recur) Merchant() int64 { return o.row.MerchantID }

func (o *recur) profile() ProfileKey { return ProfileKey{o.row.MerchantID, o.row.ProfileID} }

func (o *recur) Want(s *store.Set) {
	o.row.wantBooks(s) // no money moves yet, but no other node takes the same message now
	o.call.Want(s)
	Profiles.Want(s, o.profile())
	for _, message := range o.messages() {
		byMessage.Want(s, message)
	}
}

func (o *recur) messages() []digest { return digests(o.row.MerchantID, o.row.Message, o.near) }

func (o *recur) Decide(s *store.Set, now time.Time) {
	o.repeats, o.refusal = 0, nil
	switch verdict, subject := o.call.Check(s, now); verdict {
	case idempotency.Conflict:
		o.refusal = codes.Invalid("pg_idempotency_key", codes.KeyConflict)
		return
	case idempotency.Repeat:
		o.repeats, _ = strconv.ParseInt(subject, 10, 64)
		return
	}
	for _, message := range o.messages() {
		if same, ok := byMessage.Get(s, message); ok && now.Sub(same.CreatedAt) < idempotency.Window {
			o.repeats = same.PaymentID
			return
		}
	}
	profile, ok := Profiles.Get(s, o.profile())
	switch {
	case !ok || profile.Test != o.row.Test:
		o.refusal = &codes.Refusal{Code: codes.PaymentNotFound, Field: "pg_recurring_profile"}
		return
	case !now.Before(profile.ExpiresAt):
		o.refusal = &codes.Refusal{Code: codes.RecurringClosed, Field: "pg_recurring_profile"}
		return
	}
	row := o.row
	row.State, row.CreatedAt, row.SentAt, row.ShownText, row.Method = Sent, now, now, profile.ShownText, Bankcard
	row.Fee = row.fee(row.Amount)
	o.parcel.row = row
	engine.Hand(s, row.charging(), now, o.parcel)
	Rows.Insert(s, row)
	o.call.Remember(s, strconv.FormatInt(row.PaymentID, 10), now)
	o.result = row
}
