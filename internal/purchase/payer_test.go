package purchase_test

import (
	"sync"
	"time"

	"tolem/internal/bank"
	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/idempotency"
	"tolem/internal/money"
	"tolem/internal/platform"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
	"tolem/internal/threeds"
)

// answer types a code on the issuer's page.
func (h *house) answer(k purchase.Key, code string) {
	h.t.Helper()
	if _, err := h.Issuer.Answer(threeds.Key(k), code, false); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) resume(k purchase.Key) purchase.Turn {
	h.t.Helper()
	turn, err := h.Resume(h.t.Context(), h.now(k))
	if err != nil {
		h.t.Fatal(err)
	}
	return turn
}

// threeDSecureDecidesByItsOwnRecord: R26, R36.
func threeDSecureDecidesByItsOwnRecord(h *house) {
	row := h.create(h.proposal("A-1", true))
	if turn := h.resume(row.Key); turn.Next != "" || turn.Row.State != purchase.Created {
		h.t.Errorf("resumed before it began: %s", turn.Row.State)
	}
	turn := h.submit(row, enrolled)
	if turn.Row.State != purchase.Challenged || turn.Next != h.Issuer.PagePath(threeds.Key(row.Key)) || h.line.charges.Load() != 0 {
		h.t.Fatalf("%s at %s", turn.Row.State, turn.Next)
	}
	if turn := h.resume(row.Key); turn.Row.State != purchase.Challenged || turn.Next == "" {
		h.t.Errorf("resumed before the code: %s", turn.Row.State)
	}
	if h.submit(row, good).Row.State != purchase.Challenged {
		h.t.Error("another card is taken while the first is with its issuer")
	}
	h.answer(row.Key, threeds.Code)
	var tabs sync.WaitGroup
	seen := h.now(row.Key)
	for range 4 { // and the back button
		tabs.Go(func() {
			if turn, err := h.Resume(h.t.Context(), seen); err != nil || turn.Row.State != purchase.Captured || !turn.Row.Secure {
				h.t.Errorf("%s %v", turn.Row.State, err)
			}
		})
	}
	tabs.Wait()
	if turn := h.resume(row.Key); turn.Row.State != purchase.Captured || len(turn.Row.PendingCard) > 0 || h.line.charges.Load() != 1 {
		h.t.Errorf("afterwards: %s, charged %d times", turn.Row.State, h.line.charges.Load())
	}
	wrong, late, gone := h.create(h.proposal("A-2", true)), h.create(h.proposal("A-3", true)), h.create(h.proposal("A-4", true))
	for _, row := range []purchase.Row{wrong, late, gone} {
		h.submit(row, enrolled)
	}
	h.answer(wrong.Key, "000000")
	if turn := h.resume(wrong.Key); turn.Row.State != purchase.Declined || turn.Row.ErrorCode != codes.ThreeDSCodeWrong {
		h.t.Errorf("a wrong code: %s %d", turn.Row.State, turn.Row.ErrorCode)
	}
	h.clock.Advance(threeds.Life)
	if turn := h.resume(late.Key); turn.Row.State != purchase.Declined || turn.Row.ErrorCode != codes.ThreeDSCodeNotEntered {
		h.t.Errorf("too late: %s %d", turn.Row.State, turn.Row.ErrorCode)
	}
	h.clock.Advance(threeds.Grace)
	if row := h.is(gone.Key, purchase.Declined); row.ErrorCode != codes.ThreeDSCodeNotEntered || len(row.PendingCard) > 0 {
		h.t.Errorf("nobody came back: %d", row.ErrorCode)
	}
	for _, row := range []purchase.Row{wrong, late, gone} {
		h.shop.wait(h.t, "result", number(row.Key), 1)
	}
}

// aHoldIsCapturedAfterFiveDays: R25; one that the bank will not capture is tried
// again and again, at growing pauses.
func aHoldIsCapturedAfterFiveDays(h *house) {
	row, stuck := h.paid("A-1", false, good), h.paid("A-2", false, noCapture)
	h.clock.Advance(purchase.HoldLife - time.Second)
	if h.now(row.Key).State != purchase.Authorized {
		h.t.Error("captured a second early")
	}
	h.clock.Advance(time.Second)
	if row = h.is(row.Key, purchase.Captured); row.Captured != row.Amount {
		h.t.Errorf("captured %d", row.Captured)
	}
	for tries := 1; tries <= 3; tries++ {
		h.becomes(stuck.Key, "tried", func(r purchase.Row) bool {
			steps, err := h.Steps(h.t.Context(), r.Key)
			return err == nil && len(steps) == tries && steps[tries-1].State == purchase.Refused
		})
		h.clock.Advance(time.Duration(tries) * time.Hour)
	}
	if n := len(h.shop.of("result", number(row.Key))); n != 1 {
		h.t.Errorf("%d result notifies", n)
	}
}

