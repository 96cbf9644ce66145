package purchase

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tolem/internal/bank"
	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// transitions are all there are (01, 1.10).
var transitions = map[State][]State{
	"":         {Created},
	Created:    {Challenged, Sent, Cancelled, Expired},
	Challenged: {Sent, Declined},
	Sent:       {Authorized, Captured, Declined},
	Authorized: {Voided, Captured},
}

// sums is what the model knows of a purchase.
type sums struct {
	state               State
	amount, held        money.Amount
	taken, fee          money.Amount
	given, giving       money.Amount // refunds that are done, and under way
	step                Key          // the cancel or capture that is with the bank
	outcomes            int          // that the merchant is told of
	captures, refunds   int          // that the bank did
	expires, sent, paid time.Time
	asked               time.Time // the last call with the idempotency key
	keyed               int64     // and the step it asked for
	tries               int64     // of the payer
	debt                time.Duration
	asking              time.Time // the last of them
	rejected, due       bool      // the merchant does not want it, and it is to be taken back
}

// model walks a world and the sums side by side.
type model struct {
	*world
	all   map[Key]*sums
	keys  []Key
	steps []Key // that were with the bank at some time, or wait for an operator
}

func (m *model) pick(t *rapid.T) (Key, *sums) {
	if len(m.keys) == 0 {
		t.Skip("no purchase yet")
	}
	k := rapid.SampledFrom(m.keys).Draw(t, "purchase")
	return k, m.all[k]
}

func (x *sums) open(now time.Time) bool { return x.state == Created && now.Before(x.expires) }

func (x *sums) to(t *rapid.T, s State) {
	if !slices.Contains(transitions[x.state], s) {
		t.Fatalf("the model went from %q to %s", x.state, s)
	}
	x.state = s
}

// try runs an operation, once or, as when the answer of its commit was lost, twice.
// One that is not admitted leaves no trace, and neither does the second run.
func (m *model) try(t *rapid.T, admitted bool, o engine.Operation) {
	before := m.image()
	m.do(o)
	after := m.image()
	if before.equal(after) == admitted {
		t.Fatalf("%T: admitted %v\nbefore %+v\nafter %+v", o, admitted, before, after)
	}
	if f, ok := o.(*follow); ok && f.call.Key == "" {
		return // nothing tells it from another call
	}
	if rapid.Bool().Draw(t, "again") && admitted {
		if m.do(o); !after.equal(m.image()) {
			t.Fatalf("%T: the second run left a trace:\nbefore %+v\nafter %+v", o, after, m.image())
		}
	}
}

func (m *model) create(t *rapid.T) {
	amount := money.Amount(rapid.SampledFrom([]int64{0, 1, 5, 100, 1500, 99_999}).Draw(t, "amount"))
	o := m.proposal(amount, rapid.Bool().Draw(t, "one-step"))
	o.call.Key, o.call.Fingerprint = fmt.Sprint("c-", o.row.PaymentID), []byte("same")
	m.try(t, true, o)
	x := &sums{amount: amount, expires: o.row.ExpiresAt}
	x.to(t, Created)
	m.keys = append(m.keys, o.row.Key)
	m.all[o.row.Key] = x
}

// pay takes a purchase the whole way at once.
func (m *model) pay(t *rapid.T) {
	amount := money.Amount(rapid.SampledFrom([]int64{1, 5, 1500, 99_999}).Draw(t, "amount"))
	oneStep := rapid.Bool().Draw(t, "one-step")
	k := m.paid(amount, oneStep)
	x := &sums{state: Authorized, amount: amount, held: amount, outcomes: 1, sent: m.now, paid: m.now}
	if oneStep {
		x.state = Captured
		x.take(amount)
	}
	m.keys, m.all[k] = append(m.keys, k), x
}

