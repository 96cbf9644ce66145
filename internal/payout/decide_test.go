package payout

import (
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/cardtoken"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/protocol/codes"
)

func TestAcceptRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world, *accept)
		want   codes.Code
	}{
		"an unknown token":            {func(_ *world, o *accept) { o.row.CardToken = "other" }, codes.NotFoundObject},
		"another user's":              {func(_ *world, o *accept) { o.row.UserID = "drv-89" }, codes.NotFoundObject},
		"a test token for real money": {func(w *world, o *accept) { o.row.Test = false }, codes.NotFoundObject},
		"a deleted token": {func(w *world, _ *accept) {
			k := cardtoken.Key{MerchantID: shopID, Token: "card"}
			token, _ := cardtoken.Tokens.Held(w.set, k)
			token.Status = cardtoken.Deleted
			cardtoken.Tokens.Update(w.set, token)
		}, codes.NotFoundObject},
		"an expired card": {func(w *world, _ *accept) {
			token, _ := cardtoken.Tokens.Held(w.set, cardtoken.Key{MerchantID: shopID, Token: "card"})
			token.Expiry = "02/26"
			cardtoken.Tokens.Update(w.set, token)
		}, codes.CardExpired},
		"a time limit that is over": {func(w *world, o *accept) { o.row.SendBefore = w.now.Add(-time.Second) }, codes.LifetimeOver},
		"too little":                {func(_ *world, o *accept) { o.limits.Min = 10001 }, codes.BelowMinimum},
		"too much":                  {func(_ *world, o *accept) { o.limits.Max = 9999 }, codes.TransferLimit},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.fund(1_000_000)
			o := w.proposal(ToToken, "po-1", 10000, 0)
			c.change(w, o)
			w.accept(o)
			if o.refusal == nil || o.refusal.Code != c.want {
				t.Fatalf("refusal %v, want %d", o.refusal, c.want)
			}
			if rows := Rows.Written(w.set); len(rows) != 0 {
				t.Errorf("a refused payout left %d rows", len(rows))
			}
			if held := w.account(ledger.Payout).Held; held != 0 {
				t.Errorf("a refused payout holds %d", held)
			}
		})
	}
}

func TestATooLowBalanceLeavesAFailedPayoutAndItsNotify(t *testing.T) {
	w := newWorld()
	w.fund(10000)
	o := w.accept(w.proposal(ToToken, "po-1", 10000, 1)) // the fee is what is missing
	if o.result.State != Failed || o.result.ErrorCode != codes.PayoutBalanceTooLow || o.result.Balance != 10000 {
		t.Fatalf("state %s code %d balance %d", o.result.State, o.result.ErrorCode, o.result.Balance)
	}
	if n := len(callback.Rows.Written(w.set)); n != 1 {
		t.Errorf("%d notifies, want 1", n)
	}
	if _, ok := w.waiting(o.result.sending()); ok {
		t.Error("a failed payout is still to be sent")
	}
}

func TestAnOrderIsPaidOutOnce(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	first := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
	if again := w.accept(w.proposal(ToToken, "po-1", 10000, 0)); again.repeats != first.PaymentID {
		t.Errorf("an identical payout repeats %d, want %d", again.repeats, first.PaymentID)
	}
	if other := w.accept(w.proposal(ToToken, "po-1", 10001, 0)); other.refusal == nil || other.refusal.Code != codes.OrderNotUnique {
		t.Errorf("another amount: %v", other.refusal)
	}
	w.settle(first, bank.Answer{Outcome: bank.Declined, Code: codes.ContactIssuer})
	second := w.accept(w.proposal(ToToken, "po-1", 10001, 0))
	if second.refusal != nil || second.result.Attempt != 2 {
		t.Errorf("after a failure: %v, attempt %d", second.refusal, second.result.Attempt)
	}
	free := w.proposal(ToToken, "po-1", 10001, 0)
	free.reuse = true
	if w.accept(free); free.refusal != nil || free.result.Attempt != 3 {
		t.Errorf("with order ids free: %v, attempt %d", free.refusal, free.result.Attempt)
	}
}

func TestTheSameMessageIsAReplayEvenAfterAFailure(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	o := w.proposal(ToToken, "po-1", 10000, 0)
	o.row.Message = "digest"
	first := w.accept(o).result
	w.settle(first, bank.Answer{Outcome: bank.Declined, Code: codes.ContactIssuer})
	replay := func() *accept {
		o := w.proposal(ToToken, "po-1", 10000, 0)
		o.row.Message = "digest"
		return w.accept(o)
	}
	w.now = w.now.Add(idempotency.Window - time.Second)
	if o := replay(); o.repeats != first.PaymentID {
		t.Errorf("within the window: %+v", o.result)
	}
	w.now = w.now.Add(2 * time.Second)
	if o := replay(); o.repeats != 0 || o.result.Attempt != 2 {
		t.Errorf("after the window: repeats %d, attempt %d", o.repeats, o.result.Attempt)
	}
}

