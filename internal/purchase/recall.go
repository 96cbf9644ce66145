package purchase

import (
	"context"
	"time"

	"tolem/internal/bank"
	"tolem/internal/engine"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// RecallKind is the kind of effect that takes back what the merchant rejected while a
// step of its own was with the bank.
const RecallKind = "purchase.recall"

func (k Key) recalling() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: RecallKind, Subject: k.PaymentID}
}

// recall makes a step of the merchant's no to a paid purchase: the hold is let go, or
// all that is left of the money given back. A no that comes while the bank is at
// another step stays as the purchase's Reason, until conclude comes back to it.
func (r Row) recall(s *store.Set, t *Step, now time.Time) *codes.Refusal {
	if t.Reason == "" || !r.State.Paid() {
		return codes.Refuse(codes.WrongPaymentStatus)
	}
	t.Action = bank.Reverse
	if r.State == Captured {
		t.Action = bank.Refund
	}
	refusal := r.admits(t, now)
	switch stage := r.stage(); {
	case refusal == nil:
		return nil
	case stage == "busy" || stage == "refunded":
		r.Reason = t.Reason
	default:
		r.Reason = "" // it is too late, and the merchant keeps the money
	}
	Rows.Update(s, r)
	return refusal
}

// owed tells whether a rejected purchase has not been taken back, and nobody is at it.
func (r Row) owed() bool {
	return r.Reason != "" && (r.State == Authorized && r.Busy == 0 || r.State == Captured && r.Refundable() > 0)
}

func (p *Service) recall(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	o, err := p.follow(ctx, Ask{Key: Key{e.MerchantID, e.Subject}})
	if err != nil {
		return nil, err
	}
	o.recall = true
	return o, nil
}