func (m *model) expire(t *rapid.T) {
	k, x := m.pick(t)
	admitted := (x.state == Created || x.state == Challenged) && !m.now.Before(x.expires)
	if m.try(t, admitted, &lapse{key: k, callback: m.id(), notice: m.service.notify}); !admitted {
		return
	}
	x.outcomes++
	if x.state == Created {
		x.to(t, Expired)
	} else {
		x.to(t, Declined)
	}
}

func drawAnswer(t *rapid.T) (bank.Answer, time.Duration) {
	return rapid.SampledFrom([]bank.Answer{unknown, pending, notFound, approved, approved, declined}).Draw(t, "answer"),
		time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "on its way"))
}

func (m *model) settle(t *rapid.T) {
	k, x := m.pick(t)
	if x.sent.IsZero() {
		t.Skip("nothing was sent")
	}
	a, ago := drawAnswer(t)
	o := m.answered(k, a, ago)
	final := a.Outcome == bank.Approved || a.Outcome == bank.Declined || a.Outcome == bank.NotFound && o.at.Sub(x.sent) >= silence
	admitted := x.state == Sent && final
	if m.try(t, admitted, o); !admitted {
		return
	}
	x.outcomes++
	switch {
	case a.Outcome != bank.Approved:
		x.to(t, Declined)
	case m.row(k).OneStep:
		x.to(t, Captured)
		x.take(x.amount)
	default:
		x.to(t, Authorized)
		x.held = x.amount
	}
	x.paid = m.now
}

func (x *sums) take(amount money.Amount) {
	x.held, x.taken, x.fee = 0, amount, min(tariff.Fee(amount), amount)
}

func (m *model) follow(t *rapid.T) {
	k, x := m.pick(t)
	action := rapid.SampledFrom([]bank.Action{bank.Capture, bank.Reverse, bank.Refund, bank.Refund}).Draw(t, "action")
	o := m.asked(k, action, money.Amount(rapid.SampledFrom([]int64{0, 0, 1, 3, 700, 1500, 100_000}).Draw(t, "amount")))
	if rapid.Bool().Draw(t, "with a key") {
		o.call.Key, o.call.Fingerprint = fmt.Sprint("k-", k.PaymentID), []byte("same")
	}
	o.timer = action == bank.Capture && o.step.Amount == 0 && rapid.Bool().Draw(t, "by the timer")
	repeats := o.call.Key != "" && x.keyed != 0 && m.now.Sub(x.asked) < 30*24*time.Hour
	want, closed := x.refusal(o.step, m.now), x.state == Created && action == bank.Reverse
	m.try(t, !repeats && want == 0, o)
	switch {
	case repeats:
		if o.repeats != x.keyed {
			t.Fatalf("a repeated call is of step %d, want %d", o.repeats, x.keyed)
		}
	case want != 0:
		if o.refusal == nil || o.refusal.Code != want {
			t.Fatalf("%s of what is %s: %v, want %d", action, x.state, o.refusal, want)
		}
	default:
		if o.call.Key != "" {
			x.asked, x.keyed = m.now, o.step.PaymentID
		}
		if o.repeats == 0 && o.closed != closed {
			t.Fatalf("closed %v", o.closed)
		}
		m.begin(t, x, m.step(o.step.Key))
	}
}

// request asks for a refund that an operator decides on. It is judged as any other,
// and moves nothing.
func (m *model) request(t *rapid.T) {
	k, x := m.pick(t)
	o := m.asked(k, bank.Refund, money.Amount(rapid.SampledFrom([]int64{0, 1, 700}).Draw(t, "amount")))
	o.review, o.call.Key, o.call.Fingerprint = true, fmt.Sprint("r-", o.step.PaymentID), []byte("same")
	want := x.refusal(o.step, m.now)
	if m.try(t, want == 0, o); want == 0 {
		m.steps = append(m.steps, o.step.Key)
	} else if o.refusal == nil || o.refusal.Code != want {
		t.Fatalf("a request of what is %s: %v, want %d", x.state, o.refusal, want)
	}
}

