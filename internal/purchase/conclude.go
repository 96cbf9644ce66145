package purchase

import (
	"time"

	"tolem/internal/bank"
	"tolem/internal/engine"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// errand is a step with its purchase as both were when the step began.
type errand struct {
	row  Row
	step Step
}

// conclude takes what the bank said of a step to its end.
type conclude struct {
	seen         errand
	answer       bank.Answer // zero when the call failed and the outcome is unknown
	at           time.Time
	called       bool // to do it, not what became of it
	callback     int64
	notice       func(s *store.Set, r Row, t Step, callback int64, now time.Time)
	done         func(*conclude)
	result       Step
	contradicted bool // the bank has done what ended otherwise
}

func (o *conclude) Merchant() int64 { return o.seen.row.MerchantID }

func (o *conclude) Want(s *store.Set) {
	o.seen.row.wantBooks(s)
	Rows.Want(s, o.seen.row.Key)
	Steps.Want(s, o.seen.step.Key)
}

func (o *conclude) Decide(s *store.Set, now time.Time) {
	row, _ := Rows.Get(s, o.seen.row.Key)
	step, ok := Steps.Get(s, o.seen.step.Key)
	o.contradicted = ok && o.answer.Outcome == bank.Approved && step.State == Refused
	if o.result = step; !ok || step.State != Pending {
		engine.Finish(s, o.seen.step.following())
		return
	}
	switch o.answer.Outcome {
	case bank.Approved:
		step.Reference = o.answer.Reference
		row.done(s, step, now)
		step.end(s, Succeeded, 0, now)
		Rows.Update(s, row)
		o.notice(s, row, step, o.callback, now)
	case bank.Declined:
		row.undone(s, step, now)
		step.end(s, Refused, o.answer.Code, now)
		Rows.Update(s, row)
	case bank.NotFound:
		if o.at.Sub(step.SentAt) < silence {
			engine.Schedule(s, step.following(), now.Add(silence), now)
			break
		}
		row.undone(s, step, now)
		step.end(s, Refused, codes.TryLater, now)
		Rows.Update(s, row)
	default:
		if o.called {
			step.SentAt = now // the call may have been held up before it began
		}
		engine.Schedule(s, step.following(), now.Add(pauseAfter(step.SentAt, now, o.answer.AskAgain)), now)
	}
	if step.State != Pending && step.Reason == "" && row.owed() {
		engine.Schedule(s, row.recalling(), now, now)
	}
	Steps.Update(s, step)
	o.result = step
}

func (t *Step) end(s *store.Set, state StepState, code codes.Code, now time.Time) {
	t.State, t.ErrorCode, t.FinishedAt = state, code, now
	engine.Finish(s, t.following())
}

// done books what the bank has done.
func (r *Row) done(s *store.Set, t Step, now time.Time) {
	switch t.Action {
	case bank.Refund:
		r.giving(t).Post(s, bookEnd, now)
		return
	case bank.Capture:
		r.State = Captured
		r.take(s, t.Amount, true, now)
	default:
		r.State, r.Fee = Voided, 0
		r.release(s, now)
	}
	r.Busy, r.FinishedAt = 0, now
	engine.Finish(s, r.capturing())
}

// undone books that the bank has not done it.
func (r *Row) undone(s *store.Set, t Step, now time.Time) {
	if t.Reason != "" {
		r.Reason = "" // the merchant has the money that it did not want
	}
	if t.Action == bank.Refund {
		r.giving(t).Void(s, bookEnd, now)
		r.Refunded -= t.Amount
		return
	}
	r.Busy = 0
}

// Committed tells whoever waits for the step.
func (o *conclude) Committed() { o.done(o) }
