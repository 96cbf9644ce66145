package payout

import (
	"time"

	"tolem/internal/bank"
	"tolem/internal/engine"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// SendKind is the kind of effect that deals with the bank.
const SendKind = "payout.send"

func (k Key) sending() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: SendKind, Subject: k.PaymentID}
}

// Times of a dealing with the bank.
const (
	// inquireFirst to inquireLast is the pause before the bank is asked again: it
	// grows with the age of the payout.
	inquireFirst = time.Second
	inquireLast  = 5 * time.Minute
)

// moment is how long after the decision to send a payout it may still be sent: the
// process may have been held up in between.
const moment = 2 * time.Second

// silence is how long after the last possible sending a bank that is asked must
// know nothing of a payout to be believed.
const silence = moment + bank.CallLimit

// question is what the bank was asked when it answered.
type question int

const (
	nothing  question = iota // nobody has called it yet: that it knows nothing is certain
	toPay                    // to pay, just now
	whatIsIt                 // what became of the payout
)

// settle takes what the bank said, or that it said nothing, to its end: the
// payout's state, the books, the notify and what to do next.
type settle struct {
	seen     Row
	answer   bank.Answer // zero when the call failed and the outcome is unknown
	asked    question
	at       time.Time // when it was asked: the answer may have been long on its way
	callback int64
	notice   noticer
	done     func(*settle)

	result       Row
	send         bool // the bank does not have it: it is to be sent now
	contradicted bool // the bank has paid what ended otherwise
}

func (o *settle) Want(s *store.Set) {
	o.seen.wantBooks(s)
	Rows.Want(s, o.seen.Key)
}

func (o *settle) Decide(s *store.Set, now time.Time) {
	o.send = false
	row, ok := Rows.Get(s, o.seen.Key)
	o.contradicted = ok && o.answer.Outcome == bank.Approved && (row.State == Failed || row.State == Expired)
	if !ok || row.State.Final() {
		engine.Finish(s, o.seen.sending())
		o.result = row
		return
	}
	if o.answer.Reference != "" {
		row.BankReference = o.answer.Reference
	}
	switch o.answer.Outcome {
	case bank.Approved:
		row.settle(s, now)
		o.end(s, &row, Success, 0, now)
	case bank.Declined:
		row.release(s, now)
		o.end(s, &row, Failed, o.answer.Code, now)
	case bank.NotFound:
		switch {
		case o.asked == nothing && !row.SentAt.IsZero():
			o.wait(s, &row, 0, now) // another node has dealt with it since
		case o.asked != nothing && (row.SentAt.IsZero() || o.at.Sub(row.SentAt) < silence):
			o.wait(s, &row, silence, now) // a call may still be on its way
		case row.Late(now):
			row.release(s, now)
			o.end(s, &row, Expired, codes.LifetimeOver, now)
		default:
			o.send, row.SentAt, row.State = true, now, Process
		}
	default:
		o.wait(s, &row, o.answer.AskAgain, now)
	}
	Rows.Update(s, row)
	o.result = row
}

func (o *settle) end(s *store.Set, row *Row, state State, code codes.Code, now time.Time) {
	row.State, row.ErrorCode, row.FinishedAt = state, code, now
	if row.Route == ToPage {
		row.Destination = nil // a typed card is kept no longer than it is needed
	}
	engine.Finish(s, row.sending())
	o.notice(s, *row, o.callback, now)
}

// wait leaves the payout with the bank and plans to ask again: when it advised
// to, else after a pause that grows with the time since the payout was sent.
func (o *settle) wait(s *store.Set, row *Row, advice time.Duration, now time.Time) {
	if row.SentAt.IsZero() || o.asked == toPay {
		row.SentAt = now
	}
	row.State = Process
	pause := min(max(now.Sub(row.SentAt)/2, inquireFirst), inquireLast)
	if advice > 0 {
		pause = min(advice, inquireLast)
	}
	engine.Schedule(s, row.sending(), now.Add(pause), now)
}

// Committed tells whoever waits for the payout.
func (o *settle) Committed() { o.done(o) }
