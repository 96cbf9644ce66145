package purchase_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/bank/simulator"
	"tolem/internal/callback"
	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/outbound"
	"tolem/internal/pgtest"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
	"tolem/internal/storetest"
	"tolem/internal/threeds"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Test cards (R33).
const (
	good       = "6224466455690681278"
	enrolled   = "4916307416334310" // 3-D Secure; cannot be cancelled or refunded
	noCapture  = "4939770956154989"
	noReversal = "4716047261941981"
	refusedBy  = "4916109830832246" // 10009
)

var numbers = []string{good, enrolled, noCapture, noReversal, refusedBy}

// house is a node that takes purchases, with the simulated bank and a shop.
type house struct {
	*purchase.Service
	t        *testing.T
	clock    *clock.Manual
	line     *line
	merchant *merchant.Merchant
	shop     *shop
	log      *journal
}

// journal is all that was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write is io.Writer.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

// line is the connection to the bank: it may lose what is sent, or the answer.
type line struct {
	bank.Bank
	cut, deaf atomic.Bool
	charges   atomic.Int64
}

var errLine = errors.New("the line is broken")

func (l *line) lose(answer bank.Answer, err error) (bank.Answer, error) {
	if l.deaf.Load() {
		return bank.Answer{}, errLine
	}
	return answer, err
}

func (l *line) Charge(ctx context.Context, c bank.Charge) (bank.Answer, error) {
	l.charges.Add(1)
	if l.cut.Load() {
		return bank.Answer{}, errLine
	}
	return l.lose(l.Bank.Charge(ctx, c))
}

func (l *line) Follow(ctx context.Context, f bank.Follow) (bank.Answer, error) {
	if l.cut.Load() {
		return bank.Answer{}, errLine
	}
	return l.lose(l.Bank.Follow(ctx, f))
}

// TestPurchases plays the scenes one after the other in a house on each store, each
// with a merchant of its own.
func TestPurchases(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := open(t, url)
		for _, scene := range scenes {
			t.Run(scene.name, func(t *testing.T) {
				guest := h.visit(t)
				scene.play(guest)
				guest.sound()
			})
		}
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			holdsNoCardNumber(t, path+"*")
		}
	})
}

func open(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, log: &journal{}, clock: clock.At(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))}
	i, err := platform.Open(t.Context(), platform.Config{Data: t.TempDir(), Database: url, Clock: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close() })
	memory, err := store.Open(t.Context(), storetest.SQLite(t), store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	sim, err := simulator.Open(t.Context(), memory, h.clock, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close(context.Background()) })
	h.line = &line{Bank: sim}
	h.start(i)
	return h
}

