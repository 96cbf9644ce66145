package sim

import (
	"context"
	"slices"
	"time"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/money"
	"tolem/internal/purchase"
	"tolem/internal/threeds"
)

// pans are the cards that payers type.
var pans = []string{"4671593866478252", "4111111111111111", "5555555555554444"}

// pay lets a payer come to the page of some purchase.
func (w *World) pay(ctx context.Context) bool {
	k, ok := w.purchase()
	if ok {
		w.begin(false, func() { w.visit(ctx, k) })
	}
	return ok
}

// visit does what a page asks of its payer.
func (w *World) visit(ctx context.Context, k purchase.Key) {
	row, ok, err := w.purchases.Find(ctx, k)
	switch {
	case err != nil || !ok:
		w.fail("purchase %d that was acknowledged: found %v, %v", k.PaymentID, ok, err)
	case row.State == purchase.Challenged:
		w.prove(ctx, row)
	case w.chance(5):
		w.say("leave %d", row.PaymentID)
		row, err := w.purchases.Abandon(ctx, row)
		w.turned(purchase.Turn{Row: row}, err)
	default:
		w.submitPurchase(ctx, row)
	}
}

// submitPurchase pays with a typed card, or with a saved one.
func (w *World) submitPurchase(ctx context.Context, row purchase.Row) {
	w.say("submit %d", row.PaymentID)
	if row.Amount == 0 {
		chosen, ok, err := w.purchases.Choose(ctx, row, money.Amount(w.number(40_000)))
		w.say("  %d: an amount chosen: %v %v", row.PaymentID, ok, err)
		if err != nil || !ok {
			return
		}
		row = chosen
	}
	means := purchase.Means{Card: w.typed(), Save: w.chance(50)}
	if token, ok := w.saved(ctx, row); ok && w.chance(50) {
		means = purchase.Means{Saved: token}
	}
	turn, err := w.purchases.Submit(ctx, row, means)
	w.turned(turn, err)
	if err == nil && turn.Next != "" && w.chance(80) {
		w.sleep(w.trip(10, 20*time.Minute))
		w.prove(ctx, turn.Row)
	}
}

// typed is a card as it is typed.
func (w *World) typed() cardtoken.Card {
	pan, err := card.ParsePAN(pans[w.number(len(pans))])
	if err != nil {
		w.fail("%v", err)
	}
	cvc, err := card.ParseCVC("123")
	if err != nil {
		w.fail("%v", err)
	}
	return cardtoken.Card{PAN: pan, Holder: "SIMULATED PAYER", Expiry: card.Expiry{Month: 12, Year: epoch.Year() + 3}, CVC: cvc}
}

// saved is a card that the purchase's user has saved.
func (w *World) saved(ctx context.Context, row purchase.Row) (cardtoken.Token, bool) {
	if row.UserID == "" {
		return cardtoken.Token{}, false
	}
	tokens, err := w.purchases.Cards.List(ctx, row.MerchantID, row.UserID)
	if err != nil {
		w.fail("%v", err)
	}
	if len(tokens) == 0 {
		return cardtoken.Token{}, false
	}
	return tokens[0], true
}

// prove answers the card's issuer, and mostly comes back from it.
func (w *World) prove(ctx context.Context, row purchase.Row) {
	code := threeds.Code
	if w.chance(20) {
		code = "000000"
	}
	set, err := w.purchases.Issuer.Answer(threeds.Key(row.Key), code, w.chance(5))
	w.say("code %s for %d: %s %v", code, row.PaymentID, set.State, err)
	if err != nil || w.chance(20) {
		return
	}
	turn, err := w.purchases.Resume(ctx, row)
	w.turned(turn, err)
}

// purchase is mostly one of the latest.
func (w *World) purchase() (k purchase.Key, ok bool) {
	s := some(w, w.sales)
	if s == nil || len(s.payments) == 0 {
		return k, false
	}
	return purchase.Key{MerchantID: w.merchant.ID, PaymentID: s.payments[w.number(len(s.payments))]}, true
}

// turned is what a page shows then, which may be a little old.
func (w *World) turned(turn purchase.Turn, err error) {
	switch id := turn.Row.PaymentID; {
	case err != nil:
		w.say("  page: unknown: %v", err)
	case turn.Refusal != nil:
		w.say("  %d: the shop said %+v", id, *turn.Refusal)
	default:
		w.say("  %d is %s", id, turn.Row.State)
		if !slices.Contains(after[turn.Row.State], w.states[id]) {
			w.reached(id, turn.Row.State)
		}
	}
}
