package purchase

import (
	"fmt"
	"maps"
	"reflect"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// world is the whole state of one merchant in memory: a set that is never loaded
// from anywhere, so that every operation sees what the last one left.
type world struct {
	set     *store.Set
	now     time.Time
	next    int64
	service Service
}

const shopID int64 = 700123

var (
	unknown  = bank.Answer{}
	pending  = bank.Answer{Outcome: bank.Pending, AskAgain: time.Second}
	notFound = bank.Answer{Outcome: bank.NotFound}
	approved = bank.Answer{Outcome: bank.Approved, Reference: "000000000001", AuthCode: "482913"}
	declined = bank.Answer{Outcome: bank.Declined, Code: codes.InsufficientFunds}
)

func newWorld() *world {
	return &world{
		set: store.NewSet(), now: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC), next: 1, service: Service{Zone: time.UTC},
	}
}

func (w *world) id() int64 {
	w.next++
	return w.next
}

func (w *world) do(o engine.Operation) {
	o.Want(w.set)
	o.Decide(w.set, w.now)
	if c, ok := o.(engine.Committed); ok {
		c.Committed()
	}
}

// tariff rounds, and is more than the smallest amounts.
var tariff = money.Tariff{Share: 290, Fixed: 7}

// proposal is a purchase that nothing is wrong with; amount 0 lets the payer choose.
func (w *world) proposal(amount money.Amount, oneStep bool) *create {
	terms := Terms{
		Description: "Two notebooks", Language: "en", Tariff: tariff,
		ResultURL: "https://shop.example/result", RefundURL: "https://shop.example/refund", CaptureURL: "https://shop.example/capture",
	}
	if amount == 0 {
		terms.Least, terms.Most = 100, 90_000
	}
	text, err := terms.text()
	if err != nil {
		panic(err)
	}
	id := w.id()
	return &create{call: idempotency.Call{MerchantID: shopID}, row: Row{
		Key: Key{shopID, id}, OrderID: fmt.Sprint("A-", id), Test: true, Amount: amount, Currency: money.KZT, UserID: "u-1",
		OneStep: oneStep, TermsText: text, ExpiresAt: w.now.Add(Lifetime),
	}}
}

func (w *world) create(amount money.Amount, oneStep bool) Key {
	o := w.proposal(amount, oneStep)
	w.do(o)
	return o.result.Key
}

func (w *world) row(k Key) Row {
	row, _ := Rows.Held(w.set, k)
	return row
}

func (w *world) step(k Key) Step {
	step, _ := Steps.Held(w.set, k)
	return step
}

func (w *world) submit(k Key) *send {
	o := &send{seen: w.row(k), shown: Shown{Mask: "4716-04XX-XXXX-1981"}, sealed: []byte("sealed")}
	w.do(o)
	return o
}

func (w *world) challenge(k Key) *challenge {
	o := &challenge{seen: w.row(k), sealed: []byte("sealed")}
	w.do(o)
	return o
}

// passed is what follows when 3-D Secure vouched for the payer.
func (w *world) passed(k Key) *send {
	o := &send{seen: w.row(k), secure: true, sealed: []byte("sealed")}
	w.do(o)
	return o
}

// answered is a charge of which the bank said something some time ago.
func (w *world) answered(k Key, a bank.Answer, ago time.Duration) *settle {
	return &settle{seen: w.row(k), answer: a, at: w.now.Add(-ago), callback: w.id(), notice: w.service.notify, done: func(*settle) {}}
}

func (w *world) settle(k Key, a bank.Answer) Row {
	o := w.answered(k, a, 0)
	w.do(o)
	return o.result
}

// paid is a purchase that the bank has approved.
func (w *world) paid(amount money.Amount, oneStep bool) Key {
	k := w.create(amount, oneStep)
	w.submit(k)
	w.settle(k, approved)
	return k
}

func (w *world) asked(k Key, action bank.Action, amount money.Amount) *follow {
	return &follow{
		call: idempotency.Call{MerchantID: shopID}, seen: w.row(k),
		step: Step{Key: Key{shopID, w.id()}, ParentID: k.PaymentID, Action: action, Amount: amount},
	}
}

func (w *world) follow(k Key, action bank.Action, amount money.Amount) *follow {
	o := w.asked(k, action, amount)
	w.do(o)
	return o
}

// told is a step of which the bank said something some time ago.
func (w *world) told(step Key, a bank.Answer, ago time.Duration) *conclude {
	of := errand{step: w.step(step)}
	of.row = w.row(of.step.Parent())
	return &conclude{seen: of, answer: a, at: w.now.Add(-ago), callback: w.id(), notice: w.service.tell, done: func(*conclude) {}}
}

func (w *world) conclude(step Key, a bank.Answer) Step {
	o := w.told(step, a, 0)
	w.do(o)
	return o.result
}

func (w *world) abandon(k Key, code codes.Code) Row {
	o := &abandon{key: k, code: code, callback: w.id(), notice: w.service.notify}
	w.do(o)
	return o.result
}

func (w *world) lapse(k Key) { w.do(&lapse{key: k, callback: w.id(), notice: w.service.notify}) }

// due is the timer of a hold whose life is over.
func (w *world) due(k Key) *follow {
	o := w.asked(k, bank.Capture, 0)
	o.timer = true
	return o
}

func (w *world) account(name ledger.Name) ledger.Account {
	a, _ := ledger.Accounts.Held(w.set, ledger.Key{MerchantID: shopID, Book: ledger.Test, Name: name, Currency: money.KZT})
	return a
}

func (w *world) waits(k engine.EffectKey) bool {
	_, ok := engine.Effects.Held(w.set, k)
	return ok
}

// notices counts the callbacks of an event about a payment.
func (w *world) notices(k Key, event string) (n int) {
	for _, c := range callback.Rows.Written(w.set) {
		if c.PaymentID == k.PaymentID && c.Event == event {
			n++
		}
	}
	return n
}

// image is everything that an operation may change but the times of effects.
type image struct {
	rows     map[Key]Row
	steps    map[Key]Step
	accounts map[ledger.Key]ledger.Account
	effects  map[engine.EffectKey]bool
	notices  int
}

func (w *world) image() image {
	i := image{map[Key]Row{}, map[Key]Step{}, map[ledger.Key]ledger.Account{}, map[engine.EffectKey]bool{}, len(callback.Rows.Written(w.set))}
	for _, r := range Rows.Written(w.set) {
		i.rows[r.Key] = r
	}
	for _, s := range Steps.Written(w.set) {
		i.steps[s.Key] = s
	}
	for _, a := range ledger.Accounts.Written(w.set) {
		i.accounts[a.Key] = a
	}
	for _, e := range engine.Effects.Written(w.set) {
		i.effects[e.EffectKey] = true
	}
	return i
}

func (i image) equal(j image) bool {
	return reflect.DeepEqual(i.rows, j.rows) && maps.Equal(i.steps, j.steps) && maps.Equal(i.accounts, j.accounts) &&
		maps.Equal(i.effects, j.effects) && i.notices == j.notices
}

// unchanged runs f and fails if it left a trace.
func (w *world) unchanged(t testing.TB, what string, f func()) {
	t.Helper()
	before := w.image()
	if f(); !before.equal(w.image()) {
		t.Fatalf("%s left a trace: %+v, then %+v", what, before, w.image())
	}
}
