package purchase_test

import (
	"sync"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card/wallet"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// inWallet is a test token of Google Pay with a card in it.
func inWallet(number string) wallet.Token {
	return wallet.Google(`{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"` + number +
		`\",\"expirationMonth\":12,\"expirationYear\":2028}}"}`)
}

// confirm pays with what is in a wallet. It returns the code of a refusal, 0 for none.
func (h *house) confirm(row purchase.Row, t wallet.Token) (purchase.Turn, codes.Code) {
	h.t.Helper()
	turn, refusal, err := h.Confirm(h.t.Context(), row, t)
	if err != nil {
		h.t.Error(err)
	}
	if refusal != nil {
		return turn, refusal.Code
	}
	return turn, 0
}

// aWalletPaysOnceWithTheShopsLeave: 04, 3.2. Neither 3-D Secure nor a security code is
// asked for, whatever the card and the merchant want otherwise.
func aWalletPaysOnceWithTheShopsLeave(h *house) {
	w := h.proposal("A-1", true)
	w.Terms.CheckURL, w.Terms.Challenge, w.Terms.Recurring = h.shop.URL+"/fp/check", true, 12
	row := h.create(w)
	h.shop.on("check", h.shop.says("rejected"))
	if turn, code := h.confirm(row, inWallet(enrolled)); code != 0 || turn.Refusal == nil || turn.Refusal.Words != "Out of stock" || turn.Row.State != purchase.Created {
		h.t.Fatalf("without leave: code %d, %+v, %s", code, turn.Refusal, turn.Row.State)
	}
	h.shop.on("check", h.shop.says("ok"))
	var all sync.WaitGroup
	for range 4 { // an application that repeats itself
		all.Go(func() {
			if turn, code := h.confirm(row, inWallet(enrolled)); code != 0 || turn.Refusal != nil || turn.Row.State != purchase.Captured {
				h.t.Errorf("code %d, %s", code, turn.Row.State)
			}
		})
	}
	all.Wait()
	row = h.now(row.Key)
	if n := h.line.charges.Load(); n != 1 || row.Secure || row.ProfileID == 0 || len(row.PendingCard) > 0 || row.CardID != 0 {
		h.t.Errorf("charged %d times, by 3-D Secure %t, profile %d", n, row.Secure, row.ProfileID)
	}
	for script, n := range map[string]int{"check": 2, "result": 1} {
		got := h.shop.wait(h.t, script, number(row.Key), n)[n-1].message
		if got.Get("pg_payment_method") != "google_pay" {
			h.t.Errorf("%s: paid by %q", script, got.Get("pg_payment_method"))
		}
		if script == "result" && (got.Get("pg_card_pan") != "4916-30XX-XXXX-4310" || got.Get("pg_card_exp") != "12/28" || got.Get("pg_recurring_profile") == "") {
			h.t.Errorf("result: card %q until %q", got.Get("pg_card_pan"), got.Get("pg_card_exp"))
		}
	}
	if _, code := h.confirm(row, wallet.Apple(wallet.PassKit{Version: "TEST"})); code != codes.AlreadyPaid {
		h.t.Errorf("the other wallet: %d", code)
	}
}

// whatAWalletCannotPayStaysAsItIs, and its application is told why.
func whatAWalletCannotPayStaysAsItIs(h *house) {
	away, back := h.create(h.proposal("A-1", true)), h.paid("A-2", false, good)
	h.submit(away, enrolled)
	h.follow(back, bank.Reverse, 0)
	given := h.create(h.proposal("A-3", true))
	if _, err := h.Abandon(h.t.Context(), given); err != nil {
		h.t.Fatal(err)
	}
	late, real := h.create(h.proposal("A-4", true)), h.proposal("A-5", true)
	real.Test = false
	live := h.create(real)
	wanted := h.proposal("A-6", true)
	wanted.Terms.Method = purchase.Bankcard
	lost := h.create(h.proposal("A-7", true))
	h.line.cut.Store(true)
	h.Patience = time.Millisecond
	sent := h.line.charges.Load() + 1
	if turn, code := h.confirm(lost, inWallet(good)); code != 0 || turn.Row.State != purchase.Sent {
		h.t.Errorf("while the bank does not answer: code %d, %s", code, turn.Row.State)
	}
	h.charged(sent)
	h.line.cut.Store(false)
	for what, c := range map[string]struct {
		key  purchase.Key
		want codes.Code
	}{
		"at the issuer": {away.Key, codes.WrongPaymentStatus}, "voided": {back.Key, codes.PaymentCancelled}, "cancelled": {given.Key, codes.PaymentCancelled},
		"real": {live.Key, codes.MethodNotActivated}, "for cards": {h.create(wanted).Key, codes.MethodNotActivated}, "with the bank": {lost.Key, 0},
	} {
		before := h.now(c.key)
		if turn, code := h.confirm(before, inWallet(good)); code != c.want || turn.Row.State != before.State {
			h.t.Errorf("what is %s: code %d, want %d; %s, then %s", what, code, c.want, before.State, turn.Row.State)
		}
	}
	h.clock.Advance(purchase.Lifetime)
	if _, code := h.confirm(late, inWallet(good)); code != codes.LifetimeOver {
		h.t.Errorf("too late: %d", code)
	}
	if n := h.line.charges.Load(); n != sent {
		h.t.Errorf("%d charges more", n-sent)
	}
}
