package sim

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/idempotency"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// sale is what a merchant wants paid by a payer, or charges a profile for, and what
// it was told of it.
type sale struct {
	proposal purchase.Proposal
	profile  int64 // that is charged, 0 when a payer is to pay
	at       time.Time
	payments []int64 // that it was ever told of
	keyed    int64   // the one that its key stands for, once it was told
}

// fresh is how long a key is safe to be used again: it is forgotten some time.
const fresh = 20 * 24 * time.Hour

// trade lets a merchant or a payer do something about a purchase.
func (w *World) trade(ctx context.Context) bool {
	switch n := w.number(100); {
	case n < 35:
		return w.sell(ctx)
	case n < 45:
		return w.sellAgain(ctx)
	case n < 50:
		return w.recur(ctx)
	case n < 65:
		return w.pay(ctx)
	case n < 90:
		return w.wish(ctx)
	}
	return w.wishAgain(ctx)
}

// sell opens a new purchase, unless as many as usual are open.
func (w *World) sell(ctx context.Context) bool {
	open := 0
	for _, s := range w.sales {
		if len(s.payments) == 0 || w.waits(w.states[s.payments[len(s.payments)-1]]) {
			open++
		}
	}
	if open >= w.habits.orders {
		return false
	}
	w.offer(ctx, &sale{proposal: w.draft()})
	return true
}

// draft is a purchase of any kind.
func (w *World) draft() purchase.Proposal {
	p := purchase.Proposal{
		Test: true, OrderID: fmt.Sprint("pu-", len(w.sales)), Money: money.Money{Currency: money.KZT},
		OneStep: w.chance(50), Lifetime: purchase.Lifetime, Unique: w.chance(50), Terms: terms(),
	}
	if w.chance(10) {
		p.Terms.Least, p.Terms.Most = 100, 30_000
	} else {
		p.Money.Amount = money.Amount(1 + w.number(30_000))
	}
	if w.chance(30) {
		p.Lifetime = w.span(2*time.Second, 5*time.Minute)
	}
	if w.chance(50) {
		p.UserID = fmt.Sprint("payer-", w.number(2))
	}
	if w.chance(30) {
		p.Terms.Recurring = 12
	}
	if w.chance(30) {
		p.Terms.CheckURL = "https://shop.example/cb/check"
	}
	p.Terms.Challenge = w.chance(20)
	return p
}

func terms() purchase.Terms {
	return purchase.Terms{
		Description: "Simulated", Language: "en", ResultURL: "https://shop.example/cb/result",
		RefundURL: "https://shop.example/cb/refund", CaptureURL: "https://shop.example/cb/capture",
	}
}

// waits tells whether a purchase waits for its payer, its bank or its merchant.
func (*World) waits(s purchase.State) bool {
	return s == purchase.Created || s.Underway() || s == purchase.Authorized
}

// recur charges a profile that the merchant was told of.
func (w *World) recur(ctx context.Context) bool {
	profiles := w.sink.profiles
	if len(profiles) == 0 {
		return false
	}
	p := purchase.Proposal{Test: true, OrderID: fmt.Sprint("re-", len(w.sales)), Terms: terms()}
	if w.chance(50) {
		p.Money.Amount = money.Amount(1 + w.number(30_000))
	}
	w.offer(ctx, &sale{proposal: p, profile: profiles[w.number(len(profiles))]})
	return true
}

// offer makes the first call; then the payer comes, mostly, and the merchant may
// want something done.
func (w *World) offer(ctx context.Context, s *sale) {
	call := idempotency.Call{MerchantID: w.merchant.ID, Script: "init_payment", Message: w.message()}
	if w.chance(50) {
		call.Key, call.Fingerprint = s.proposal.OrderID+"-key", fmt.Append(nil, s.proposal.Money)
	}
	s.proposal.Call, s.at = call, w.clock.Now()
	w.sales = append(w.sales, s)
	w.begin(false, func() {
		k, ok := w.propose(ctx, s)
		if ok && s.profile == 0 && w.chance(80) {
			w.sleep(w.trip(10, 10*time.Minute))
			w.visit(ctx, k)
		}
		if ok && w.chance(60) {
			w.sleep(w.span(0, 2*time.Minute))
			w.want(ctx, k)
		}
	})
}

// message is the identity of a new message.
func (w *World) message() string { return fmt.Sprint("message-", len(w.trace), "-", w.number(1<<30)) }

// sellAgain asks for the same once more, in the same message or in another one.
func (w *World) sellAgain(ctx context.Context) bool {
	s := some(w, w.sales)
	if s == nil || w.clock.Now().Sub(s.at) > fresh {
		return false
	}
	if w.chance(50) {
		s.proposal.Call.Message = w.message()
	}
	w.begin(false, func() { w.propose(ctx, s) })
	return true
}

// propose calls Create or Recur as the API does. ok is false when the merchant does
// not know what it has.
func (w *World) propose(ctx context.Context, s *sale) (k purchase.Key, ok bool) {
	p := s.proposal
	var row purchase.Row
	var refusal *codes.Refusal
	var err error
	w.say("sell %s %s %s", p.OrderID, p.Money, p.Call.Key)
	if s.profile != 0 {
		row, refusal, err = w.purchases.Recur(ctx, w.merchant, s.profile, p)
	} else {
		row, refusal, err = w.purchases.Create(ctx, w.merchant, p)
	}
	switch {
	case err != nil:
		w.say("  %s: unknown: %v", p.OrderID, err)
	case refusal != nil && p.Unique && refusal.Code == codes.OrderNotUnique && refusal.Field == "pg_order_id":
		w.say("  %s is sold already", p.OrderID)
	case refusal != nil:
		w.fail("%s refused: %v", p.OrderID, refusal)
	default:
		w.say("  %s is %d %s", p.OrderID, row.PaymentID, row.State)
		w.sold(s, row)
		return row.Key, true
	}
	return k, false
}

// sold: a key stands for one purchase, whatever became of it.
func (w *World) sold(s *sale, row purchase.Row) {
	switch {
	case s.proposal.Call.Key == "":
	case s.keyed != 0 && s.keyed != row.PaymentID:
		w.fail("the key of %s stood for %d, and now for %d", s.proposal.OrderID, s.keyed, row.PaymentID)
	default:
		s.keyed = row.PaymentID
	}
	s.payments = append(s.payments, row.PaymentID)
	w.reached(row.PaymentID, row.State)
}