func TestAKeyStandsForOneCall(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	with := func(order, fingerprint string) *accept {
		o := w.proposal(ToToken, order, 10000, 0)
		o.call = idempotency.Call{MerchantID: shopID, Key: "k", Script: "reg2reg", Fingerprint: []byte(fingerprint)}
		return w.accept(o)
	}
	first := with("po-1", "a").result
	if again := with("po-1", "a"); again.repeats != first.PaymentID {
		t.Errorf("the same call repeats %d", again.repeats)
	}
	if other := with("po-2", "b"); other.refusal == nil || other.refusal.Field != "pg_idempotency_key" {
		t.Errorf("another call: %v", other.refusal)
	}
}

func TestTheSameOperationCommittedTwiceIsOnePayout(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	o := w.proposal(ToToken, "po-1", 10000, 0)
	w.accept(o)
	first := o.result
	w.accept(o) // the answer of its commit was lost
	if o.refusal != nil || o.repeats != 0 || o.result.PaymentID != first.PaymentID || o.result.Attempt != 1 {
		t.Errorf("the second run: %+v %v", o.result, o.refusal)
	}
	if held := w.account(ledger.Payout).Held; held != 10000 {
		t.Errorf("held %d, want 10000 once", held)
	}
}

func TestAnUnknownOutcomeIsInquiredNeverRepeated(t *testing.T) {
	unknown, notFound := bank.Answer{}, bank.Answer{Outcome: bank.NotFound}
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
	// A call may be lost, and so may the next one: each time the bank must know
	// nothing for as long as a call can be under way before it is sent again.
	for range 3 {
		o := w.told(row, toPay, unknown)
		if o.result.State != Process || o.send {
			t.Fatalf("after a lost call: %s, send %v", o.result.State, o.send)
		}
		if effect, ok := w.waiting(row.sending()); !ok || !effect.DueAt.After(w.now) {
			t.Fatalf("no inquiry is planned: %+v", effect)
		}
		w.now = w.now.Add(silence - time.Second)
		if o := w.settle(row, notFound); o.send || o.result.State != Process {
			t.Fatal("sent again while a call may be under way")
		}
		w.now = w.now.Add(time.Second)
		if o := w.settle(row, notFound); !o.send {
			t.Fatal("what the bank never had is not sent")
		}
		// The node dies before, or while, it sends: whoever comes next cannot know.
		if o := w.settle(row, notFound); o.send {
			t.Fatal("sent again right after it was to be sent")
		}
		w.now = w.now.Add(time.Minute)
	}
}

func TestABankIsBelievedForTheMomentWhenItWasAsked(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.told(w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result, toPay, bank.Answer{}).result
	w.now = w.now.Add(silence + time.Minute)
	if o := w.late(row, time.Minute+time.Second, bank.Answer{Outcome: bank.NotFound}); o.send || o.result.State != Process {
		t.Fatal("sent again on an answer from before the silence was over")
	}
	if o := w.late(row, time.Minute, bank.Answer{Outcome: bank.NotFound}); !o.send {
		t.Fatal("an answer from after the silence is not believed because it was long on its way")
	}
}

func TestWhatWasNeverSentExpires(t *testing.T) {
	for name, asked := range map[string]question{"at once": nothing, "after a silence": whatIsIt} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.fund(1_000_000)
			row := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
			w.now = w.now.Add(2 * time.Hour)
			o := w.told(row, asked, bank.Answer{Outcome: bank.NotFound})
			if asked == whatIsIt {
				if o.result.State != Process {
					t.Fatalf("%s before the silence is over", o.result.State)
				}
				w.now = w.now.Add(silence)
				o = w.told(row, asked, bank.Answer{Outcome: bank.NotFound})
			}
			if o.send || o.result.State != Expired || o.result.ErrorCode != codes.LifetimeOver {
				t.Errorf("send %v, %s %d", o.send, o.result.State, o.result.ErrorCode)
			}
			if a := w.account(ledger.Payout); a.Held != 0 || a.Available() != 1_000_000 {
				t.Errorf("held %d, available %d", a.Held, a.Available())
			}
		})
	}
}

