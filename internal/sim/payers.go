package sim

import (
	"context"
	"fmt"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/money"
	"tolem/internal/purchase"
	"tolem/internal/threeds"
)

// pans are the cards that payers type.
var pans = []string{"4671593866478252", "4111111111111111", "5555555555554444"}

// pay lets a payer type a card on the page of some purchase, or choose a saved one.
func (w *World) pay(ctx context.Context) bool {
	row, ok := w.page(ctx)
	if !ok {
		return false
	}
	saved := w.chance(50)
	means := purchase.Means{Card: w.typed(), Save: w.chance(50)}
	open := money.Amount(w.number(40_000))
	w.begin(false, func() {
		if w.say("pay %d", row.PaymentID); row.Amount == 0 {
			chosen, ok, err := w.purchases.Choose(ctx, row, open)
			if w.say("  %d: %s chosen: %v %v", row.PaymentID, open, ok, err); err != nil || !ok {
				return
			}
			row = chosen
		}
		if token, ok := w.saved(ctx, row); ok && saved {
			means = purchase.Means{Saved: token}
		}
		turn, err := w.purchases.Submit(ctx, row, means)
		w.turned(turn, err)
	})
	return true
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

// prove answers the card's issuer on behalf of some payer, and comes back from it.
func (w *World) prove(ctx context.Context) bool {
	row, ok := w.page(ctx)
	if !ok || row.State != purchase.Challenged {
		return false
	}
	code := threeds.Code
	if w.chance(30) {
		code = "000000"
	}
	comesBack := w.chance(80)
	w.begin(false, func() {
		set, err := w.purchases.Issuer.Answer(threeds.Key(row.Key), code, w.chance(5))
		w.say("code %s for %d: %s %v", code, row.PaymentID, set.State, err)
		if comesBack {
			turn, err := w.purchases.Resume(ctx, row)
			w.turned(turn, err)
		}
	})
	return true
}

// leave lets a payer give up.
func (w *World) leave(ctx context.Context) bool {
	row, ok := w.page(ctx)
	if !ok {
		return false
	}
	w.begin(false, func() {
		w.say("leave %d", row.PaymentID)
		row, err := w.purchases.Abandon(ctx, row)
		w.turned(purchase.Turn{Row: row}, err)
	})
	return true
}

// page opens the page of some purchase.
func (w *World) page(ctx context.Context) (row purchase.Row, ok bool) {
	k, ok := w.purchase()
	if !ok {
		return row, false
	}
	row, ok, err := w.purchases.Find(ctx, k)
	if err != nil || !ok {
		w.fail("purchase %d that was acknowledged: found %v, %v", k.PaymentID, ok, err)
	}
	return row, ok
}

// purchase is mostly one of the latest.
func (w *World) purchase() (k purchase.Key, ok bool) {
	s := some(w, w.sales)
	if s == nil || len(s.payments) == 0 {
		return k, false
	}
	return purchase.Key{MerchantID: w.merchant.ID, PaymentID: s.payments[w.number(len(s.payments))]}, true
}

// turned is what a page shows then.
func (w *World) turned(turn purchase.Turn, err error) {
	switch id := turn.Row.PaymentID; {
	case err != nil:
		w.say("  page: unknown: %v", err)
	case turn.Refusal != nil:
		w.say("  %d: the shop said %s", id, fmt.Sprintf("%+v", *turn.Refusal))
	default:
		w.say("  %d is %s", id, turn.Row.State)
		w.reached(id, turn.Row.State)
	}
}