// visit is the house for one scene.
func (h *house) visit(t *testing.T) *house {
	t.Helper()
	settings := merchant.Defaults()
	settings.PurchaseTariff = money.Tariff{Share: 290}
	m, err := h.Merchants.Create(t.Context(), 0, "Shop", merchant.Test, settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.line.charges.Store(0)
	h.line.cut.Store(false)
	h.line.deaf.Store(false)
	h.Patience = time.Minute // longer than any scene takes, on the busiest machine
	guest := *h
	guest.t, guest.merchant, guest.shop = t, m, newShop(t, m)
	return &guest
}

func (h *house) today() string { return clock.Local(h.clock.Now(), platform.Almaty) }

func (h *house) start(i *platform.Installation) {
	e := engine.New(i.DB, engine.Options{
		Clock: h.clock, Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	banks := bank.Banks{Test: h.line}
	callbacks := ids.NewNumbers(i.DB, "callback", 100)
	issuer := &threeds.Issuer{DB: i.DB, Engine: e, Vault: i.Vault, Clock: h.clock}
	client := outbound.New(outbound.Options{AllowPrivate: true, Timeout: 500 * time.Millisecond})
	cards := &cardtoken.Service{
		DB: i.DB, Engine: e, Vault: i.Vault, Banks: banks, Issuer: issuer, Payments: i.Payments, Callbacks: callbacks,
		Cards: ids.NewNumbers(i.DB, "card", 100), Clock: h.clock,
	}
	h.Service = &purchase.Service{
		Log: slog.New(slog.DiscardHandler),
		DB:  i.DB, Engine: e, Vault: i.Vault, Banks: banks, Cards: cards, Issuer: issuer, Merchants: i.Merchants, Client: client,
		Payments: i.Payments, Profiles: ids.NewNumbers(i.DB, "profile", 100), Callbacks: callbacks,
		Clock: h.clock, Zone: platform.Almaty,
	}
	h.Register()
	(&callback.Courier{
		DB: i.DB, Engine: e, Merchants: i.Merchants, Client: client, Clock: h.clock, Schedule: platform.DefaultSchedule,
		Replied: map[string]func(context.Context, callback.Row, callback.Reply) error{"result": h.Replied},
	}).Register()
	if err := e.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = e.Close(context.Background())
		for _, number := range numbers {
			if strings.Contains(h.log.text.String(), number) {
				h.t.Error("a card number is logged")
			}
		}
	})
}

// proposal is a purchase of 1500 that nothing is wrong with.
func (h *house) proposal(order string, oneStep bool) purchase.Proposal {
	return purchase.Proposal{
		Test: true, OrderID: order, Money: money.Money{Amount: 150_000, Currency: money.KZT}, UserID: "u-1", OneStep: oneStep,
		Lifetime: purchase.Lifetime, Call: idempotency.Call{MerchantID: h.merchant.ID},
		Terms: purchase.Terms{Description: "Two notebooks", Language: "en", ResultURL: h.shop.URL + "/fp/result?cart=77"},
	}
}

func (h *house) create(w purchase.Proposal) purchase.Row {
	h.t.Helper()
	row, refusal, err := h.Create(h.t.Context(), h.merchant, w)
	if err != nil || refusal != nil {
		h.t.Fatal(refusal, err)
	}
	return row
}

func typed(t testing.TB, number string) purchase.Means {
	t.Helper()
	pan, err := card.ParsePAN(number)
	if err != nil {
		t.Fatal(err)
	}
	expiry, err := card.ParseExpiry("12/28")
	if err != nil {
		t.Fatal(err)
	}
	cvc, err := card.ParseCVC("739")
	if err != nil {
		t.Fatal(err)
	}
	return purchase.Means{Card: cardtoken.Card{PAN: pan, Holder: "AIGERIM TEST", Expiry: expiry, CVC: cvc}}
}

// submit lets the payer pay with a typed card.
func (h *house) submit(row purchase.Row, number string) purchase.Turn {
	h.t.Helper()
	turn, err := h.Submit(h.t.Context(), row, typed(h.t, number))
	if err != nil {
		h.t.Fatal(err)
	}
	return turn
}

// paid is a purchase that the bank has approved.
func (h *house) paid(order string, oneStep bool, number string) purchase.Row {
	h.t.Helper()
	row := h.submit(h.create(h.proposal(order, oneStep)), number).Row
	if !row.State.Paid() {
		h.t.Fatalf("%s %d", row.State, row.ErrorCode)
	}
	return row
}

// follow asks for a step that nothing is wrong with.
func (h *house) follow(row purchase.Row, action bank.Action, amount money.Amount) purchase.Step {
	h.t.Helper()
	step, _, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: row.Key, Action: action, Amount: amount})
	if err != nil || refusal != nil {
		h.t.Fatal(refusal, err)
	}
	return step
}

func (h *house) now(k purchase.Key) purchase.Row {
	h.t.Helper()
	row, ok, err := h.Find(h.t.Context(), k)
	if err != nil || !ok {
		h.t.Fatal(ok, err)
	}
	return row
}

// becomes waits until something holds of a purchase.
func (h *house) becomes(k purchase.Key, what string, holds func(purchase.Row) bool) purchase.Row {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		row := h.now(k)
		if holds(row) {
			return row
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("never %s: %s, refunded %d, busy %d", what, row.State, row.Refunded, row.Busy)
		}
	}
}

// charged waits until so many charges have been sent to the bank.
func (h *house) charged(n int64) {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); h.line.charges.Load() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%d charges were sent, never %d", h.line.charges.Load(), n)
		}
	}
}

// becomesLater is becomes as minutes go by: of what is counted from the end of a call,
// which a test cannot see.
func (h *house) becomesLater(k purchase.Key, what string, holds func(purchase.Row) bool) purchase.Row {
	h.t.Helper()
	return h.becomes(k, what, func(r purchase.Row) bool {
		h.clock.Advance(time.Minute)
		return holds(r)
	})
}

func (h *house) is(k purchase.Key, s purchase.State) purchase.Row {
	h.t.Helper()
	return h.becomes(k, string(s), func(r purchase.Row) bool { return r.State == s })
}

// problems is what is wrong with the books and the purchases.
func (h *house) problems() (problems []string) {
	h.t.Helper()
	err := h.DB.Snapshot(h.t.Context(), func(tx *store.Tx) error {
		report, err := ledger.Verify(h.t.Context(), tx)
		if err != nil {
			return err
		}
		problems, err = purchase.Verify(h.t.Context(), tx)
		problems = append(report.Problems, problems...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return problems
}

// sound fails if anything is.
func (h *house) sound() {
	h.t.Helper()
	if problems := h.problems(); len(problems) > 0 {
		h.t.Error(problems)
	}
}
