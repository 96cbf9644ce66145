package purchase_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

func number(k purchase.Key) string { return strconv.FormatInt(k.PaymentID, 10) }

func aPurchaseInOneStepAndItsRefundsInParts(h *house) {
	w := h.proposal("A-1", true)
	w.Terms.RefundURL, w.Terms.Echo = h.shop.URL+"/fp/refunded", []purchase.Echoed{{Name: "pg_param1", Value: "blue"}, {Name: "cart", Value: "mine"}}
	row := h.submit(h.create(w), good).Row
	if row.State != purchase.Captured || row.Captured != 150_000 || row.Fee != 4350 || row.Net() != 145_650 {
		h.t.Fatalf("%s, captured %d, fee %d", row.State, row.Captured, row.Fee)
	}
	h.result(row, map[string]string{
		"pg_order_id": "A-1", "pg_amount": "1500", "pg_currency": "KZT", "pg_net_amount": "1456.5", "pg_ps_amount": "1500",
		"pg_ps_full_amount": "1500", "pg_ps_currency": "KZT", "pg_description": "Two notebooks", "pg_result": "1",
		"pg_payment_date": h.today(), "pg_can_reject": "1", "pg_need_phone_notification": "0",
		"pg_need_email_notification": "0", "pg_payment_method": "bankcard", "pg_testing_mode": "1", "pg_captured": "1",
		"pg_reference": row.Reference, "pg_auth_code": row.AuthCode, "pg_card_pan": "6224-46XX-XXXX-XXX1-278",
		"pg_card_exp": "12/28", "pg_card_owner": "AIGERIM TEST", "pg_card_brand": "UP", "pg_param1": "blue", "cart": "mine",
	})
	for i, part := range []money.Amount{50_000, 1, 0} {
		if step := h.follow(row, bank.Refund, part); step.State != purchase.Succeeded || step.Reference == "" {
			h.t.Fatalf("refund %d: %+v", i, step)
		}
	}
	if row = h.now(row.Key); row.Refunded != 150_000 || row.Refundable() != 0 {
		h.t.Errorf("refunded %d", row.Refunded)
	}
	if _, _, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: row.Key, Action: bank.Refund, Amount: 1}); err != nil || refusal == nil || refusal.Code != codes.PaymentRefunded {
		h.t.Errorf("one more refund: %v %v", refusal, err)
	}
	var refunds money.Amount
	for _, r := range h.shop.wait(h.t, "refunded", number(row.Key), 3) {
		part, err := money.ParseAmount(r.message.Get("pg_amount"))
		if err != nil || r.message.Get("pg_refund_id") == "" || r.message.Get("pg_refund_date") != h.today() {
			h.t.Errorf("refund notify: %v", r.message.Get("pg_amount"))
		}
		refunds += part
	}
	if refunds != 150_000 {
		h.t.Errorf("notified of refunds of %d", refunds)
	}
	if n := len(h.shop.of("result", number(row.Key))); n != 1 || h.shop.unsigned > 0 {
		h.t.Errorf("%d result notifies, %d messages unsigned", n, h.shop.unsigned)
	}
}

func aFixedFeeIsInTheCurrencyOfTheBalance(h *house) {
	shop := *h.merchant
	shop.Settings.PurchaseTariff.Fixed = 50_00
	h.merchant = &shop
	for currency, fee := range map[money.Currency]money.Amount{money.KZT: 93_50, "USD": 43_50} {
		w := h.proposal("A-"+string(currency), true)
		w.Money.Currency = currency
		if row := h.submit(h.create(w), good).Row; row.State != purchase.Captured || row.Fee != fee {
			h.t.Errorf("%s: %s, fee %d, want %d", currency, row.State, row.Fee, fee)
		}
	}
}

// result is the Result notify of a purchase: exactly these fields, salt and signature.
func (h *house) result(row purchase.Row, want map[string]string) {
	h.t.Helper()
	got := h.shop.wait(h.t, "result", number(row.Key), 1)[0].message
	want["pg_payment_id"] = number(row.Key)
	for name, value := range want {
		if got.Get(name) != value {
			h.t.Errorf("%s is %q, want %q", name, got.Get(name), value)
		}
	}
	for _, f := range got {
		if _, ok := want[f.Name]; !ok && f.Name != "pg_salt" && f.Name != "pg_sig" {
			h.t.Errorf("%s is there", f.Name)
		}
	}
}

