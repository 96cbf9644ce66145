package sim

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/shop"
	"tolem/internal/store"
	"tolem/internal/threeds"
)

// World is one history under way.
type World struct {
	chances *rand.Rand
	habits  habits
	calm    bool // no faults: the end of a history
	changed bool // something was committed since the last check
	trace   []string
	failure error

	clock   *clock.Manual
	db      *store.DB
	house   *platform.Installation
	tasks   []*task // under way, in the order of their beginnings
	running *task   // the one that runs just now
	node    *node
	bank    *unreliable
	sink    *sink

	merchant *merchant.Merchant
	funded   money.Amount
	token    string

	payouts *payout.Service
	orders  []*order
	final   map[int64]payout.State

	purchases *purchase.Service
	sales     []*sale
	wishes    []*wish
	states    map[int64]purchase.State     // of purchases, as they are known to be
	steps     map[int64]purchase.StepState // and of their steps
}

// schedule of callbacks.
var schedule = callback.Schedule{0, time.Minute, time.Hour, 24 * time.Hour, 48 * time.Hour}

// boot starts a process: it knows what is in the database, and nothing else.
func (w *World) boot() {
	w.node = newNode(w)
	banks, payments, callbacks := bank.Banks{Test: w.bank}, ids.NewNumbers(w.db, "payment", 100), ids.NewNumbers(w.db, "callback", 1000)
	w.payouts = &payout.Service{
		DB: w.db, Engine: w.node, Vault: w.house.Vault, Banks: banks, Payments: payments,
		Callbacks: callbacks, Clock: w.clock, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(alarm{w}, nil)),
	}
	issuer := &threeds.Issuer{DB: w.db, Engine: w.node, Vault: w.house.Vault, Clock: w.clock}
	cards := &cardtoken.Service{
		DB: w.db, Engine: w.node, Vault: w.house.Vault, Banks: banks, Issuer: issuer, Payments: payments,
		Cards: ids.NewNumbers(w.db, "card", 100), Callbacks: callbacks, Clock: w.clock,
	}
	w.purchases = &purchase.Service{
		DB: w.db, Engine: w.node, Vault: w.house.Vault, Banks: banks, Cards: cards, Issuer: issuer, Merchants: w.house.Merchants,
		Client: w.sink, Payments: payments, Profiles: ids.NewNumbers(w.db, "profile", 100), Callbacks: callbacks, Clock: w.clock, Zone: time.UTC,
		Log: w.payouts.Log,
	}
	courier := &callback.Courier{
		DB: w.db, Engine: w.node, Merchants: w.house.Merchants, Client: w.sink, Clock: w.clock,
		Schedule: schedule, Replied: map[string]func(context.Context, callback.Row, callback.Reply) error{"result": w.purchases.Replied},
	}
	w.payouts.Register()
	w.purchases.Register()
	courier.Register()
}

// furnish brings the merchant and its money.
func (w *World) furnish(ctx context.Context) error {
	m, err := w.house.Merchants.Get(ctx, platform.DemoMerchant)
	if err != nil {
		return err
	}
	w.merchant = m
	w.sink = newSink(w, &shop.Client{
		Merchant: m.ID, Purchase: m.Signing(merchant.Purchase).Reveal(), Payout: m.Signing(merchant.Payout).Reveal(),
	})
	w.bank = newBank(w)
	w.boot()
	id, err := w.payouts.Payments.Next(ctx)
	if err != nil {
		return err
	}
	w.funded = money.Amount(1 + w.number(40_000))
	if w.chance(80) {
		w.funded *= 50
	}
	_, err = w.node.commit(&ledger.Fund{
		MerchantID: m.ID, PaymentID: id, Book: ledger.Test, Money: money.Money{Amount: w.funded, Currency: money.KZT},
	})
	return err
}

// step lets one thing happen. What cannot happen now lets time pass.
func (w *World) step(ctx context.Context) {
	happened := false
	switch n := w.number(100); {
	case w.chance(w.habits.killed):
		happened = w.kill()
	case n < 40:
		happened = w.goOn() || w.effect()
	case n < 62:
		happened = w.effect() || w.goOn()
	case n >= 79:
	case w.chance(w.habits.selling):
		happened = w.trade(ctx)
	case n < 70:
		happened = w.order(ctx)
	case n < 73:
		happened = w.repeat(ctx)
	case n < 75:
		happened = w.contradict(ctx)
	default:
		happened = w.submit(ctx)
	}
	if !happened {
		w.pass()
	}
	w.bank.land()
}

// pass lets time go by: to the very moment when something may go on, or some
// time that has nothing to do with it.
func (w *World) pass() {
	next := w.next()
	wait := next.Sub(w.clock.Now())
	switch n := w.number(100); {
	case n < 2:
		wait = w.span(0, 40*time.Second)
	case next.IsZero() || n < 30:
		wait = w.span(0, 2*time.Second)
	case wait == 0:
		wait = w.span(0, 200*time.Millisecond)
	}
	w.clock.Advance(wait)
}

// next is when something may go on: now or later, the zero time for never.
func (w *World) next() (first time.Time) {
	at := func(t time.Time) {
		if t.Before(w.clock.Now()) {
			t = w.clock.Now()
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, t := range w.tasks {
		at(t.wakes)
	}
	for _, f := range w.bank.flying {
		at(f.lands)
	}
	all, err := w.node.effects()
	if err != nil {
		w.fail("%v", err)
	}
	for _, e := range all {
		at(e.DueAt)
	}
	return first
}

// effect begins one of those that are due.
func (w *World) effect() bool {
	all, err := w.node.effects()
	if err != nil {
		w.fail("%v", err)
		return false
	}
	var due []engine.Effect
	for _, e := range all {
		if !e.DueAt.After(w.clock.Now()) {
			due = append(due, e)
		}
	}
	if len(due) == 0 {
		return false
	}
	e := due[w.number(len(due))]
	w.begin(true, func() {
		if err := w.node.run(e); err != nil {
			w.fail("%v", err)
		}
	})
	return true
}

// instant is how times are shown.
const instant = "15:04:05.000"

func (w *World) say(format string, args ...any) {
	w.trace = append(w.trace, w.clock.Now().Format(instant+" ")+fmt.Sprintf(format, args...))
}

// alarm takes what services log, which is what must never happen.
type alarm struct{ w *World }

func (a alarm) Write(line []byte) (int, error) {
	a.w.fail("%s", line)
	return len(line), nil
}

func (w *World) fail(format string, args ...any) {
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
		w.say("FAILED: %v", w.failure)
	}
}
