package purchase

import (
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

func TestAnUnknownChargeIsInquiredUntilItIsKnown(t *testing.T) {
	w := newWorld()
	k := w.create(1000, true)
	w.submit(k)
	for _, a := range []bank.Answer{unknown, pending, unknown} {
		if row := w.settle(k, a); row.State != Sent {
			t.Fatalf("after %+v: %s", a, row.State)
		}
		if e, ok := engine.Effects.Held(w.set, k.charging()); !ok || !e.DueAt.After(w.now) {
			t.Fatalf("no inquiry is planned: %+v", e)
		}
		w.now = w.now.Add(48 * time.Hour) // no lifetime ends what was sent
		w.lapse(k)
	}
	if row := w.settle(k, approved); row.State != Captured || row.AuthCode != "482913" {
		t.Errorf("%s %q", row.State, row.AuthCode)
	}
}

// TestABankThatKnowsNothingIsBelievedAfterASilence: counted to when it was asked, not
// to when its answer came.
func TestABankThatKnowsNothingIsBelievedAfterASilence(t *testing.T) {
	w := newWorld()
	charge, hold := w.create(1000, true), w.paid(1000, false)
	w.submit(charge)
	step := w.follow(hold, bank.Capture, 0).result.Key
	w.now = w.now.Add(silence + time.Minute)
	early, late := time.Minute+time.Microsecond, time.Minute
	w.do(w.answered(charge, notFound, early))
	w.do(w.told(step, notFound, early))
	if w.row(charge).State != Sent || w.step(step).State != Pending {
		t.Fatalf("believed too early: %s %s", w.row(charge).State, w.step(step).State)
	}
	w.do(w.answered(charge, notFound, late))
	w.do(w.told(step, notFound, late))
	if row := w.row(charge); row.State != Declined || row.ErrorCode != codes.InvalidTransaction {
		t.Errorf("%s %d", row.State, row.ErrorCode)
	}
	if s := w.step(step); s.State != Refused || s.ErrorCode != codes.TryLater || w.row(hold).Busy != 0 {
		t.Errorf("%s %d", s.State, s.ErrorCode)
	}
}

// TestABankThatDidWhatWasGivenUpIsToldOf: the books cannot follow it, people must.
func TestABankThatDidWhatWasGivenUpIsToldOf(t *testing.T) {
	w := newWorld()
	k := w.create(1000, true)
	w.submit(k)
	answers := []*settle{w.answered(k, declined, 0), w.answered(k, declined, 0), w.answered(k, approved, 0)}
	for i, want := range []bool{false, false, true} {
		if w.do(answers[i]); answers[i].contradicted != want {
			t.Errorf("charge, answer %d: told of %v", i, answers[i].contradicted)
		}
	}
	k = w.paid(1000, true)
	again := w.answered(k, approved, 0)
	if w.do(again); again.contradicted {
		t.Error("a charge that is approved twice is told of")
	}
	step := w.follow(k, bank.Refund, 300).result.Key
	refunds := []*conclude{w.told(step, declined, 0), w.told(step, declined, 0), w.told(step, approved, 0)}
	for i, want := range []bool{false, false, true} {
		if w.do(refunds[i]); refunds[i].contradicted != want {
			t.Errorf("refund, answer %d: told of %v", i, refunds[i].contradicted)
		}
	}
}

func TestInquiriesGrowApart(t *testing.T) {
	w := newWorld()
	k := w.create(1000, true)
	w.submit(k)
	var last time.Duration
	for range 30 {
		w.settle(k, unknown)
		e, _ := engine.Effects.Held(w.set, k.charging())
		pause := e.DueAt.Sub(w.now)
		if pause < last || pause > inquireLast {
			t.Fatalf("pause %s after %s", pause, last)
		}
		last, w.now = pause, e.DueAt
	}
	if last != inquireLast {
		t.Errorf("pauses end at %s, want %s", last, inquireLast)
	}
}

func TestALifetimeEndsToTheMicrosecond(t *testing.T) {
	w := newWorld()
	k := w.create(0, false)
	w.now = w.now.Add(Lifetime - time.Microsecond)
	w.unchanged(t, "the timer of an earlier clock", func() { w.lapse(k) })
	w.do(&choose{key: k, amount: 1000})
	if w.row(k).Amount != 1000 {
		t.Error("nothing can be chosen in the last moment")
	}
	w.now = w.now.Add(time.Microsecond)
	for what, late := range map[string]func(){
		"a choice":    func() { w.do(&choose{key: k, amount: 2000}) },
		"a submit":    func() { w.submit(k) },
		"a challenge": func() { w.challenge(k) },
		"giving up":   func() { w.abandon(k, 0) },
	} {
		w.unchanged(t, what+" that is too late", late)
	}
	if w.lapse(k); w.row(k).State != Expired {
		t.Errorf("%s", w.row(k).State)
	}
}

// TestALifetimeThatEndsAtTheIssuerIsTheIssuers: the payer who types the code has the
// issuer's time, no more.
func TestALifetimeThatEndsAtTheIssuerIsTheIssuers(t *testing.T) {
	w := newWorld()
	in, out := w.create(1000, true), w.create(1000, true)
	w.now = w.now.Add(Lifetime - time.Second)
	w.challenge(in)
	w.challenge(out)
	w.now = w.now.Add(16*time.Minute - time.Microsecond)
	if o := w.passed(in); o.result.State != Sent || !o.result.Secure {
		t.Errorf("%s", o.result.State)
	}
	w.now = w.now.Add(time.Microsecond)
	w.unchanged(t, "a payer who comes back too late", func() { w.passed(out) })
	if w.lapse(out); w.row(out).State != Declined || w.row(out).ErrorCode != codes.ThreeDSCodeNotEntered {
		t.Errorf("%s %d", w.row(out).State, w.row(out).ErrorCode)
	}
}

// TestALifetimeIsOnlyEverShortened by the merchant, and while nobody pays: an order
// that it lets go of is not the issuer's either.
func TestALifetimeIsOnlyEverShortened(t *testing.T) {
	w := newWorld()
	k := w.create(1000, true)
	shorten := func(to time.Time) { w.do(&shorten{key: k, until: to}) }
	w.unchanged(t, "the same end", func() { shorten(w.row(k).ExpiresAt) })
	end := w.now.Add(time.Minute)
	shorten(end)
	if e, _ := engine.Effects.Held(w.set, k.expiry()); !w.row(k).ExpiresAt.Equal(end) || !e.DueAt.Equal(end) {
		t.Errorf("until %s, timer at %s", w.row(k).ExpiresAt, e.DueAt)
	}
	w.unchanged(t, "a later end", func() { shorten(end.Add(time.Microsecond)) })
	for until, want := range map[time.Time]time.Duration{end: time.Minute, {}: 16 * time.Minute, w.now.Add(time.Hour): 16 * time.Minute} {
		k := w.create(1000, true)
		o := &challenge{seen: w.row(k), sealed: []byte("sealed"), until: until}
		if w.do(o); !o.result.ExpiresAt.Equal(w.now.Add(want)) {
			t.Errorf("kept until %s: at the issuer until %s", until, o.result.ExpiresAt)
		}
	}
	w.submit(k)
	w.unchanged(t, "an end of what is with the bank", func() { shorten(w.now.Add(time.Second)) })
}

func TestAContactIsAnAddressOrANumber(t *testing.T) {
	for text, want := range map[string]Contact{
		"aigerim@shop.example": "aigerim@shop.example", " a.b+c@shop.example ": "a.b+c@shop.example", "77000000002": "77000000002",
		"+7 (700) 000-00-02": "77000000002", "8 700 000 00 02": "77000000002", "89161234567": "79161234567", "+49 30 901820": "4930901820",
		"+84 912 345 678": "84912345678", "+87000000000": "87000000000",
		"": "", "Aigerim": "", "a@": "", "Aigerim <a@shop.example>": "", "a@shop.example;b": "", "12345": "", "0700 000 00 02": "", "++77000000002": "",
		"7700000000212345": "", "7700000000x": "",
	} {
		if got, err := ParseContact(text); got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, c := range []struct{ merchant, payer, phone, email string }{
		{"", "", "", ""}, {"", "77000000002", "77000000002", ""}, {"", "a@shop.example", "", "a@shop.example"},
		{`,"phone":"7701"`, "a@shop.example", "7701", ""}, {`,"email":"b@shop.example"`, "77000000002", "", "b@shop.example"},
	} {
		row := Row{TermsText: `{"language":"en"` + c.merchant + `}`, Contact: Contact(c.payer)}
		if phone, email := row.Payer(); phone != c.phone || email != c.email {
			t.Errorf("%q and %q: %q, %q", c.merchant, c.payer, phone, email)
		}
	}
}

func TestWhatIsAtTheIssuerIsSentOnlyByItsWord(t *testing.T) {
	w := newWorld()
	k := w.create(1000, true)
	w.unchanged(t, "a word about what is not at the issuer", func() { w.passed(k) })
	w.challenge(k)
	w.unchanged(t, "a submit beside the issuer", func() { w.submit(k) })
	w.unchanged(t, "giving up beside the issuer", func() { w.abandon(k, 0) })
}

// TestAKeyStandsForOneCall: R44.
func TestAKeyStandsForOneCall(t *testing.T) {
	w := newWorld()
	call := func(script, fingerprint string) idempotency.Call {
		return idempotency.Call{MerchantID: shopID, Key: "k", Script: script, Fingerprint: []byte(fingerprint)}
	}
	create := func(c idempotency.Call) *create {
		o := w.proposal(1000, true)
		o.call = c
		w.do(o)
		return o
	}
	first := create(call("init_payment.php", "a"))
	if again := create(call("init_payment.php", "a")); again.repeats != first.result.PaymentID {
		t.Errorf("the same call repeats %d", again.repeats)
	}
	if other := create(call("init_payment.php", "b")); other.refusal == nil || other.refusal.Field != "pg_idempotency_key" {
		t.Errorf("another call: %v", other.refusal)
	}
	o := w.asked(w.paid(1000, true), bank.Refund, 0)
	o.call = call("revoke.php", "a")
	if w.do(o); o.refusal == nil || o.refusal.Field != "pg_idempotency_key" {
		t.Errorf("another script: %v", o.refusal)
	}
}

// TestTheSameMessageIsOneStep: R46, also when the step has failed.
func TestTheSameMessageIsOneStep(t *testing.T) {
	w := newWorld()
	k := w.paid(1000, true)
	refund := func() *follow {
		o := w.asked(k, bank.Refund, 300)
		o.step.Message, o.near = idempotency.Call{MerchantID: shopID, Message: "digest"}.Replay(w.now)
		w.do(o)
		return o
	}
	first := refund()
	w.conclude(first.result.Key, declined)
	w.now = w.now.Add(idempotency.Window - time.Second)
	if o := refund(); o.repeats != first.result.PaymentID || w.row(k).Refunded != 0 {
		t.Errorf("within the window: %+v", o.result)
	}
	w.now = w.now.Add(2 * time.Second)
	if o := refund(); o.repeats != 0 || w.row(k).Refunded != 300 {
		t.Errorf("after the window: repeats %d", o.repeats)
	}
}

// TestCopiesOfAMessageMeetAtTheHalfHour, by which they are named, also when the one that
// was named first is decided last.
func TestCopiesOfAMessageMeetAtTheHalfHour(t *testing.T) {
	w := newWorld()
	w.now = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	k := w.paid(1000, true)
	refund := func(named time.Time) *follow {
		o := w.asked(k, bank.Refund, 100)
		o.step.Message, o.near = idempotency.Call{MerchantID: shopID, Message: "digest"}.Replay(named)
		return o
	}
	before, after := refund(w.now.Add(-time.Millisecond)), refund(w.now)
	w.do(after)
	if w.do(before); before.repeats != after.result.PaymentID || w.row(k).Refunded != 100 {
		t.Errorf("%v of 1000 were given back", w.row(k).Refunded)
	}
}

// TestAnApprovalIsJudgedAnew: requests reserve nothing, so that several may ask for the
// same money. One that no longer fits goes on waiting.
func TestAnApprovalIsJudgedAnew(t *testing.T) {
	w := newWorld()
	k := w.paid(1000, true)
	var requests []Key
	for _, amount := range []money.Amount{600, 600, 0} {
		o := w.asked(k, bank.Refund, amount)
		o.review = true
		if w.do(o); o.refusal != nil {
			t.Fatal(o.refusal)
		}
		requests = append(requests, o.result.Key)
	}
	word := func(request Key, approve bool) *Review {
		o := &Review{Request: Request{w.row(k), w.step(request)}, Approve: approve}
		w.do(o)
		return o
	}
	if o := word(requests[0], true); o.Refusal != nil || w.row(k).Refunded != 600 || w.account(ledger.Takings).Held != 600 {
		t.Fatalf("%v, refunded %d", o.Refusal, w.row(k).Refunded)
	}
	for _, request := range requests[1:] {
		w.unchanged(t, "what is too much by now", func() {
			if o := word(request, true); o.Refusal == nil || o.Refusal.Code != codes.RefundTooLarge {
				t.Errorf("approved %d on top: %v", w.step(request).Amount, o.Refusal)
			}
		})
	}
	w.do(&dispatch{errand{w.row(k), w.step(requests[0])}})
	w.conclude(requests[0], declined)
	if o := word(requests[1], true); o.Refusal != nil || w.row(k).Refunded != 600 {
		t.Errorf("after the bank refused the first: %v", o.Refusal)
	}
	if word(requests[2], false); w.step(requests[2]).State != Rejected {
		t.Errorf("%s", w.step(requests[2]).State)
	}
	w.unchanged(t, "a second word", func() { word(requests[2], true) })
}

func TestAnOrderThatFailedMayBePaidAgain(t *testing.T) {
	w := newWorld()
	order := func() *create {
		o := w.proposal(1000, true)
		o.row.OrderID, o.unique = "A-1", true
		w.do(o)
		return o
	}
	first := order()
	if o := order(); o.refusal == nil || o.refusal.Code != codes.OrderNotUnique {
		t.Errorf("beside an open one: %v", o.refusal)
	}
	w.abandon(first.result.Key, 0)
	second := order()
	if second.refusal != nil || first.result.Previous != 0 || second.result.Previous != first.result.PaymentID {
		t.Errorf("after a failure: %v, after %d", second.refusal, second.result.Previous)
	}
	w.submit(second.result.Key)
	w.settle(second.result.Key, approved)
	if o := order(); o.refusal == nil {
		t.Error("paid twice")
	}
}

// TestAFeeIsNeverMoreThanWhatWasTaken, and is charged for that only.
func TestAFeeIsNeverMoreThanWhatWasTaken(t *testing.T) {
	for taken, want := range map[money.Amount]money.Amount{1: 1, 7: 7, 8: 7, 100_000: 2907} {
		w := newWorld()
		k := w.paid(100_000, false)
		w.conclude(w.follow(k, bank.Capture, taken).result.Key, approved)
		if row := w.row(k); row.Fee != want || row.Net() != taken-want || w.account(ledger.Takings).Balance() != taken-want {
			t.Errorf("fee of %d is %d, want %d", taken, row.Fee, want)
		}
	}
}

// TestARejectionThatTheBankRefusesIsForgotten: the merchant has the money after all.
func TestARejectionThatTheBankRefusesIsForgotten(t *testing.T) {
	for _, oneStep := range []bool{true, false} {
		action := bank.Reverse
		if oneStep {
			action = bank.Refund
		}
		for answer, want := range map[bank.Answer]string{approved: "Out of stock", declined: ""} {
			w := newWorld()
			k := w.paid(1000, oneStep)
			o := w.asked(k, action, 0)
			o.step.Reason = "Out of stock"
			if w.do(o); w.row(k).Reason != "Out of stock" {
				t.Errorf("while it is under way: %q", w.row(k).Reason)
			}
			if w.conclude(o.step.Key, answer); w.row(k).Reason != want {
				t.Errorf("reason %q, want %q", w.row(k).Reason, want)
			}
			if n := len(callback.Rows.Written(w.set)) - w.notices(k, "refund"); n != 1 {
				t.Errorf("%d notices of the result", n)
			}
		}
	}
}

// TestARejectionWaitsForTheStepUnderWay and is of no effect when that has done what
// it asks for.
func TestARejectionWaitsForTheStepUnderWay(t *testing.T) {
	for _, c := range []struct {
		action bank.Action // under way
		amount money.Amount
		answer bank.Answer // to it
		then   bank.Action // what follows
		of     money.Amount
	}{
		{bank.Capture, 600, approved, bank.Refund, 600}, {bank.Capture, 0, declined, bank.Reverse, 1000},
		{bank.Reverse, 0, approved, "", 0}, {bank.Reverse, 0, declined, bank.Reverse, 1000},
		{bank.Refund, 0, approved, "", 0}, {bank.Refund, 0, declined, bank.Refund, 1000},
	} {
		w := newWorld()
		k := w.paid(1000, c.action == bank.Refund)
		first := w.follow(k, c.action, c.amount)
		no := w.asked(k, "", 0)
		no.step.Reason = "Out of stock"
		if w.do(no); no.refusal == nil || w.row(k).Reason != "Out of stock" || w.waits(k.recalling()) {
			t.Fatalf("%s under way: %v, %+v", c.action, no.refusal, w.row(k))
		}
		w.conclude(first.result.Key, c.answer)
		if w.waits(k.recalling()) != (c.then != "") || w.row(k).Reason != "Out of stock" {
			t.Errorf("%s with %+v: to be taken back %v", c.action, c.answer, w.waits(k.recalling()))
		}
		back := w.asked(k, "", 0)
		back.recall = true
		w.do(back)
		if step := w.step(back.step.Key); step.Action != c.then || step.Amount != c.of || w.waits(k.recalling()) {
			t.Errorf("%s with %+v: then %+v", c.action, c.answer, step)
		}
	}
	w := newWorld()
	k := w.paid(1000, true)
	refund, no := w.follow(k, bank.Refund, 0), w.asked(k, "", 0)
	no.step.Reason = "Out of stock"
	w.do(no)
	w.now = w.now.Add(RefundLife + 1)
	w.conclude(refund.result.Key, declined)
	back := w.asked(k, "", 0)
	back.recall = true
	if w.do(back); back.refusal == nil || back.refusal.Code != codes.TooOld || w.row(k).Reason != "" {
		t.Errorf("after 180 days: %v, %q", back.refusal, w.row(k).Reason)
	}
}

// TestAHoldOutlivesAStepThatFails: its timer comes while a cancel is with the bank,
// which then refuses it.
func TestAHoldOutlivesAStepThatFails(t *testing.T) {
	w := newWorld()
	k := w.paid(1000, false)
	w.now = w.now.Add(HoldLife)
	cancel := w.follow(k, bank.Reverse, 0).result.Key
	w.do(w.due(k))
	w.conclude(cancel, declined)
	if e, ok := engine.Effects.Held(w.set, k.capturing()); !ok || !e.DueAt.Equal(w.now.Add(captureAgain)) {
		t.Fatalf("nobody captures it any more: %+v", e)
	}
	for _, pause := range []time.Duration{time.Hour, time.Hour, 2 * time.Hour, 4 * time.Hour} {
		capture := w.due(k)
		w.do(capture)
		w.conclude(capture.step.Key, declined)
		e, _ := engine.Effects.Held(w.set, k.capturing())
		if got := e.DueAt.Sub(w.now); got != pause {
			t.Errorf("tried again after %s, want %s", got, pause)
		}
		w.now = e.DueAt
	}
	capture := w.due(k)
	w.do(capture)
	if w.conclude(capture.step.Key, approved); w.row(k).State != Captured || w.waits(k.capturing()) {
		t.Errorf("%s", w.row(k).State)
	}
}