func aLifetimeIsOverForWhatNobodyPaid(h *house) {
	row, paid, given := h.create(h.proposal("A-1", true)), h.paid("A-2", false, good), h.create(h.proposal("A-3", true))
	if after, err := h.Abandon(h.t.Context(), given); err != nil || after.State != purchase.Cancelled {
		h.t.Errorf("%s %v", after.State, err)
	}
	h.clock.Advance(purchase.Lifetime)
	if turn := h.submit(row, good); turn.Row.State.Paid() {
		h.t.Error("paid after its lifetime")
	}
	if row = h.is(row.Key, purchase.Expired); row.ErrorCode != codes.LifetimeOver {
		h.t.Errorf("code %d", row.ErrorCode)
	}
	if h.now(paid.Key).State != purchase.Authorized {
		h.t.Error("a paid one is over too")
	}
	if got := h.shop.wait(h.t, "result", number(row.Key), 1)[0].message; got.Get("pg_result") != "0" || got.Get("pg_failure_code") != "10018" || got.Has("pg_payment_method") || got.Has("pg_captured") {
		h.t.Errorf("result %q, code %q", got.Get("pg_result"), got.Get("pg_failure_code"))
	}
	if got := h.shop.wait(h.t, "result", number(given.Key), 1)[0].message; got.Get("pg_result") != "0" {
		h.t.Errorf("of one that the payer cancelled: %q", got.Get("pg_result"))
	}
}

// aPayerChoosesOnce: 2.5.
func aPayerChoosesOnce(h *house) {
	w := h.proposal("A-1", true)
	w.Money.Amount, w.Terms.Least, w.Terms.Most = 0, 50_000, 10_000_000
	row := h.create(w)
	if turn := h.submit(row, good); turn.Row.State != purchase.Created || h.line.charges.Load() > 0 {
		h.t.Error("paid before an amount was chosen")
	}
	for _, c := range []struct {
		amount money.Amount
		ok     bool
	}{{0, false}, {49_999, false}, {10_000_001, false}, {70_000, true}, {80_000, false}} {
		after, ok, err := h.Choose(h.t.Context(), row, c.amount)
		if err != nil || ok != c.ok {
			h.t.Errorf("%d: %v %v", c.amount, ok, err)
		}
		row = after
	}
	if row = h.submit(row, good).Row; row.Captured != 70_000 {
		h.t.Errorf("%s, captured %d", row.State, row.Captured)
	}
}

func (h *house) tokens() []cardtoken.Token {
	h.t.Helper()
	tokens, err := h.Cards.List(h.t.Context(), h.merchant.ID, "u-1")
	if err != nil {
		h.t.Fatal(err)
	}
	return tokens
}

// keeping pays with a card that is to be kept and charged again.
func (h *house) keeping(number string) purchase.Row {
	h.t.Helper()
	w := h.proposal("A-1", true)
	w.Terms.Recurring = 12
	means := typed(h.t, number)
	means.Save = true
	turn, err := h.Submit(h.t.Context(), h.create(w), means)
	if err != nil {
		h.t.Fatal(err)
	}
	return turn.Row
}

