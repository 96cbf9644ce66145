package purchase

import (
	"context"
	"time"

	"tolem/internal/engine"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Request is a refund that a merchant requested (2.9), with its purchase.
type Request struct {
	Purchase Row
	Refund   Step
}

// Requests reads the refunds that wait for an operator, the oldest first: those of a
// merchant, or the one of a number, where these are not 0; so many at most.
func Requests(ctx context.Context, tx *store.Tx, merchant, number, most int64) ([]Request, error) {
	steps, err := Steps.Select(ctx, tx,
		"WHERE state = 'requested' AND ($1 = 0 OR merchant_id = $1) AND ($2 = 0 OR payment_id = $2) ORDER BY created_at, payment_id LIMIT $3",
		merchant, number, most)
	requests := make([]Request, len(steps))
	for i, step := range steps {
		requests[i].Refund = step
		if err == nil {
			requests[i].Purchase, _, err = Rows.Find(ctx, tx, step.Parent())
		}
	}
	return requests, err
}

// Review is an operator's word on a request. One that is approved goes on as any other
// refund, if the purchase still admits it; any other ends. After a refusal nothing has
// changed. A node that does not call the bank may decide it: another will.
type Review struct {
	Request Request
	Approve bool
	Refusal *codes.Refusal
}

// Want is engine.Operation.
func (o *Review) Want(s *store.Set) {
	o.Request.Purchase.wantBooks(s)
	Rows.Want(s, o.Request.Purchase.Key)
	Steps.Want(s, o.Request.Refund.Key)
}

// Decide is engine.Operation.
func (o *Review) Decide(s *store.Set, now time.Time) {
	o.Refusal = nil
	row, _ := Rows.Get(s, o.Request.Purchase.Key)
	step, ok := Steps.Get(s, o.Request.Refund.Key)
	switch {
	case !ok || step.State != Requested:
		o.Refusal = codes.Refuse(codes.WrongPaymentStatus)
	case !o.Approve:
		step.State, step.FinishedAt = Rejected, now
		Steps.Update(s, step)
	default:
		if o.Refusal = row.admits(&step, now); o.Refusal != nil {
			return
		}
		step.State = Approved
		row.reserveFor(s, step, now)
		engine.Schedule(s, step.approved(), now, now)
		Steps.Update(s, step)
	}
}

// ApprovedKind is the kind of effect that begins a refund which an operator approved.
const ApprovedKind = "purchase.approved"

func (t Step) approved() engine.EffectKey {
	return engine.EffectKey{MerchantID: t.MerchantID, Kind: ApprovedKind, Subject: t.PaymentID}
}

// dispatch hands an approved refund to this node, which alone sends it to the bank.
func (p *Service) dispatch(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	seen, err := p.errand(ctx, Key{e.MerchantID, e.Subject})
	return &dispatch{seen: seen}, err
}

type dispatch struct{ seen errand }

func (o *dispatch) Want(s *store.Set) { Steps.Want(s, o.seen.step.Key) }

func (o *dispatch) Decide(s *store.Set, now time.Time) {
	step, ok := Steps.Get(s, o.seen.step.Key)
	engine.Finish(s, o.seen.step.approved())
	if !ok || step.State != Approved {
		return
	}
	step.State, step.SentAt = Pending, now
	Steps.Update(s, step)
	engine.Hand(s, step.following(), now, errand{o.seen.row, step})
}