// review is an operator's word, on what waits for it and on what does not.
func (m *model) review(t *rapid.T) {
	step := m.pickStep(t)
	x, o := m.all[step.Parent()], &Review{Request{m.row(step.Parent()), step}, rapid.Bool().Draw(t, "approve"), nil}
	var want codes.Code
	switch {
	case step.State != Requested:
		want = codes.WrongPaymentStatus
	case o.Approve:
		want = x.refusal(step, m.now)
	}
	if m.try(t, want == 0, o); want == 0 && o.Approve {
		x.giving += step.Amount
	} else if want != 0 && (o.Refusal == nil || o.Refusal.Code != want) {
		t.Fatalf("a word on what is %s: %v, want %d", step.State, o.Refusal, want)
	}
}

// handOver is a node that takes up what was approved.
func (m *model) handOver(t *rapid.T) {
	step := m.pickStep(t)
	m.try(t, step.State == Approved, &dispatch{errand{m.row(step.Parent()), step}})
}

func (m *model) pickStep(t *rapid.T) Step {
	if len(m.steps) == 0 {
		t.Skip("no step yet")
	}
	return m.step(rapid.SampledFrom(m.steps).Draw(t, "step"))
}

func (m *model) begin(t *rapid.T, x *sums, step Step) {
	switch {
	case x.state == Created:
		x.to(t, Cancelled) // and the merchant knows
		return
	case step.Action == bank.Refund:
		x.giving += step.Amount
	default:
		x.step = step.Key
	}
	m.steps = append(m.steps, step.Key)
}

func (m *model) conclude(t *rapid.T) {
	k := m.pickStep(t).Key
	a, ago := drawAnswer(t)
	o := m.told(k, a, ago)
	if o.seen.step.SentAt.IsZero() {
		t.Skip("the bank knows nothing of it")
	}
	step := o.seen.step
	x := m.all[step.Parent()]
	done := a.Outcome == bank.Approved
	undone := a.Outcome == bank.Declined || a.Outcome == bank.NotFound && o.at.Sub(step.SentAt) >= silence
	admitted := step.State == Pending && (done || undone)
	if m.try(t, admitted, o); !admitted {
		return
	}
	switch {
	case step.Action == bank.Refund:
		x.giving -= step.Amount
	default:
		x.step = Key{}
	}
	if undone && step.Reason != "" {
		x.rejected = false // the merchant has the money after all
	}
	defer func() {
		x.due = x.due || step.Reason == "" && x.rejected && x.kept()
	}()
	switch {
	case !done:
	case step.Action == bank.Refund:
		x.given += step.Amount
		x.refunds++
	case step.Action == bank.Capture:
		x.to(t, Captured)
		x.take(step.Amount)
		x.captures++
	default:
		x.to(t, Voided)
		x.held = 0
	}
}

func (m *model) wait(t *rapid.T) {
	most := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 10 * 24 * time.Hour, 300 * 24 * time.Hour}).Draw(t, "at most")
	m.now = m.now.Add(time.Duration(rapid.Int64Range(1, int64(most)).Draw(t, "pause")).Truncate(time.Microsecond))
}

// TestPurchasesKeepTheBooks walks random histories of many purchases and compares
// states, books, timers and notices with a model that only knows sums.
func TestPurchasesKeepTheBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{world: newWorld(), all: map[Key]*sums{}}
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "pay": m.pay, "choose": m.choose, "shorten": m.shorten, "ask": m.ask, "challenge": m.secure, "send": m.send, "give up": m.giveUp, "lapse": m.expire,
			"request": m.request, "review": m.review, "hand over": m.handOver,
			"settle": m.settle, "reject": m.reject, "recall": m.recall, "follow": m.follow, "follow once more": m.follow, "conclude": m.conclude, "conclude once more": m.conclude,
			"wait": m.wait, "": m.check,
		})
	})
}

