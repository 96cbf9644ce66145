package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/shop"
	"tolem/internal/store"
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
	payouts *payout.Service
	bank    *unreliable
	sink    *sink

	merchant *merchant.Merchant
	funded   money.Amount
	token    string
	orders   []*order
	final    map[int64]payout.State
}

// schedule of callbacks.
var schedule = callback.Schedule{0, time.Minute, time.Hour, 24 * time.Hour, 48 * time.Hour}

// boot starts a process: it knows what is in the database, and nothing else.
func (w *World) boot() {
	w.node = newNode(w)
	callbacks := ids.NewNumbers(w.db, "callback", 1000)
	w.payouts = &payout.Service{
		DB: w.db, Engine: w.node, Vault: w.house.Vault, Banks: bank.Banks{Test: w.bank}, Payments: ids.NewNumbers(w.db, "payment", 100),
		Callbacks: callbacks, Clock: w.clock, Zone: time.UTC,
	}
	courier := &callback.Courier{
		DB: w.db, Engine: w.node, Merchants: w.house.Merchants, Client: w.sink, Clock: w.clock,
		Schedule: schedule,
	}
	w.payouts.Register()
	courier.Register()
}

// furnish brings the merchant and its money.
func (w *World) furnish(ctx context.Context) error {
	m, err := w.house.Merchants.Get(ctx, platform.DemoMerchant)
	if err != nil {
		return err
	}
	w.merchant = m
	w.sink = &sink{w: w, told: map[string]string{}, tries: map[string]int{}, took: map[string]bool{}, client: &shop.Client{
		Merchant: m.ID, Purchase: m.Signing(merchant.Purchase).Reveal(), Payout: m.Signing(merchant.Payout).Reveal(),
	}}
	w.bank = &unreliable{w: w, credits: map[string]*credited{}}
	w.boot()
	id, err := w.payouts.Payments.Next(ctx)
	if err != nil {
		return err
	}
	w.funded = money.Amount(1 + w.number(40_000))
	if w.chance(50) {
		w.funded *= 10
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
	case n < 7:
		happened = w.order(ctx)
	case n < 11:
		happened = w.repeat(ctx)
	case n < 13:
		happened = w.contradict(ctx)
	case n < 16:
		happened = w.submit(ctx)
	case n < 45:
		happened = w.effect()
	case n < 80:
		happened = w.goOn()
	}
	if !happened {
		w.pass()
	}
	w.bank.land()
}

// pass lets time go by: to the very moment when something may go on, or some
// time that has nothing to do with it.
func (w *World) pass() {
	pause := w.next().Sub(w.clock.Now())
	switch n := w.number(100); {
	case n < 5:
		pause = w.span(0, 40*time.Second)
	case n < 50 || pause < 0:
		pause = w.span(0, 3*time.Second)
	}
	w.clock.Advance(pause)
}

// next is when something may go on.
func (w *World) next() (first time.Time) {
	earlier := func(at time.Time) {
		if at.After(w.clock.Now()) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, t := range w.tasks {
		earlier(t.wakes)
	}
	for _, f := range w.bank.flying {
		earlier(f.lands)
	}
	all, err := w.node.effects()
	if err != nil {
		w.fail("%v", err)
	}
	for _, e := range all {
		earlier(e.DueAt)
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

func (w *World) fail(format string, args ...any) {
	if w.failure == nil {
		w.failure = errors.New(fmt.Sprintf(format, args...))
		w.say("FAILED: %v", w.failure)
	}
}
