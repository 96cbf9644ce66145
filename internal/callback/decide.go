package callback

import (
	"cmp"
	"net/http"
	"time"

	"tolem/internal/engine"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// Kind is the kind of effect that delivers a callback.
const Kind = "callback"

// Notice is a message to a merchant about a payment. ID comes from the sequence
// of callbacks. A notice without a URL is not sent.
type Notice struct {
	MerchantID, ID, PaymentID int64
	Event                     string
	URL                       string
	Secret                    merchant.Purpose
	Form                      Form
	Method                    string     // "" is POST
	Message                   pg.Message // flat, without salt and signature
}

// Enqueue adds the callback and its delivery to the transaction.
func Enqueue(s *store.Set, n Notice, now time.Time) {
	if n.URL == "" {
		return
	}
	row := n.row(now)
	Rows.Insert(s, row)
	engine.Hand(s, row.effect(), now, letter{row, n.Message, true})
}

func (n Notice) row(now time.Time) Row {
	return Row{
		Key: Key{n.MerchantID, n.ID}, PaymentID: n.PaymentID, Event: n.Event, URL: n.URL, Secret: n.Secret,
		Form: n.Form, Method: cmp.Or(n.Method, http.MethodPost), Message: encode(n.Message), CreatedAt: now,
	}
}

// Schedule is when attempts are made, counted from the first: 0, 30m, 60m, ...
// An attempt that comes late moves those after it: our own outage costs the
// merchant none.
type Schedule []time.Duration

// pause is the time between an attempt and the one after it, if there is one.
func (s Schedule) pause(attempts int64) (time.Duration, bool) {
	if attempts >= int64(len(s)) {
		return 0, false
	}
	return s[attempts] - s[attempts-1], true
}

// effect is the delivery of a callback.
func (k Key) effect() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: Kind, Subject: k.CallbackID}
}

// record is the operation that follows an attempt.
type record struct {
	key      Key
	schedule Schedule
	attempt  Attempt // its number is given by Decide
	first    bool    // probably no attempt was made before
}

func (o *record) Want(s *store.Set) {
	if o.first {
		last.WantNone(s, o.key)
	} else {
		last.Want(s, o.key)
	}
}

// Decide: HTTP 200 ends delivery, anything else waits for the next time of the
// schedule; after the last one the callback has failed (R39). What was accepted
// once, by another attempt, is not begun anew.
func (o *record) Decide(s *store.Set, now time.Time) {
	before, _ := last.Get(s, o.key)
	attempt := o.attempt
	attempt.AttemptKey = AttemptKey{o.key.MerchantID, o.key.CallbackID, before.Attempt + 1}
	attempt.Done = attempt.Done || before.Done
	Attempts.Insert(s, attempt)
	if pause, more := o.schedule.pause(attempt.Attempt); more && !attempt.Done {
		engine.Schedule(s, o.key.effect(), attempt.SentAt.Add(pause), now)
	} else {
		engine.Finish(s, o.key.effect())
	}
}

// Again asks for one more attempt at once, by hand. Done reports false when
// there is no such callback.
type Again struct {
	Key  Key
	Done bool
}

// Want is engine.Operation.
func (o *Again) Want(s *store.Set) { Rows.Want(s, o.Key) }

// Decide is engine.Operation.
func (o *Again) Decide(s *store.Set, now time.Time) {
	if _, o.Done = Rows.Get(s, o.Key); o.Done {
		engine.Schedule(s, o.Key.effect(), now, now)
	}
}