// check holds after every command.
func (m *model) check(t *rapid.T) {
	var want sums
	for k, x := range m.all {
		row := m.row(k)
		want.held, want.taken, want.fee = want.held+x.held, want.taken+x.taken, want.fee+x.fee
		want.given, want.giving = want.given+x.given, want.giving+x.giving
		if row.State != x.state || row.Amount != x.amount || row.Captured != x.taken || row.Refunded != x.given+x.giving || row.Busy != x.step.PaymentID {
			t.Fatalf("purchase %+v, want %+v", row, x)
		}
		if row.Refunded < 0 || row.Refunded > row.Captured || row.Captured > row.Amount || row.State != Sent && row.State != Authorized && row.Fee != x.fee {
			t.Fatalf("purchase %+v: sums out of order", row)
		}
		for kind, c := range map[string][2]bool{
			"page":    {m.waits(k.expiry()), x.state == Created || x.state == Challenged},
			"charge":  {m.waits(k.charging()), x.state == Sent},
			"capture": {m.waits(k.capturing()), x.state == Authorized},
			"recall":  {m.waits(k.recalling()), x.due},
		} {
			if c[0] != c[1] {
				t.Fatalf("purchase %d is %s, but the timer of its %s is %v", k.PaymentID, x.state, kind, c[0])
			}
		}
		for event, n := range map[string]int{"result": x.outcomes, "capture": x.captures, "refund": x.refunds} {
			if got := m.notices(k, event); got != n {
				t.Fatalf("purchase %d is %s: %d notices of its %s, want %d", k.PaymentID, x.state, got, event, n)
			}
		}
		if (row.Reason != "") != x.rejected || x.rejected && x.kept() && !x.due {
			t.Fatalf("purchase %d is %s and rejected: %v, taken back later: %v", k.PaymentID, x.state, x.rejected, x.due)
		}
		if x.outcomes > 1 {
			t.Fatalf("purchase %d has %d outcomes", k.PaymentID, x.outcomes)
		}
		if row.State.Underway() != (len(row.PendingCard) > 0) {
			t.Fatalf("purchase %d is %s and keeps %d bytes of a card", k.PaymentID, row.State, len(row.PendingCard))
		}
	}
	for _, k := range m.steps {
		if step := m.step(k); m.waits(step.following()) != (step.State == Pending) {
			t.Fatalf("step %d is %s, but dealing with the bank is %v", k.PaymentID, step.State, m.waits(step.following()))
		} else if m.waits(step.approved()) != (step.State == Approved) {
			t.Fatalf("step %d is %s, but that it is handed over is %v", k.PaymentID, step.State, m.waits(step.approved()))
		}
	}
	for name, c := range map[ledger.Name][2]money.Amount{
		ledger.Acquirer: {want.given - want.taken, want.held},
		ledger.Takings:  {want.taken - want.fee - want.given, want.giving},
		ledger.Fees:     {want.fee, 0},
	} {
		if a := m.account(name); a.Balance() != c[0] || a.Held != c[1] {
			t.Fatalf("%s has %d and holds %d, want %d and %d", name, a.Balance(), a.Held, c[0], c[1])
		}
	}
}

// refusal is what R24 says to a step, 0 to let it begin.
func (x *sums) refusal(s Step, now time.Time) codes.Code {
	line := string(x.state)
	switch {
	case x.state == Authorized && x.step != (Key{}):
		line = "busy"
	case x.state == Captured && x.given+x.giving == x.taken:
		line = "refunded"
	}
	rest := x.taken - x.given - x.giving
	switch code := table[line][s.Action]; {
	case code != 0:
		return code
	case s.Action == bank.Capture && s.Amount > x.amount:
		return codes.Validation
	case s.Action == bank.Refund && s.Amount > rest:
		return codes.RefundTooLarge
	case s.Action == bank.Refund && now.Sub(x.paid) > 180*24*time.Hour:
		return codes.TooOld
	}
	return 0
}