// TestWhatAnotherNodeHasSentIsNotGivenUp by one that was held up and believes that nobody
// has sent it.
func TestWhatAnotherNodeHasSentIsNotGivenUp(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
	w.settle(row, bank.Answer{Outcome: bank.NotFound})
	w.now = w.now.Add(silence)
	if o := w.settle(row, bank.Answer{Outcome: bank.NotFound}); !o.send {
		t.Fatal("what the bank never had is not sent")
	}
	w.now = w.now.Add(2 * time.Hour)
	if o := w.told(row, nothing, bank.Answer{Outcome: bank.NotFound}); o.send || o.result.State != Process {
		t.Errorf("send %v, %s", o.send, o.result.State)
	}
	if o := w.settle(row, bank.Answer{Outcome: bank.Approved}); o.result.State != Success {
		t.Errorf("%s after the bank has paid", o.result.State)
	}
}

// TestABankThatPaidWhatWasGivenUpIsToldOf: the books cannot follow it, people must.
func TestABankThatPaidWhatWasGivenUpIsToldOf(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
	if o := w.told(row, toPay, bank.Answer{Outcome: bank.Declined, Code: codes.InvalidTransaction}); o.contradicted {
		t.Error("a payout that the bank declined is told of")
	}
	if o := w.settle(row, bank.Answer{Outcome: bank.Approved}); !o.contradicted || o.result.State != Failed {
		t.Errorf("told of: %v, %s", o.contradicted, o.result.State)
	}
}

func TestTheTimeLimitHasNoEffectAfterSending(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result
	row = w.settle(row, bank.Answer{Outcome: bank.Pending}).result
	w.now = w.now.Add(48 * time.Hour)
	if row = w.settle(row, bank.Answer{Outcome: bank.Pending}).result; row.State != Process {
		t.Fatalf("state %s", row.State)
	}
	if row = w.settle(row, bank.Answer{Outcome: bank.Approved}).result; row.State != Success {
		t.Errorf("state %s", row.State)
	}
}

func TestInquiriesGrowApart(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.settle(w.accept(w.proposal(ToToken, "po-1", 10000, 0)).result, bank.Answer{}).result
	var last time.Duration
	for range 30 {
		effect, _ := w.waiting(row.sending())
		pause := effect.DueAt.Sub(w.now)
		if pause < last || pause > inquireLast {
			t.Fatalf("pause %s after %s", pause, last)
		}
		last, w.now = pause, effect.DueAt
		row = w.settle(row, bank.Answer{}).result
	}
	if last != inquireLast {
		t.Errorf("pauses end at %s, want %s", last, inquireLast)
	}
}

func TestAPageIsSubmittedOnce(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToPage, "po-1", 10000, 0)).result
	if held := w.account(ledger.Payout).Held; held != 0 {
		t.Errorf("an open page holds %d", held)
	}
	type card struct{ sealed, mask string }
	for i, c := range []card{{"first", "4671-59XX-XXXX-8252"}, {"second", "5325-34XX-XXXX-1311"}} {
		o := &submit{seen: row, sealed: []byte(c.sealed), mask: c.mask, callback: w.id(), notice: notify}
		w.do(o)
		if string(o.result.Destination) != "first" || o.result.CardMask != "4671-59XX-XXXX-8252" {
			t.Errorf("submission %d: %s", i+1, o.result.CardMask)
		}
	}
	if held := w.account(ledger.Payout).Held; held != 10000 {
		t.Errorf("held %d", held)
	}
	done := w.settle(w.row(t, row.Key), bank.Answer{Outcome: bank.Approved}).result
	if len(done.Destination) != 0 {
		t.Error("the typed card is kept after the payout ended")
	}
}

func TestAPageThatNobodySubmitsExpires(t *testing.T) {
	w := newWorld()
	w.fund(1_000_000)
	row := w.accept(w.proposal(ToPage, "po-1", 10000, 0)).result
	w.do(&lapse{seen: row, callback: w.id(), notice: notify}) // the timer of an earlier clock
	if row = w.row(t, row.Key); row.State != Created {
		t.Fatalf("expired an hour early: %s", row.State)
	}
	w.now = w.now.Add(time.Hour + time.Second)
	o := &submit{seen: row, sealed: []byte("late"), mask: "m", callback: w.id(), notice: notify}
	if w.do(o); o.result.State != Expired || o.result.ErrorCode != codes.LifetimeOver {
		t.Errorf("submitted too late: %s %d", o.result.State, o.result.ErrorCode)
	}
	notices := callback.Rows.Written(w.set)
	if len(notices) != 1 {
		t.Fatalf("%d notifies", len(notices))
	}
}
