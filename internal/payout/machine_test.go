package payout

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// world is the whole state of one merchant in memory: a set that is never
// loaded from anywhere, so that every operation sees what the last one left.
type world struct {
	set  *store.Set
	now  time.Time
	next int64
}

const shopID int64 = 700123

func newWorld() *world {
	w := &world{set: store.NewSet(), now: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC), next: 1}
	cardtoken.Tokens.Insert(w.set, cardtoken.Token{
		Key: cardtoken.Key{MerchantID: shopID, Token: "card"}, CardID: 900340, UserID: "drv-88", Purpose: cardtoken.ForPayout,
		Test: true, Status: cardtoken.Approved, Mask: "4671-59XX-XXXX-8252",
	})
	return w
}

func (w *world) do(o engine.Operation) {
	o.Want(w.set)
	o.Decide(w.set, w.now)
	if c, ok := o.(engine.Committed); ok {
		c.Committed()
	}
}

func (w *world) id() int64 {
	w.next++
	return w.next
}

func (w *world) fund(amount money.Amount) {
	w.do(&ledger.Fund{MerchantID: shopID, PaymentID: w.id(), Book: ledger.Test, Money: money.Money{Amount: amount, Currency: money.KZT}})
}

// notify books the callback as the service does.
func notify(s *store.Set, r Row, id int64, now time.Time) {
	callback.Enqueue(s, r.notice(id, time.UTC), now)
}

// proposal is a payout that nothing is wrong with.
func (w *world) proposal(route Route, order string, amount, fee money.Amount) *accept {
	row := Row{
		Key: Key{shopID, w.id()}, OrderID: order, Route: route, Test: true, Amount: amount, Fee: fee, Currency: money.KZT,
		Description: "Weekly earnings", UserID: "drv-88", PostLink: "https://shop.example/cb/payout-done", Language: "en",
		Fingerprint: fmt.Append(nil, route, amount), SendBefore: w.now.Add(time.Hour),
	}
	if route == ToToken {
		row.CardToken = "card"
	}
	return &accept{call: idempotency.Call{MerchantID: shopID}, row: row, callback: w.id(), notice: notify}
}

func (w *world) accept(o *accept) *accept {
	_ = o.by(func(o engine.Operation) error {
		w.do(o)
		return nil
	})
	return o
}

func (w *world) settle(row Row, answer bank.Answer) *settle {
	return w.told(row, whatIsIt, answer)
}

func (w *world) told(row Row, asked question, answer bank.Answer) *settle {
	o := &settle{seen: row, answer: answer, asked: asked, at: w.now, callback: w.id(), notice: notify, done: func(*settle) {}}
	w.do(o)
	return o
}

// late is an answer to what was asked some time ago.
func (w *world) late(row Row, ago time.Duration, answer bank.Answer) *settle {
	o := &settle{seen: row, answer: answer, asked: whatIsIt, at: w.now.Add(-ago), callback: w.id(), notice: notify, done: func(*settle) {}}
	w.do(o)
	return o
}

func (w *world) row(t interface{ Fatalf(string, ...any) }, k Key) Row {
	row, ok := Rows.Held(w.set, k)
	if !ok {
		t.Fatalf("payout %d is gone", k.PaymentID)
	}
	return row
}

func (w *world) account(name ledger.Name) ledger.Account {
	key := ledger.Key{MerchantID: shopID, Book: ledger.Test, Name: name, Currency: money.KZT}
	ledger.Accounts.Want(w.set, key)
	return ledger.Read(w.set, key)
}

func (w *world) waiting(k engine.EffectKey) (engine.Effect, bool) {
	return engine.Effects.Held(w.set, k)
}

