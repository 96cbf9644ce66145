package purchase_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tolem/internal/bank"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/purchase"
)

// broken are shops that give no answer that counts.
var broken = map[string]http.HandlerFunc{
	"an error of its own": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	"a created":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
	"a redirect":          func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/fp/ok", http.StatusFound) },
	"no answer in time":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"a broken connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
}

// onlyAnOKLetsAPurchaseBePaid: R40.
func onlyAnOKLetsAPurchaseBePaid(h *house) {
	no := map[string]http.HandlerFunc{
		"rejected": h.shop.says("rejected"), "error": h.shop.says("error"), "another word": h.shop.says("OK"),
		"an ok of somebody else": h.shop.signs("ok", "another secret"), "an unsigned no": h.shop.signs("rejected", ""),
		"words":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) },
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"10 MB":   tenMegabytes("ok"),
	}
	for what, answer := range broken {
		no[what] = answer
	}
	w := h.proposal("A-1", true)
	w.Terms.CheckURL = h.shop.URL + "/fp/check?cart=77"
	var row purchase.Row
	for what, answer := range no {
		h.shop.on("check", answer)
		row = h.create(w)
		turn := h.submit(row, good)
		if turn.Refusal == nil || turn.Refusal.OK || turn.Row.State != purchase.Created {
			h.t.Fatalf("%s: %+v, %s", what, turn.Refusal, turn.Row.State)
		}
		switch signed := what == "rejected"; {
		case signed && turn.Refusal.Words != "Out of stock":
			h.t.Errorf("the payer is told %q", turn.Refusal.Words)
		case what == "an ok of somebody else" && (turn.Refusal.Words != "" || !turn.Refusal.Silent):
			h.t.Errorf("the payer is told a stranger's words")
		}
	}
	if h.line.charges.Load() != 0 {
		h.t.Error("the bank was asked")
	}
	for i, answer := range []http.HandlerFunc{h.shop.says("ok"), h.shop.signs("ok", "")} {
		h.shop.on("check", answer)
		if i > 0 {
			row = h.create(w)
		}
		if turn := h.submit(row, good); turn.Refusal != nil || turn.Row.State != purchase.Captured {
			h.t.Errorf("let through: %+v, %s", turn.Refusal, turn.Row.State)
		}
	}
	got := h.shop.of("check", number(row.Key))[0]
	for name, want := range map[string]string{
		"cart": "77", "pg_order_id": "A-1", "pg_amount": "1500", "pg_currency": "KZT", "pg_ps_amount": "1500",
		"pg_ps_full_amount": "1500", "pg_ps_currency": "KZT", "pg_payment_method": "bankcard", "pg_testing_mode": "1",
	} {
		if got.message.Get(name) != want {
			h.t.Errorf("check: %s is %q, want %q", name, got.message.Get(name), want)
		}
	}
	if h.shop.unsigned > 0 {
		h.t.Errorf("%d messages unsigned", h.shop.unsigned)
	}
}

// aShopKeepsAnOrderAsLongAsItSays: 2.15.
func aShopKeepsAnOrderAsLongAsItSays(h *house) {
	keeps := func(status, seconds string) {
		h.shop.on("check", h.shop.signs(status, h.shop.secret, pg.Field{Name: "pg_timeout", Value: seconds}))
	}
	w := h.proposal("A-1", true)
	w.Terms.CheckURL = h.shop.URL + "/fp/check"
	w.Lifetime = 10 * time.Minute
	var row purchase.Row
	opening := h.clock.Now()
	for _, c := range []struct {
		seconds string
		left    time.Duration // afterwards
	}{
		{"601", w.Lifetime}, {"600", w.Lifetime}, {"0", w.Lifetime}, {"-5", w.Lifetime}, {"soon", w.Lifetime}, {"99999999999999999999", w.Lifetime},
		{"599", 599 * time.Second},
	} {
		keeps("rejected", c.seconds)
		row = h.create(w)
		if turn := h.submit(row, good); turn.Refusal == nil || !turn.Row.ExpiresAt.Equal(opening.Add(c.left)) {
			h.t.Errorf("%s: until %s, want %s from now", c.seconds, turn.Row.ExpiresAt, c.left)
		}
	}
	keeps("ok", "60")
	other := h.create(w)
	if turn := h.submit(other, enrolled); turn.Row.State != purchase.Challenged || !turn.Row.ExpiresAt.Equal(opening.Add(time.Minute)) {
		h.t.Errorf("at the issuer: %s until %s", turn.Row.State, turn.Row.ExpiresAt)
	}
	h.clock.Advance(time.Minute)
	if h.is(other.Key, purchase.Declined); h.now(row.Key).State != purchase.Created {
		h.t.Error("the other is over too")
	}
	h.clock.Advance(599*time.Second - time.Minute)
	h.is(row.Key, purchase.Expired)
}