func aHoldIsCapturedInPartOrLetGo(h *house) {
	w := h.proposal("A-1", false)
	w.Terms.CaptureURL = h.shop.URL + "/fp/taken"
	part := h.submit(h.create(w), good).Row
	if part.State != purchase.Authorized || part.Captured != 0 {
		h.t.Fatalf("%s %d", part.State, part.Captured)
	}
	if got := h.shop.wait(h.t, "result", number(part.Key), 1)[0].message; got.Get("pg_captured") != "0" || got.Get("pg_can_reject") != "1" {
		h.t.Errorf("of a hold: captured %q, can be rejected %q", got.Get("pg_captured"), got.Get("pg_can_reject"))
	}
	h.follow(part, bank.Capture, 120_000)
	if part = h.now(part.Key); part.State != purchase.Captured || part.Captured != 120_000 || part.Fee != 3480 {
		h.t.Errorf("%s, captured %d, fee %d", part.State, part.Captured, part.Fee)
	}
	h.shop.wait(h.t, "taken", number(part.Key), 1)
	if step := h.follow(part, bank.Refund, 0); step.Amount != 120_000 {
		h.t.Errorf("refund of all: %d", step.Amount)
	}
	whole := h.paid("A-2", false, good)
	h.follow(whole, bank.Capture, 0)
	away := h.paid("A-3", false, good)
	if h.follow(away, bank.Reverse, 0); h.now(away.Key).State != purchase.Voided {
		h.t.Errorf("cancelled: %s", h.now(away.Key).State)
	}
	stuck := h.paid("A-4", false, noReversal)
	if step := h.follow(stuck, bank.Reverse, 0); step.State != purchase.Refused || step.ErrorCode != codes.CancelRefused {
		h.t.Errorf("what the bank will not cancel: %+v", step)
	}
	if h.follow(stuck, bank.Capture, 0); h.now(stuck.Key).State != purchase.Captured {
		h.t.Error("a hold that was not cancelled is not captured")
	}
	unpaid := h.create(h.proposal("A-5", false))
	if _, closed, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: unpaid.Key, Action: bank.Reverse}); !closed || refusal != nil || err != nil {
		h.t.Errorf("cancelled before it was paid: %v %v %v", closed, refusal, err)
	}
	if h.submit(unpaid, good).Row.State != purchase.Cancelled {
		h.t.Error("paid after it was cancelled")
	}
	if n := len(h.shop.of("result", number(unpaid.Key))); n != 0 {
		h.t.Errorf("the merchant's own cancel is notified %d times", n)
	}
}

func aDeclineIsFinal(h *house) {
	row := h.submit(h.create(h.proposal("A-1", true)), refusedBy).Row
	if row.State != purchase.Declined || row.ErrorCode != codes.InsufficientFunds {
		h.t.Fatalf("%s %d", row.State, row.ErrorCode)
	}
	h.result(row, map[string]string{
		"pg_order_id": "A-1", "pg_amount": "1500", "pg_currency": "KZT", "pg_net_amount": "0.00", "pg_description": "Two notebooks",
		"pg_result": "0", "pg_payment_date": h.today(), "pg_can_reject": "0", "pg_need_phone_notification": "0",
		"pg_need_email_notification": "0", "pg_payment_method": "bankcard", "pg_testing_mode": "1", "cart": "77",
		"pg_failure_code": "10009", "pg_failure_description": codes.InsufficientFunds.Text("en"),
	})
	if again := h.submit(row, good).Row; again.State != purchase.Declined || h.line.charges.Load() != 1 {
		h.t.Errorf("paid after a decline: %s", again.State)
	}
}

// twoTabsPayOnce: a double click, a second tab, the back button.
func twoTabsPayOnce(h *house) {
	row := h.create(h.proposal("A-1", true))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			means := typed(h.t, []string{good, noReversal}[i%2])
			if turn, err := h.Submit(h.t.Context(), row, means); err != nil || turn.Row.State != purchase.Captured {
				h.t.Errorf("tab %d: %s %v", i, turn.Row.State, err)
			}
		})
	}
	all.Wait()
	if n := h.line.charges.Load(); n != 1 {
		h.t.Errorf("charged %d times", n)
	}
}

func aHundredRefundsAtOnceNeverExceedWhatWasCaptured(h *house) {
	row := h.paid("A-1", true, good)
	var all sync.WaitGroup
	var done, refused atomic.Int64
	for range 100 {
		all.Go(func() {
			step, _, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: row.Key, Action: bank.Refund, Amount: 4000})
			switch {
			case err != nil:
				h.t.Error(err)
			case refusal == nil && step.State == purchase.Succeeded:
				done.Add(1)
			case refusal != nil && refusal.Code == codes.RefundTooLarge:
				refused.Add(1)
			default:
				h.t.Errorf("%+v %v", step, refusal)
			}
		})
	}
	all.Wait()
	if done.Load() != 37 || refused.Load() != 63 || h.now(row.Key).Refunded != 37*4000 {
		h.t.Errorf("%d done, %d refused, refunded %d", done.Load(), refused.Load(), h.now(row.Key).Refunded)
	}
}

func anOrderHasOnePurchaseAtATime(h *house) {
	w := h.proposal("A-1", true)
	w.Unique = true
	var all sync.WaitGroup
	var made atomic.Int64
	for range 10 {
		all.Go(func() {
			_, refusal, err := h.Create(h.t.Context(), h.merchant, w)
			switch {
			case err != nil:
				h.t.Error(err)
			case refusal == nil:
				made.Add(1)
			case refusal.Code != codes.OrderNotUnique:
				h.t.Error(refusal)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		h.t.Errorf("%d purchases", made.Load())
	}
	row, _, err := h.Newest(h.t.Context(), purchase.Order{MerchantID: h.merchant.ID, OrderID: "A-1"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.submit(row, refusedBy)
	if second := h.create(w); second.Previous != row.PaymentID {
		h.t.Errorf("the next one comes after %d, want %d", second.Previous, row.PaymentID)
	}
	for i := range 3 { // and where the shop does not mind
		w.Unique, w.OrderID = false, fmt.Sprint("B-", i/2)
		h.create(w)
	}
}
