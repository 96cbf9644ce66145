package simulator

import (
	"testing"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// TestActionsFollowTheStateOfTheCharge is the table of R24.
func TestActionsFollowTheStateOfTheCharge(t *testing.T) {
	type does = []bank.Follow
	full := func(a bank.Action) bank.Follow { return following("", "", a, 700) }
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		for state, c := range map[string]struct {
			pan                      string
			after                    does
			capture, reverse, refund codes.Code
		}{
			"unknown":          {"", nil, 11068, 11068, 11068},
			"declined":         {"4916109830832246", nil, 10035, 9013, 10034},
			"authorised":       {unionPay, nil, 0, 0, 10034},
			"captured":         {unionPay, does{full(bank.Capture)}, 10036, 10012, 0},
			"captured in part": {unionPay, does{following("", "", bank.Capture, 1)}, 10036, 10012, 10020},
			"refunded in part": {unionPay, does{full(bank.Capture), following("", "", bank.Refund, 1)}, 10036, 10012, 10020},
			"refunded in full": {unionPay, does{full(bank.Capture), full(bank.Refund)}, 10036, 11018, 11018},
			"reversed":         {unionPay, does{full(bank.Reverse)}, 10035, 10033, 11017},
		} {
			for a, want := range map[bank.Action]codes.Code{bank.Capture: c.capture, bank.Reverse: c.reverse, bank.Refund: c.refund} {
				charge := state + ", " + string(a)
				if c.pan != "" {
					if _, err := b.Charge(t.Context(), charging(t, charge, c.pan, 700)); err != nil {
						t.Fatal(err)
					}
				}
				for _, before := range c.after {
					before.Reference, before.Charge = charge+", before: "+string(before.Action), charge
					answer, err := b.Follow(t.Context(), before)
					says(t, before.Reference, answer, err, 0)
				}
				answer, err := b.Follow(t.Context(), following(charge+", then", charge, a, 700))
				says(t, charge, answer, err, want)
			}
		}
	})
}

// TestSumsAreBoundedByTheCharge: what is refused leaves the charge as it was.
func TestSumsAreBoundedByTheCharge(t *testing.T) {
	authorised := Charge{Amount: 700, Currency: money.KZT}
	taken := Charge{Amount: 700, Currency: money.KZT, Captured: 500, Refunded: 200}
	for _, c := range []struct {
		charge Charge
		action bank.Action
		money  money.Money
		want   codes.Code
	}{
		{authorised, bank.Capture, money.Money{Amount: 701, Currency: money.KZT}, 9403},
		{authorised, bank.Capture, money.Money{Amount: 1 << 62, Currency: money.KZT}, 9403},
		{authorised, bank.Capture, money.Money{Amount: 0, Currency: money.KZT}, 9403},
		{authorised, bank.Capture, money.Money{Amount: -1, Currency: money.KZT}, 9403},
		{authorised, bank.Capture, money.Money{Amount: 700, Currency: "USD"}, 9403},
		{authorised, bank.Reverse, money.Money{Amount: 699, Currency: money.KZT}, 9403},
		{authorised, bank.Reverse, money.Money{Amount: 701, Currency: money.KZT}, 9403},
		{authorised, "credit", money.Money{Amount: 700, Currency: money.KZT}, 9403},
		{taken, bank.Refund, money.Money{Amount: 301, Currency: money.KZT}, 10020},
		{taken, bank.Refund, money.Money{Amount: 1<<63 - 1, Currency: money.KZT}, 10020},
		{taken, bank.Refund, money.Money{Amount: 0, Currency: money.KZT}, 9403},
		{taken, bank.Refund, money.Money{Amount: -1, Currency: money.KZT}, 9403},
		{taken, bank.Refund, money.Money{Amount: 300, Currency: "USD"}, 9403},
		{taken, bank.Refund, money.Money{Amount: 300, Currency: money.KZT}, 0},
		{authorised, bank.Capture, money.Money{Amount: 1, Currency: money.KZT}, 0},
	} {
		after, code := c.charge.After(c.action, c.money)
		if code != c.want || (after != c.charge) != (c.want == 0) {
			t.Errorf("%s %v of %+v: %d and %+v, want %d", c.action, c.money, c.charge, code, after, c.want)
		}
	}
}

// TestNothingIsNoCharge: an acquirer authorises sums only.
func TestNothingIsNoCharge(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		for reference, amount := range map[string]money.Amount{"zero": 0, "negative": -700} {
			answer, err := b.Charge(t.Context(), charging(t, reference, unionPay, amount))
			says(t, reference, answer, err, 9403)
		}
	})
}
