package purchase

import (
	"time"

	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// ExpireKind is the kind of effect that closes what the payer did not finish in time.
const ExpireKind = "purchase.expire"

func (k Key) expiry() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: ExpireKind, Subject: k.PaymentID}
}

// noticer books the Result notify of a purchase that has an outcome.
type noticer func(s *store.Set, r Row, callback int64, now time.Time)

// lapse is the operation of the timer.
type lapse struct {
	key      Key
	callback int64
	notice   noticer
}

func (o *lapse) Merchant() int64 { return o.key.MerchantID }

func (o *lapse) Want(s *store.Set) { Rows.Want(s, o.key) }

func (o *lapse) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	switch {
	case !ok || row.State != Created && row.State != Challenged:
		engine.Finish(s, o.key.expiry())
	case now.Before(row.ExpiresAt):
		engine.Schedule(s, o.key.expiry(), row.ExpiresAt, now)
	case row.State == Challenged:
		row.end(s, Declined, codes.ThreeDSCodeNotEntered, now)
		o.notice(s, row, o.callback, now)
	default:
		row.end(s, Expired, codes.LifetimeOver, now)
		o.notice(s, row, o.callback, now)
	}
}

// end takes a purchase that was never sent to a state in which it was not paid.
func (r *Row) end(s *store.Set, to State, code codes.Code, now time.Time) {
	r.State, r.ErrorCode, r.FinishedAt, r.PendingCard = to, code, now, nil
	engine.Finish(s, r.expiry())
	Rows.Update(s, *r)
}

// abandon is the payer's cancel, and with a failure of 3-D Secure its decline.
type abandon struct {
	key      Key
	code     codes.Code // of the failed 3-D Secure, 0 when the payer gave up
	callback int64
	notice   noticer
	result   Row
}

func (o *abandon) Merchant() int64 { return o.key.MerchantID }

func (o *abandon) Want(s *store.Set) { Rows.Want(s, o.key) }

func (o *abandon) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	switch {
	case ok && row.State == Challenged && o.code != 0:
		row.end(s, Declined, o.code, now)
		o.notice(s, row, o.callback, now)
	case ok && row.Open(now) && o.code == 0:
		row.end(s, Cancelled, codes.PaymentCancelled, now)
		o.notice(s, row, o.callback, now)
	}
	o.result = row
}

// shorten makes a lifetime end earlier, never later (2.15).
type shorten struct {
	key    Key
	until  time.Time
	result Row
}

func (o *shorten) Merchant() int64 { return o.key.MerchantID }

func (o *shorten) Want(s *store.Set) { Rows.Want(s, o.key) }

func (o *shorten) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	if ok && row.Open(now) && o.until.Before(row.ExpiresAt) {
		row.ExpiresAt = o.until
		engine.Schedule(s, row.expiry(), row.ExpiresAt, now)
		Rows.Update(s, row)
	}
	o.result = row
}

// choose fixes an amount that was the payer's to choose. It says no to one that is
// out of bounds.
type choose struct {
	key    Key
	amount money.Amount
	result Row
	done   bool
}

func (o *choose) Merchant() int64 { return o.key.MerchantID }

func (o *choose) Want(s *store.Set) { Rows.Want(s, o.key) }

func (o *choose) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	terms := row.Terms()
	if o.done = ok && row.Open(now) && row.Amount == 0 && o.amount > 0 && o.amount >= terms.Least && o.amount <= terms.Most; o.done {
		row.Amount = o.amount
		Rows.Update(s, row)
	}
	o.result = row
}
