package purchase

import (
	"cmp"
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// FollowKind is the kind of effect that asks the bank to do a step.
const FollowKind = "purchase.step"

func (t Step) following() engine.EffectKey {
	return engine.EffectKey{MerchantID: t.MerchantID, Kind: FollowKind, Subject: t.PaymentID}
}

// follow decides whether a step may begin, and reserves what it needs (R24): a
// purchase has one cancel or capture at a time, and refunds never exceed in sum
// what was captured, those under way included. A purchase that waits for its payer
// is closed by a cancel at once.
type follow struct {
	call   idempotency.Call
	seen   Row
	step   Step   // Amount 0 for all there is
	near   string // what step.Message would be had the message come a little earlier or later
	timer  bool   // the hold's life is over: not asked for by the merchant
	review bool   // it waits for an operator before it begins
	recall bool   // of what the merchant rejected before

	repeats int64 // the payment number of the step that this call asked for before
	refusal *codes.Refusal
	result  Step
	closed  bool // the purchase was closed without the bank
}

func (o *follow) Merchant() int64 { return o.seen.MerchantID }

func (o *follow) Want(s *store.Set) {
	o.seen.wantBooks(s)
	o.call.Want(s)
	Rows.Want(s, o.seen.Key)
	for _, message := range o.messages() {
		stepByMessage.Want(s, message)
	}
}

func (o *follow) messages() []digest {
	return digests(o.seen.MerchantID, o.step.Message, o.near)
}

func (o *follow) Decide(s *store.Set, now time.Time) {
	o.repeats, o.refusal, o.result, o.closed = 0, nil, Step{}, false
	if o.repeats, o.refusal = o.before(s, now); o.repeats != 0 || o.refusal != nil {
		return
	}
	row, ok := Rows.Get(s, o.seen.Key)
	if !ok {
		o.refusal = codes.Refuse(codes.PaymentNotFound)
		return
	}
	step := o.step
	if o.timer {
		row.captureLater(s, now)
	}
	if o.recall {
		engine.Finish(s, row.recalling())
		step.Reason = row.Reason
	}
	if o.recall || step.Reason != "" {
		o.refusal = row.recall(s, &step, now)
	} else {
		o.refusal = row.admits(&step, now)
	}
	if o.refusal != nil {
		return
	}
	step.State, step.CreatedAt = Pending, now
	switch {
	case o.review:
		step.State = Requested
	case row.State == Created:
		row.end(s, Cancelled, codes.PaymentCancelled, now)
		step.State, step.FinishedAt, o.closed = Succeeded, now, true
	default:
		step.SentAt = now
		row.reserveFor(s, step, now)
		engine.Hand(s, step.following(), now, errand{row, step})
	}
	Steps.Insert(s, step)
	o.call.Remember(s, strconv.FormatInt(step.PaymentID, 10), now)
	o.result = step
}

// reserveFor keeps what a step needs until it ends.
func (r *Row) reserveFor(s *store.Set, t Step, now time.Time) {
	r.Reason = cmp.Or(t.Reason, r.Reason)
	if t.Action == bank.Refund {
		r.giving(t).Hold(s, now)
		r.Refunded += t.Amount
	} else {
		r.Busy = t.PaymentID
	}
	Rows.Update(s, *r)
}

// before finds the step that this call repeats (R44, R46).
func (o *follow) before(s *store.Set, now time.Time) (int64, *codes.Refusal) {
	switch verdict, subject := o.call.Check(s, now); verdict {
	case idempotency.Repeat:
		id, _ := strconv.ParseInt(subject, 10, 64)
		return id, nil
	case idempotency.Conflict:
		return 0, codes.Invalid("pg_idempotency_key", codes.KeyConflict)
	}
	for _, message := range o.messages() {
		if same, ok := stepByMessage.Get(s, message); ok && now.Sub(same.CreatedAt) < idempotency.Window {
			return same.PaymentID, nil
		}
	}
	return 0, nil
}

// admits is the table of R24; it fills in an amount that was left open.
func (r Row) admits(t *Step, now time.Time) *codes.Refusal {
	if code := refusals[t.Action][r.stage()]; code != 0 {
		return codes.Refuse(code)
	}
	switch t.Action {
	case bank.Refund:
		if t.Amount == 0 {
			t.Amount = r.Refundable()
		}
		if t.Amount > r.Refundable() {
			return &codes.Refusal{Code: codes.RefundTooLarge, Field: "pg_refund_amount"}
		}
		if now.Sub(r.PaidAt) > RefundLife {
			return codes.Refuse(codes.TooOld)
		}
	case bank.Capture:
		if t.Amount == 0 {
			t.Amount = r.Amount
		}
		if t.Amount > r.Amount {
			return codes.Invalid("pg_clearing_amount", codes.Between("0.01", r.Amount.String()))
		}
	default:
		t.Amount = r.Amount
	}
	return nil
}

// stage is the line of R24's table that a purchase is in.
type stage string

func (r Row) stage() stage {
	switch {
	case r.State == Authorized && r.Busy != 0:
		return "busy"
	case r.State == Captured && r.Refunded == r.Captured:
		return "refunded"
	case r.State.Underway():
		return "underway"
	}
	return stage(r.State)
}

// refusals are the codes of steps that a stage does not admit; 0 admits them. What
// waits for the bank, or is at it, is refused as "in progress": the merchant asks
// again when it has the outcome.
var refusals = map[bank.Action]map[stage]codes.Code{
	bank.Reverse: {
		stage(Captured): codes.CancelRefused, "refunded": codes.PaymentRefunded, stage(Voided): codes.AlreadyVoided,
		stage(Declined): codes.CancelOfUnsuccessful, stage(Expired): codes.CancelOfUnsuccessful, stage(Cancelled): codes.AlreadyVoided,
		"underway": codes.WrongPaymentStatus, "busy": codes.SystemError,
	},
	bank.Capture: {
		stage(Created): codes.CaptureOfUnsuccessful, stage(Captured): codes.AlreadyCaptured, "refunded": codes.AlreadyCaptured,
		stage(Voided): codes.CaptureOfUnsuccessful, stage(Declined): codes.CaptureOfUnsuccessful, stage(Expired): codes.CaptureOfUnsuccessful,
		stage(Cancelled): codes.CaptureOfUnsuccessful, "underway": codes.CaptureOfUnsuccessful, "busy": codes.SystemError,
	},
	bank.Refund: {
		stage(Created): codes.RefundBeforeCapture, stage(Authorized): codes.RefundBeforeCapture, "busy": codes.RefundBeforeCapture,
		"refunded": codes.PaymentRefunded, stage(Voided): codes.PaymentCancelled, stage(Declined): codes.RefundBeforeCapture,
		stage(Expired): codes.RefundBeforeCapture, stage(Cancelled): codes.RefundBeforeCapture, "underway": codes.RefundBeforeCapture,
	},
}

// captureLater plans to capture a hold whose life is over once more: the bank may
// refuse it, or what the merchant has asked for meanwhile. Pauses grow, so that a
// hold that cannot be captured does not leave steps without end.
func (r Row) captureLater(s *store.Set, now time.Time) {
	if r.State == Authorized {
		engine.Schedule(s, r.capturing(), now.Add(max(captureAgain, now.Sub(r.PaidAt.Add(HoldLife)))), now)
	} else {
		engine.Finish(s, r.capturing())
	}
}

// captureAgain is the shortest of these pauses.
const captureAgain = time.Hour