// cardsAreKeptWhenTheBankApproves, and never otherwise.
func cardsAreKeptWhenTheBankApproves(h *house) {
	if row := h.keeping(refusedBy); row.CardID != 0 || row.ProfileID != 0 || len(h.tokens()) > 0 || len(row.PendingCard) > 0 {
		h.t.Fatalf("kept after a decline: %d %d", row.CardID, row.ProfileID)
	}
	row := h.keeping(good)
	tokens := h.tokens()
	if len(tokens) != 1 || row.CardToken != tokens[0].Token || row.ProfileID == 0 || len(row.PendingCard) > 0 {
		h.t.Fatalf("%d tokens, token %q, profile %d", len(tokens), row.CardToken, row.ProfileID)
	}
	got := h.shop.wait(h.t, "result", number(row.Key), 1)[0].message
	for name, want := range map[string]string{
		"pg_card_token": row.CardToken, "pg_recurring_profile": got.Get("pg_recurring_profile_id"),
		"pg_recurring_profile_expiry_date": clock.Local(h.clock.Now().AddDate(1, 0, 0), platform.Almaty),
	} {
		if got.Get(name) != want || want == "" {
			h.t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	again := h.create(h.proposal("A-2", false))
	turn, err := h.Submit(h.t.Context(), again, purchase.Means{Saved: tokens[0], Save: true})
	if err != nil || turn.Row.State != purchase.Authorized || turn.Row.CardToken != tokens[0].Token || len(h.tokens()) != 1 {
		h.t.Errorf("with the saved card: %s %v", turn.Row.State, err)
	}
	h.recur(row)
}

// recur charges a profile again.
func (h *house) recur(first purchase.Row) {
	h.t.Helper()
	w := h.proposal("A-3", false)
	w.Money = money.Money{}
	w.Call.Message = "the same salt and signature"
	row, refusal, err := h.Recur(h.t.Context(), h.merchant, first.ProfileID, w)
	if err != nil || refusal != nil {
		h.t.Fatal(refusal, err)
	}
	same, refusal, err := h.Recur(h.t.Context(), h.merchant, first.ProfileID, w)
	if err != nil || refusal != nil || same.PaymentID != row.PaymentID {
		h.t.Errorf("the same message begins %d: %v %v", same.PaymentID, refusal, err)
	}
	if row = h.is(row.Key, purchase.Captured); row.Amount != first.Amount || row.ProfileID != first.ProfileID {
		h.t.Errorf("charged %d", row.Amount)
	}
	if got := h.shop.wait(h.t, "result", number(row.Key), 1)[0].message; got.Get("pg_result") != "1" || got.Get("pg_recurring_profile") == "" {
		h.t.Errorf("result %q of profile %q", got.Get("pg_result"), got.Get("pg_recurring_profile"))
	}
	w.Call = idempotency.Call{MerchantID: h.merchant.ID}
	w.Test = false
	if _, refusal, err := h.Recur(h.t.Context(), h.merchant, first.ProfileID, w); err != nil || refusal == nil || refusal.Code != codes.PaymentNotFound {
		h.t.Errorf("a test profile for real money: %v %v", refusal, err)
	}
	w.Test = true
	h.clock.Advance(366 * 24 * time.Hour)
	if _, refusal, err := h.Recur(h.t.Context(), h.merchant, first.ProfileID, w); err != nil || refusal == nil || refusal.Code != codes.RecurringClosed {
		h.t.Errorf("after its end: %v %v", refusal, err)
	}
	if _, refusal, err := h.Recur(h.t.Context(), h.merchant, 1, w); err != nil || refusal == nil || refusal.Code != codes.PaymentNotFound {
		h.t.Errorf("an unknown profile: %v %v", refusal, err)
	}
}

// aLostAnswerIsInquiredNeverRepeated: the bank has the charge, the answer is lost;
// what it never had is declined once nothing can be under way any more.
func aLostAnswerIsInquiredNeverRepeated(h *house) {
	h.line.deaf.Store(true)
	row := h.keeping(good)
	if row.State != purchase.Captured || row.AuthCode == "" || row.CardID == 0 || row.ProfileID == 0 || len(row.PendingCard) > 0 {
		h.t.Errorf("%s %s, card %d, profile %d", row.State, row.AuthCode, row.CardID, row.ProfileID)
	}
	if step := h.follow(row, bank.Refund, 0); step.State != purchase.Succeeded {
		h.t.Errorf("%+v", step)
	}
	h.line.deaf.Store(false)
	held := h.paid("A-2", false, good)
	h.line.cut.Store(true)
	h.Patience = time.Millisecond
	never := h.submit(h.create(h.proposal("A-3", true)), good).Row
	step := h.follow(held, bank.Capture, 0)
	if never.State != purchase.Sent || step.State != purchase.Pending {
		h.t.Errorf("not sent: %s %s", never.State, step.State)
	}
	h.sound()
	if row := h.becomesLater(never.Key, "declined", func(r purchase.Row) bool { return r.State == purchase.Declined }); row.ErrorCode != codes.InvalidTransaction {
		h.t.Errorf("code %d", row.ErrorCode)
	}
	h.becomesLater(held.Key, "free", func(r purchase.Row) bool { return r.Busy == 0 && r.State == purchase.Authorized })
	if n := h.line.charges.Load(); n != 3 {
		h.t.Errorf("3 charges were sent %d times", n)
	}
}
