package payout

import (
	"time"

	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// ExpireKind is the kind of effect that closes a payout page whose time is over.
const ExpireKind = "payout.expire"

func (k Key) expiry() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: ExpireKind, Subject: k.PaymentID}
}

// submit takes the card that was typed on the page of a payout. Only the first
// one counts: one submission is one attempt at the bank (spec 02, B.3).
type submit struct {
	seen     Row // as read before: what is fixed of it
	sealed   []byte
	mask     string
	callback int64
	notice   noticer
	result   Row
}

func (o *submit) Want(s *store.Set) {
	o.seen.wantBooks(s)
	Rows.Want(s, o.seen.Key)
}

func (o *submit) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.seen.Key)
	if o.result = row; !ok || !row.PageOpen() {
		return
	}
	if row.Late(now) {
		o.result = expire(s, row, o.callback, o.notice, now)
		return
	}
	row.Destination, row.CardMask = o.sealed, o.mask
	if row.reserve(s, now) {
		engine.Hand(s, row.sending(), now, parcel{row: row})
	} else {
		row.State, row.ErrorCode, row.FinishedAt, row.Destination = Failed, codes.PayoutBalanceTooLow, now, nil
		o.notice(s, row, o.callback, now)
	}
	engine.Finish(s, row.expiry())
	Rows.Update(s, row)
	o.result = row
}

// PageOpen tells whether the payout still waits for its card to be typed.
func (r Row) PageOpen() bool {
	return r.Route == ToPage && r.State == Created && len(r.Destination) == 0
}

// expire closes a page that nobody submitted in time. Nothing was reserved.
func expire(s *store.Set, row Row, callback int64, notice noticer, now time.Time) Row {
	row.State, row.ErrorCode, row.FinishedAt = Expired, codes.LifetimeOver, now
	row.Balance = ledger.Read(s, row.account(ledger.Payout)).Available()
	engine.Finish(s, row.expiry())
	Rows.Update(s, row)
	notice(s, row, callback, now)
	return row
}

// lapse is the operation of the timer.
type lapse struct {
	seen     Row
	callback int64
	notice   noticer
}

func (o *lapse) Want(s *store.Set) {
	o.seen.wantBooks(s)
	Rows.Want(s, o.seen.Key)
}

func (o *lapse) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.seen.Key)
	switch {
	case !ok || !row.PageOpen():
		engine.Finish(s, o.seen.expiry())
	case row.Late(now):
		expire(s, row, o.callback, o.notice, now)
	default:
		engine.Schedule(s, row.expiry(), row.SendBefore.Add(time.Microsecond), now)
	}
}
