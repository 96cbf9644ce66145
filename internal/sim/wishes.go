package sim

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/bank"
	"tolem/internal/idempotency"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// wish is what a merchant wants done with a purchase, and what it was told of it.
type wish struct {
	ask   purchase.Ask
	at    time.Time
	steps []int64 // that it was ever told of
	keyed int64   // the one that its key stands for, once it was told
}

// wish lets the merchant want something of some purchase.
func (w *World) wish(ctx context.Context) bool {
	k, ok := w.purchase()
	if ok {
		w.begin(false, func() { w.want(ctx, k) })
	}
	return ok
}

// want asks for a capture, a cancel or a refund, mostly one that is in order.
func (w *World) want(ctx context.Context, k purchase.Key) {
	ask := purchase.Ask{Key: k, Action: bank.Refund}
	switch state := w.states[k.PaymentID]; {
	case state == purchase.Created && w.chance(80):
		return
	case state == purchase.Captured && w.chance(80):
	case w.chance(60):
		ask.Action = bank.Capture
	case w.chance(80):
		ask.Action = bank.Reverse
	}
	if w.chance(70) {
		ask.Amount = money.Amount(1 + w.number([]int{30_000, 3_000, 300}[w.number(3)]))
	}
	ask.Call = idempotency.Call{MerchantID: k.MerchantID, Script: "revoke", Message: w.message()}
	if w.chance(50) {
		ask.Call.Key, ask.Call.Fingerprint = fmt.Sprint("wish-", len(w.wishes)), fmt.Append(nil, ask.Amount)
	}
	wanted := &wish{ask: ask, at: w.clock.Now()}
	w.wishes = append(w.wishes, wanted)
	w.follow(ctx, wanted)
}

// wishAgain asks for the same once more, in the same message or in another one,
// which without a key is another wish.
func (w *World) wishAgain(ctx context.Context) bool {
	wanted := some(w, w.wishes)
	if wanted == nil || w.clock.Now().Sub(wanted.at) > fresh {
		return false
	}
	if w.chance(50) {
		wanted.ask.Call.Message = w.message()
	}
	w.begin(false, func() { w.follow(ctx, wanted) })
	return true
}

// follow calls Follow as the API does.
func (w *World) follow(ctx context.Context, wanted *wish) {
	ask := wanted.ask
	w.say("%s %s of %d %s", ask.Action, ask.Amount, ask.Key.PaymentID, ask.Call.Key)
	step, _, refusal, err := w.purchases.Follow(ctx, ask)
	switch {
	case err != nil:
		w.say("  of %d: unknown: %v", ask.Key.PaymentID, err)
	case refusal != nil:
		w.denied(wanted, refusal)
	default:
		w.say("  %d of %d is %s", step.PaymentID, ask.Key.PaymentID, step.State)
		w.granted(wanted, step)
	}
}

func (w *World) denied(wanted *wish, refusal *codes.Refusal) {
	w.say("  of %d: refused: %v", wanted.ask.Key.PaymentID, refusal)
	if refusal.Code == codes.PaymentNotFound || refusal.Reason == codes.KeyConflict || wanted.keyed != 0 {
		w.fail("%s of %d refused: %v", wanted.ask.Action, wanted.ask.Key.PaymentID, refusal)
	}
}

// granted: a key stands for one step, whatever became of it.
func (w *World) granted(wanted *wish, step purchase.Step) {
	switch {
	case wanted.ask.Call.Key == "":
	case wanted.keyed != 0 && wanted.keyed != step.PaymentID:
		w.fail("a key stood for step %d, and now for %d", wanted.keyed, step.PaymentID)
	default:
		wanted.keyed = step.PaymentID
	}
	wanted.steps = append(wanted.steps, step.PaymentID)
	w.concluded(step.PaymentID, step.State)
}
