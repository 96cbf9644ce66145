package sim

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/idempotency"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
)

// User is whose saved card the prepared data hold.
const User = "demo-user"

// order is what a merchant wants paid, and what it was told of it.
type order struct {
	proposal payout.Proposal
	payments []int64 // that it was ever told of
	keyed    int64   // the one that its key stands for, once it was told
}

// order asks for a new payout, unless as many as usual are open.
func (w *World) order(ctx context.Context) bool {
	open := 0
	for _, o := range w.orders {
		if len(o.payments) == 0 || w.final[o.payments[len(o.payments)-1]] == "" {
			open++
		}
	}
	if open >= w.habits.orders {
		return false
	}
	p := payout.Proposal{
		Route: payout.ToToken, Test: true, OrderID: fmt.Sprint("po-", len(w.orders)), UserID: User, Token: w.token, Language: "en",
		Money:       money.Money{Amount: money.Amount(1 + w.number(30_000)), Currency: money.KZT},
		Description: "Simulated", PostLink: "https://shop.example/cb/done", SendBefore: w.clock.Now().Add(w.span(0, 2*time.Minute)),
	}
	switch w.number(4) {
	case 0:
		p.Route, p.Token, p.BackLink = payout.ToPage, "", "https://shop.example/back"
	case 1:
		p.Route, p.Token, p.SendBefore = payout.ToIBAN, "", time.Time{}
		p.Account = &bank.Account{IBAN: "KZ64999KZT0000012345"}
	case 2:
		p.SendBefore = time.Time{}
	}
	if w.chance(50) {
		p.Call.Key = p.OrderID + "-key"
	}
	o := &order{proposal: p}
	w.orders = append(w.orders, o)
	w.ask(ctx, o, o.proposal)
	return true
}

// repeat asks for the same payout once more, as a client does that got no
// answer, or got one that it did not like.
func (w *World) repeat(ctx context.Context) bool {
	o := some(w, w.orders)
	if o != nil {
		w.ask(ctx, o, o.proposal)
	}
	return o != nil
}

// contradict asks for another payout under the same order id, or the same key.
func (w *World) contradict(ctx context.Context) bool {
	o := some(w, w.orders)
	if o == nil {
		return false
	}
	other := o.proposal
	other.Money.Amount++
	if o.keyed == 0 || w.chance(50) {
		other.Call.Key = "" // a key that nobody confirmed may still be free
	}
	w.ask(ctx, o, other)
	return true
}

// some is mostly one of the latest, nil when there is none.
func some[T any](w *World, all []*T) *T {
	if len(all) == 0 {
		return nil
	}
	back := w.number(min(len(all), 1+w.habits.orders))
	if w.chance(20) {
		back = w.number(len(all))
	}
	return all[len(all)-1-back]
}

// ask calls Pay as the API does.
func (w *World) ask(ctx context.Context, o *order, p payout.Proposal) {
	p.Call = idempotency.Call{
		MerchantID: w.merchant.ID, Key: p.Call.Key, Script: "reg2reg", Fingerprint: fmt.Append(nil, p.OrderID, p.Money),
		Message: w.message(),
	}
	w.begin(false, func() {
		w.say("pay %s %s %s %s", p.OrderID, p.Route, p.Money, p.Call.Key)
		row, refusal, err := w.payouts.Pay(ctx, w.merchant, p)
		switch {
		case err != nil:
			w.say("  %s: unknown: %v", p.OrderID, err)
		case refusal != nil:
			w.refused(o, p, refusal)
		default:
			w.say("  %s is %d %s", p.OrderID, row.PaymentID, row.State)
			w.answered(o, p, row)
		}
	})
}

func (w *World) refused(o *order, p payout.Proposal, refusal *codes.Refusal) {
	w.say("  %s: refused: %v", p.OrderID, refusal)
	other := p.Money != o.proposal.Money
	switch {
	case refusal.Code == codes.LifetimeOver:
	case refusal.Code == codes.OrderNotUnique && refusal.Field == "pg_order_id":
	case refusal.Field == "pg_idempotency_key" && other:
	default:
		w.fail("%s refused: %v", p.OrderID, refusal)
	}
}

// answered: a key stands for one call and one payout, whatever became of it.
func (w *World) answered(o *order, p payout.Proposal, row payout.Row) {
	switch {
	case p.Call.Key == "":
	case p.Money != o.proposal.Money:
		w.fail("the key of %s served for %d as well", p.OrderID, row.PaymentID)
	case o.keyed != 0 && o.keyed != row.PaymentID:
		w.fail("the key of %s stood for %d, and now for %d", p.OrderID, o.keyed, row.PaymentID)
	default:
		o.keyed = row.PaymentID
	}
	o.payments = append(o.payments, row.PaymentID)
	if row.State.Final() {
		w.ended(row)
	}
}

// submit types a card on the page of some payout.
func (w *World) submit(ctx context.Context) bool {
	o := some(w, w.orders)
	if o == nil || o.proposal.Route != payout.ToPage || len(o.payments) == 0 {
		return false
	}
	id := o.payments[w.number(len(o.payments))]
	row, ok, err := w.payouts.Find(ctx, payout.Key{MerchantID: w.merchant.ID, PaymentID: id})
	if err != nil || !ok {
		w.fail("payout %d that was acknowledged: found %v, %v", id, ok, err)
		return false
	}
	pan, err := card.ParsePAN("4671593866478252")
	if err != nil {
		w.fail("%v", err)
		return false
	}
	w.begin(false, func() {
		w.say("submit %d", id)
		row, err := w.payouts.Submit(ctx, row, pan)
		w.say("  %d %s %v", id, row.State, err)
	})
	return true
}
