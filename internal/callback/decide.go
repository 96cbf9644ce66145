package callback

import (
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
	Message                   pg.Message // flat, without salt and signature
}

// Enqueue adds the callback and its delivery to the transaction.
func Enqueue(s *store.Set, n Notice, now time.Time) {
	if n.URL == "" {
		return
	}
	Rows.Insert(s, Row{
		Key: Key{n.MerchantID, n.ID}, PaymentID: n.PaymentID, Event: n.Event, URL: n.URL, Secret: n.Secret,
		Form: n.Form, Message: encode(n.Message), State: Pending, CreatedAt: now,
	})
	engine.Schedule(s, engine.EffectKey{MerchantID: n.MerchantID, Kind: Kind, Subject: n.ID}, now, now)
}

// Schedule is when attempts are made, counted from the first: 0, 30m, 60m, ...
type Schedule []time.Duration

// record is the operation that follows an attempt.
type record struct {
	key       Key
	schedule  Schedule
	attempt   Attempt // its number is given by Decide
	delivered bool
}

func (o *record) effect() engine.EffectKey {
	return engine.EffectKey{MerchantID: o.key.MerchantID, Kind: Kind, Subject: o.key.CallbackID}
}

func (o *record) Want(s *store.Set) {
	Rows.Want(s, o.key)
	engine.Effects.Want(s, o.effect())
}

// Decide: HTTP 200 ends delivery, anything else waits for the next time of the
// schedule; after the last one the callback has failed (R39).
func (o *record) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	if !ok {
		engine.Finish(s, o.effect())
		return
	}
	row.Attempts++
	if row.Attempts == 1 {
		row.StartedAt = o.attempt.SentAt
	}
	row.LastStatus, row.LastAnswer = o.attempt.Status, o.attempt.Answer
	attempt := o.attempt
	attempt.AttemptKey = AttemptKey{o.key.MerchantID, o.key.CallbackID, row.Attempts}
	Attempts.Insert(s, attempt)
	switch {
	case o.delivered:
		row.State = Delivered
	case row.Attempts < int64(len(o.schedule)):
		Rows.Update(s, row)
		due := row.StartedAt.Add(o.schedule[row.Attempts])
		engine.Schedule(s, o.effect(), due, now)
		return
	case row.State != Delivered:
		row.State = Failed
	}
	Rows.Update(s, row)
	engine.Finish(s, o.effect())
}

// Again asks for one more attempt at once, by hand. Done reports false when
// there is no such callback.
type Again struct {
	Key  Key
	Done bool
}

func (o *Again) effect() engine.EffectKey {
	return engine.EffectKey{MerchantID: o.Key.MerchantID, Kind: Kind, Subject: o.Key.CallbackID}
}

// Want is engine.Operation.
func (o *Again) Want(s *store.Set) {
	Rows.Want(s, o.Key)
	engine.Effects.Want(s, o.effect())
}

// Decide is engine.Operation.
func (o *Again) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.Key)
	if o.Done = ok; !ok {
		return
	}
	row.State = Pending
	Rows.Update(s, row)
	engine.Schedule(s, o.effect(), now, now)
}