// aPageAsksItsShopNotWithoutEnd: however many try, and as long as they like.
func aPageAsksItsShopNotWithoutEnd(h *house) {
	w := h.proposal("A-1", true)
	w.Terms.CheckURL = h.shop.URL + "/fp/check"
	h.shop.on("check", h.shop.says("rejected"))
	row := h.create(w)
	var patience [3]atomic.Int64
	var tabs sync.WaitGroup
	for range 9 {
		tabs.Go(func() {
			if turn, err := h.Submit(h.t.Context(), row, typed(h.t, good)); err != nil || turn.Refusal == nil {
				h.t.Errorf("%+v %v", turn.Refusal, err)
			} else {
				patience[turn.Refusal.Patience].Add(1)
			}
		})
	}
	tabs.Wait()
	if asked := len(h.shop.of("check", number(row.Key))); asked != 5 || patience[purchase.Asked].Load() != 5 || patience[purchase.Later].Load() != 4 {
		h.t.Errorf("9 tabs ask the shop %d times", asked)
	}
	tries := 5
	for ; tries < 100 && h.submit(row, good).Refusal.Patience != purchase.Never; tries++ {
		h.clock.Advance(12 * time.Second)
	}
	if asked := len(h.shop.of("check", number(row.Key))); asked != 30 {
		h.t.Errorf("the shop is asked %d times in all", asked)
	}
	h.shop.on("check", h.shop.says("ok"))
	if row := h.submit(row, good).Row; row.State != purchase.Created || h.line.charges.Load() != 0 {
		h.t.Errorf("%s after the last try", row.State)
	}
}

// merchantsAreCalledAsTheyLike: R38.
func merchantsAreCalledAsTheyLike(h *house) {
	for form, want := range map[purchase.CallForm]heard{
		"": {method: "POST"}, purchase.ByPost: {method: "POST"}, purchase.ByGet: {method: "GET"}, purchase.ByXML: {method: "POST", form: "pg_xml"},
	} {
		w := h.proposal("A-"+string(form), true)
		w.Terms.CheckURL, w.Terms.Form = h.shop.URL+"/fp/check?cart=77&a=%26", form
		row := h.submit(h.create(w), good).Row
		for _, script := range []string{"check", "result"} {
			got := h.shop.wait(h.t, script, number(row.Key), 1)[0]
			if got.method != want.method || got.form != want.form || got.message.Get("cart") != "77" || got.message.Get("pg_amount") != "1500" {
				h.t.Errorf("%q: %s by %s %s with cart %q", form, script, got.method, got.form, got.message.Get("cart"))
			}
		}
	}
	if h.shop.unsigned > 0 {
		h.t.Errorf("%d messages unsigned", h.shop.unsigned)
	}
}

// aRejectedResultTakesThePaymentBack: 2.14, R40.
func aRejectedResultTakesThePaymentBack(h *house) {
	h.shop.on("result", h.shop.says("rejected"))
	held, taken := h.paid("A-1", false, good), h.paid("A-2", true, good)
	if row := h.is(held.Key, purchase.Voided); row.Reason != "Out of stock" {
		h.t.Errorf("reason %q", row.Reason)
	}
	row := h.becomes(taken.Key, "given back", func(r purchase.Row) bool { return r.Refunded == r.Captured })
	if back, ok := row.Back(h.merchant); ok || row.Reason != "Out of stock" {
		h.t.Errorf("back to %v, reason %q", back.URL, row.Reason)
	}
	stuck := h.paid("A-3", false, noReversal)
	h.becomes(stuck.Key, "left as it is", func(r purchase.Row) bool {
		steps, err := h.Steps(h.t.Context(), r.Key)
		return err == nil && len(steps) == 1 && steps[0].State == purchase.Refused && r.State == purchase.Authorized && r.Reason == ""
	})
	h.shop.on("result", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(pg.EncodeXML("response", pg.Seal("result", pg.Message{{Name: "pg_status", Value: "rejected"}}, h.shop.secret, "s")))
	})
	mute := h.paid("A-4", true, good)
	if row := h.becomes(mute.Key, "given back", func(r purchase.Row) bool { return r.Refunded == r.Captured }); row.Reason == "" {
		h.t.Error("a refusal without words is taken for a success")
	}
	for _, k := range []purchase.Key{held.Key, taken.Key, mute.Key} {
		if n := len(h.shop.of("result", number(k))); n != 1 {
			h.t.Errorf("%d result notifies", n)
		}
	}
}

