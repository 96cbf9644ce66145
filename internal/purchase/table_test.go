package purchase

import (
	"testing"

	"tolem/internal/bank"
	"tolem/internal/protocol/codes"
)

// table is R24 as it is written, with a line for what is with the payer or the bank.
var table = map[string]map[bank.Action]codes.Code{
	"created":    {bank.Reverse: 0, bank.Capture: 10035, bank.Refund: 10034},
	"challenge":  {bank.Reverse: 120, bank.Capture: 10035, bank.Refund: 10034},
	"sent":       {bank.Reverse: 120, bank.Capture: 10035, bank.Refund: 10034},
	"authorized": {bank.Reverse: 0, bank.Capture: 0, bank.Refund: 10034},
	"busy":       {bank.Reverse: 9999, bank.Capture: 9999, bank.Refund: 10034},
	"captured":   {bank.Reverse: 10012, bank.Capture: 10036, bank.Refund: 0},
	"refunded":   {bank.Reverse: 11018, bank.Capture: 10036, bank.Refund: 11018},
	"voided":     {bank.Reverse: 10033, bank.Capture: 10035, bank.Refund: 11017},
	"declined":   {bank.Reverse: 9013, bank.Capture: 10035, bank.Refund: 10034},
	"expired":    {bank.Reverse: 9013, bank.Capture: 10035, bank.Refund: 10034},
	"cancelled":  {bank.Reverse: 10033, bank.Capture: 10035, bank.Refund: 10034},
}

// reach brings a purchase to a line of the table.
var reach = map[string]func(*world) Key{
	"created":    func(w *world) Key { return w.create(1000, false) },
	"challenge":  func(w *world) Key { k := w.create(1000, false); w.challenge(k); return k },
	"sent":       func(w *world) Key { k := w.create(1000, false); w.submit(k); return k },
	"authorized": func(w *world) Key { return w.paid(1000, false) },
	"busy": func(w *world) Key {
		k := w.paid(1000, false)
		w.follow(k, bank.Capture, 0)
		return k
	},
	"captured": func(w *world) Key { return w.paid(1000, true) },
	"refunded": func(w *world) Key {
		k := w.paid(1000, true)
		w.conclude(w.follow(k, bank.Refund, 0).result.Key, approved)
		return k
	},
	"voided": func(w *world) Key {
		k := w.paid(1000, false)
		w.conclude(w.follow(k, bank.Reverse, 0).result.Key, approved)
		return k
	},
	"declined": func(w *world) Key {
		k := w.create(1000, false)
		w.submit(k)
		w.settle(k, declined)
		return k
	},
	"expired": func(w *world) Key {
		k := w.create(1000, false)
		w.now = w.now.Add(Lifetime)
		w.lapse(k)
		return k
	},
	"cancelled": func(w *world) Key { k := w.create(1000, false); w.abandon(k, 0); return k },
}

// TestFollowUpsAreRefusedAsTheTableSays: R24, for every state and action.
func TestFollowUpsAreRefusedAsTheTableSays(t *testing.T) {
	for line, actions := range table {
		for action, want := range actions {
			w := newWorld()
			k := reach[line](w)
			o := w.asked(k, action, 0)
			if want == 0 {
				if w.do(o); o.refusal != nil || w.step(o.step.Key).Amount != 1000 {
					t.Errorf("%s of what is %s: %v, %+v", action, line, o.refusal, o.result)
				}
				continue
			}
			if w.unchanged(t, line, func() { w.do(o) }); o.refusal == nil || o.refusal.Code != want {
				t.Errorf("%s of what is %s: %v, want %d", action, line, o.refusal, want)
			}
		}
	}
}

func TestAmountsOfFollowUpsHaveBounds(t *testing.T) {
	w := newWorld()
	held, taken := w.paid(1000, false), w.paid(1000, true)
	if o := w.follow(held, bank.Capture, 1001); o.refusal == nil || o.refusal.Code != codes.Validation || o.refusal.Field != "pg_clearing_amount" {
		t.Errorf("captured more than was held: %v", o.refusal)
	}
	if o := w.follow(taken, bank.Refund, 1001); o.refusal == nil || o.refusal.Code != codes.RefundTooLarge {
		t.Errorf("refunded more than was taken: %v", o.refusal)
	}
	first := w.follow(taken, bank.Refund, 600)
	if o := w.follow(taken, bank.Refund, 401); o.refusal == nil || o.refusal.Code != codes.RefundTooLarge {
		t.Errorf("refunded more than is left while a refund is under way: %v", o.refusal)
	}
	w.conclude(first.result.Key, declined)
	if o := w.follow(taken, bank.Refund, 1000); o.refusal != nil {
		t.Errorf("what the bank would not refund is refunded again: %v", o.refusal)
	}
	old := w.paid(1000, true)
	w.now = w.now.Add(RefundLife)
	if o := w.follow(old, bank.Refund, 1); o.refusal != nil {
		t.Errorf("refunded on the last day: %v", o.refusal)
	}
	w.now = w.now.Add(1000)
	if o := w.follow(old, bank.Refund, 1); o.refusal == nil || o.refusal.Code != codes.TooOld {
		t.Errorf("refunded after 180 days: %v", o.refusal)
	}
}
