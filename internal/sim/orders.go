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
}

// order asks for a new payout.
func (w *World) order(ctx context.Context) {
	p := payout.Proposal{
		Route: payout.ToToken, Test: true, OrderID: fmt.Sprint("po-", len(w.orders)), UserID: User, Token: w.token, Language: "en",
		Money:       money.Money{Amount: money.Amount(1 + w.number(30_000)), Currency: money.KZT},
		Description: "Simulated", PostLink: "https://shop.example/cb/done", SendBefore: w.clock.Now().Add(time.Duration(w.number(120)) * time.Second),
	}
	switch w.number(4) {
	case 0:
		p.Route, p.Token, p.BackLink = payout.ToPage, "", "https://shop.example/back"
	case 1:
		p.Route, p.Token, p.SendBefore = payout.ToIBAN, "", time.Time{}
		p.Account = &bank.Account{IBAN: "KZ64999KZT0000012345"}
	}
	if w.chance(50) {
		p.Call.Key = p.OrderID + "-key"
	}
	o := &order{proposal: p}
	w.orders = append(w.orders, o)
	w.ask(ctx, o, o.proposal)
}

// repeat asks for the same payout once more, as a client does that got no
// answer, or got one that it did not like.
func (w *World) repeat(ctx context.Context) {
	if o := w.some(); o != nil {
		w.ask(ctx, o, o.proposal)
	}
}

// contradict asks for another payout under the same order id.
func (w *World) contradict(ctx context.Context) {
	o := w.some()
	if o == nil {
		return
	}
	other := o.proposal
	other.Money.Amount++
	other.Call.Key = ""
	w.ask(ctx, o, other)
}

func (w *World) some() *order {
	if len(w.orders) == 0 {
		return nil
	}
	return w.orders[w.number(len(w.orders))]
}

// ask calls Pay as the API does.
func (w *World) ask(ctx context.Context, o *order, p payout.Proposal) {
	p.Call = idempotency.Call{
		MerchantID: w.merchant.ID, Key: p.Call.Key, Script: "reg2reg", Fingerprint: fmt.Append(nil, p.OrderID, p.Money),
		Message: fmt.Sprint("message-", len(w.trace), "-", w.number(1<<30)),
	}
	w.say("pay %s %s %s", p.OrderID, p.Route, p.Money)
	row, refusal, err := w.payouts.Pay(ctx, w.merchant, p)
	switch {
	case err != nil:
		w.say("  unknown: %v", err)
	case refusal != nil:
		w.say("  refused: %v", refusal)
		if refusal.Code != codes.OrderNotUnique && refusal.Code != codes.LifetimeOver {
			w.fail("%s refused: %v", p.OrderID, refusal)
		}
	default:
		w.say("  %d %s", row.PaymentID, row.State)
		o.payments = append(o.payments, row.PaymentID)
	}
}

// submit types a card on the page of some payout.
func (w *World) submit(ctx context.Context) {
	o := w.some()
	if o == nil || o.proposal.Route != payout.ToPage || len(o.payments) == 0 {
		return
	}
	id := o.payments[w.number(len(o.payments))]
	row, ok, err := w.payouts.Find(ctx, payout.Key{MerchantID: w.merchant.ID, PaymentID: id})
	if err != nil || !ok {
		w.fail("payout %d that was acknowledged: found %v, %v", id, ok, err)
		return
	}
	pan, err := card.ParsePAN("4671593866478252")
	if err != nil {
		w.fail("%v", err)
		return
	}
	w.say("submit %d", id)
	row, err = w.payouts.Submit(ctx, row, pan)
	w.say("  %s %v", row.State, err)
}