// nothingElseTakesAPaymentBack: another word, an unsigned no, a repeat.
func nothingElseTakesAPaymentBack(h *house) {
	var keys []purchase.Key
	for _, answer := range []http.HandlerFunc{
		h.shop.says("error"), h.shop.signs("rejected", ""), h.shop.signs("rejected", "another secret"),
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("-1")) },
	} {
		h.shop.on("result", answer)
		row := h.paid("A-1", true, good)
		h.shop.wait(h.t, "result", number(row.Key), 1)
		keys = append(keys, row.Key)
	}
	var failed []purchase.Key
	for what, answer := range broken {
		h.shop.on("result", answer)
		row := h.paid(what, true, good)
		h.shop.wait(h.t, "result", number(row.Key), 1)
		failed = append(failed, row.Key)
	}
	h.shop.on("result", h.shop.says("rejected"))
	h.clock.Advance(time.Hour)
	for _, k := range failed {
		again := h.shop.wait(h.t, "result", number(k), 2)
		if first, second := again[0].message, again[1].message; first.Get("pg_can_reject") != "1" || second.Get("pg_can_reject") != "0" || first.Get("pg_salt") == second.Get("pg_salt") {
			h.t.Errorf("can be rejected %q, then %q", first.Get("pg_can_reject"), second.Get("pg_can_reject"))
		}
	}
	for _, k := range append(keys, failed...) {
		steps, err := h.Steps(h.t.Context(), k)
		if err != nil || len(steps) > 0 || h.now(k).State != purchase.Captured {
			h.t.Errorf("%+v %v", steps, err)
		}
	}
}

// aRejectionWaitsForAnotherStep: the merchant's own capture is with the bank when its no
// comes.
func aRejectionWaitsForAnotherStep(h *house) {
	stepped := make(chan struct{})
	h.shop.on("result", func(w http.ResponseWriter, r *http.Request) {
		<-stepped
		h.shop.says("rejected")(w, r)
	})
	captured, cancelled, stuck := h.paid("A-1", false, good), h.paid("A-2", false, good), h.paid("A-3", false, noCapture)
	h.line.cut.Store(true)
	h.Patience = time.Millisecond
	h.follow(captured, bank.Capture, 100_000)
	h.follow(cancelled, bank.Reverse, 0)
	h.follow(stuck, bank.Capture, 0)
	close(stepped)
	rejected := func(r purchase.Row) bool { return r.Reason == "Out of stock" && r.Busy != 0 }
	for _, row := range []purchase.Row{captured, cancelled, stuck} {
		h.becomes(row.Key, "rejected while it is busy", rejected)
	}
	h.sound()
	h.line.cut.Store(false)
	h.clock.Advance(time.Minute) // the bank knows nothing of any step
	for _, row := range []purchase.Row{captured, cancelled, stuck} {
		h.is(row.Key, purchase.Voided)
	}
	for _, row := range []purchase.Row{captured, cancelled, stuck} {
		steps, err := h.Steps(h.t.Context(), row.Key)
		if err != nil || len(steps) != 2 || steps[0].State != purchase.Refused || steps[1].Action != bank.Reverse || steps[1].Reason == "" {
			h.t.Errorf("%+v %v", steps, err)
		}
	}
}

// aRejectionAfterAnotherStepIsNoSecondOne: the merchant has cancelled meanwhile.
func aRejectionAfterAnotherStepIsNoSecondOne(h *house) {
	cancelled := make(chan struct{})
	h.shop.on("result", func(w http.ResponseWriter, r *http.Request) {
		<-cancelled
		h.shop.says("rejected")(w, r)
	})
	row := h.paid("A-1", true, good)
	h.follow(row, bank.Refund, 100_000)
	close(cancelled)
	row = h.becomes(row.Key, "given back", func(r purchase.Row) bool { return r.Refunded == r.Captured })
	steps, err := h.Steps(h.t.Context(), row.Key)
	if err != nil || len(steps) != 2 || steps[1].Amount != 50_000 {
		h.t.Errorf("%+v %v", steps, err)
	}
	if _, _, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: row.Key, Action: bank.Refund}); err != nil || refusal == nil || refusal.Code != codes.PaymentRefunded {
		h.t.Errorf("%v %v", refusal, err)
	}
}