// TestPayoutsKeepTheBooks walks random histories of many payouts and compares
// the books with a model that only knows sums.
func TestPayoutsKeepTheBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		funded := money.Amount(rapid.Int64Range(0, 100_000).Draw(t, "funded"))
		if funded > 0 {
			w.fund(funded)
		}
		var all []Key
		final := map[Key]Row{}
		pick := func(t *rapid.T) Key {
			if len(all) == 0 {
				t.Skip("no payout yet")
			}
			return rapid.SampledFrom(all).Draw(t, "payout")
		}
		t.Repeat(map[string]func(*rapid.T){
			"accept": func(t *rapid.T) {
				route := rapid.SampledFrom([]Route{ToToken, ToIBAN, ToPage}).Draw(t, "route")
				order := fmt.Sprint("po-", rapid.IntRange(1, 8).Draw(t, "order"))
				amount := money.Amount(rapid.Int64Range(1, 40_000).Draw(t, "amount"))
				fee := money.Amount(rapid.Int64Range(0, 500).Draw(t, "fee"))
				if o := w.accept(w.proposal(route, order, amount, fee)); o.refusal == nil && o.repeats == 0 {
					all = append(all, o.result.Key)
				}
			},
			"submit": func(t *rapid.T) {
				w.do(&submit{seen: w.row(t, pick(t)), sealed: []byte("sealed"), mask: "4671-59XX-XXXX-8252", callback: w.id(), notice: notify})
			},
			"bank": func(t *rapid.T) {
				row := w.row(t, pick(t))
				if row.PageOpen() {
					t.Skip("nothing was sent")
				}
				w.settle(row, rapid.SampledFrom([]bank.Answer{
					{}, {Outcome: bank.Approved, Reference: "000000000001"}, {Outcome: bank.Declined, Code: codes.ContactIssuer},
					{Outcome: bank.Pending, AskAgain: time.Second}, {Outcome: bank.NotFound},
				}).Draw(t, "answer"))
			},
			"timer": func(t *rapid.T) {
				row := w.row(t, pick(t))
				if row.Route != ToPage {
					t.Skip("no page")
				}
				w.do(&lapse{seen: row, callback: w.id(), notice: notify})
			},
			"wait": func(t *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.Int64Range(1, int64(2*time.Hour)).Draw(t, "pause")))
			},
			"": func(t *rapid.T) { w.check(t, funded, all, final) },
		})
	})
}

// check holds after every step.
func (w *world) check(t *rapid.T, funded money.Amount, all []Key, final map[Key]Row) {
	var paid, fees, held money.Amount
	for _, k := range all {
		row := w.row(t, k)
		_, sending := w.waiting(k.sending())
		_, timer := w.waiting(k.expiry())
		switch {
		case row.State == Success:
			paid, fees = paid+row.Amount, fees+row.Fee
		case !row.State.Final() && !row.PageOpen():
			held += row.ToPay()
		}
		if open := !row.State.Final() && !row.PageOpen(); sending != open {
			t.Fatalf("payout %d is %s, but dealing with the bank is %v", k.PaymentID, row.State, sending)
		}
		if timer != row.PageOpen() {
			t.Fatalf("payout %d is %s, but its page's timer is %v", k.PaymentID, row.State, timer)
		}
		if before, ok := final[k]; ok && before.State != row.State {
			t.Fatalf("payout %d left the final state %s for %s", k.PaymentID, before.State, row.State)
		}
		if row.State.Final() {
			final[k] = row
		}
	}
	payout, bankSide, income := w.account(ledger.Payout), w.account(ledger.Bank), w.account(ledger.Fees)
	if payout.Balance() != funded-paid-fees || payout.Held != held || payout.Available() < 0 {
		t.Fatalf("balance %d held %d, want %d held %d", payout.Balance(), payout.Held, funded-paid-fees, held)
	}
	if bankSide.Balance() != paid || income.Balance() != fees {
		t.Fatalf("bank %d, fees %d; want %d, %d", bankSide.Balance(), income.Balance(), paid, fees)
	}
	if notified := len(callback.Rows.Written(w.set)); notified != len(final) {
		t.Fatalf("%d notifies for %d final payouts", notified, len(final))
	}
}
