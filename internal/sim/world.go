package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
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
	"tolem/internal/shop"
	"tolem/internal/store"
)

// World is one history under way.
type World struct {
	chances *rand.Rand
	calm    bool // no faults: the end of a history
	trace   []string
	failure error

	clock *clock.Manual
	db    *store.DB
	node  *node
	bank  *unreliable
	sink  *sink

	merchant *merchant.Merchant
	payouts  *payout.Service
	cards    *cardtoken.Service
	funded   money.Amount
	token    string
	orders   []*order
	final    map[int64]payout.State
}

// Play plays the history of a seed on a copy of prepared data, which it removes.
// The error of a history that went wrong tells the seed and the last steps.
func Play(ctx context.Context, seed uint64, steps int, i *platform.Installation) (err error) {
	w := &World{
		chances: rand.New(rand.NewPCG(seed, 0)), clock: i.Config.Clock.(*clock.Manual), db: i.DB, final: map[int64]payout.State{},
	}
	if err := w.build(ctx, i); err != nil {
		return err
	}
	for step := 0; step < steps && w.failure == nil; step++ {
		w.step(ctx)
		w.check(ctx)
	}
	w.finish(ctx)
	if w.failure != nil {
		last := w.trace[max(0, len(w.trace)-40):]
		return fmt.Errorf("seed %d: %w\n%s", seed, w.failure, strings.Join(last, "\n"))
	}
	return nil
}

// build puts the real systems on the unreliable world.
func (w *World) build(ctx context.Context, i *platform.Installation) error {
	w.node = &node{w: w, handlers: map[string]engine.Handler{}, fresh: map[engine.EffectKey]engine.Effect{}}
	w.bank = &unreliable{w: w, credits: map[string]*credited{}}
	banks := bank.Banks{Test: w.bank}
	callbacks := ids.NewNumbers(w.db, "callback", 1000)
	w.payouts = &payout.Service{
		DB: w.db, Engine: w.node, Vault: i.Vault, Banks: banks, Payments: i.Payments, Callbacks: callbacks, Clock: w.clock, Zone: time.UTC,
	}
	w.cards = &cardtoken.Service{
		DB: w.db, Engine: w.node, Vault: i.Vault, Banks: banks, Payments: i.Payments, Cards: ids.NewNumbers(w.db, "card", 100),
		Callbacks: callbacks, Clock: w.clock,
	}
	m, err := i.Merchants.Get(ctx, platform.DemoMerchant)
	if err != nil {
		return err
	}
	w.merchant = m
	w.sink = &sink{w: w, told: map[string]string{}, count: map[string]int{}, client: &shop.Client{
		Merchant: m.ID, Purchase: m.Signing(merchant.Purchase).Reveal(), Payout: m.Signing(merchant.Payout).Reveal(),
	}}
	courier := &callback.Courier{
		DB: w.db, Engine: w.node, Merchants: i.Merchants, Client: w.sink, Clock: w.clock,
		Schedule: callback.Schedule{0, time.Minute, time.Hour, 24 * time.Hour, 48 * time.Hour},
	}
	w.payouts.Register()
	w.cards.Register()
	courier.Register()

	w.calm = true
	defer func() { w.calm = false }()
	w.funded = money.Amount(w.number(400_000))
	id, err := i.Payments.Next(ctx)
	if err != nil {
		return err
	}
	if err := w.node.Do(&ledger.Fund{
		MerchantID: m.ID, PaymentID: id, Book: ledger.Test, Money: money.Money{Amount: w.funded, Currency: money.KZT},
	}); err != nil {
		return err
	}
	tokens, err := w.cards.List(ctx, m.ID, User)
	if err == nil && len(tokens) == 0 {
		err = errors.New("the prepared data have no saved card")
	}
	if err == nil {
		w.token = tokens[0].Token
	}
	return err
}

// step lets one thing happen. A crash ends it and restarts the process.
func (w *World) step(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			c, ok := p.(crashed)
			if !ok {
				panic(p)
			}
			w.say("CRASH %s", c.where)
			w.node.die()
		}
	}()
	switch n := w.number(100); {
	case n < 12:
		w.order(ctx)
	case n < 22:
		w.repeat(ctx)
	case n < 25:
		w.contradict(ctx)
	case n < 30:
		w.submit(ctx)
	case n < 75:
		w.effect()
	default:
		w.pass()
	}
}

// pass lets time go by: mostly less than a call of the bank may take, so that
// things happen while one is under way.
func (w *World) pass() {
	most := 5_000
	if w.chance(20) {
		most = 40_000
	}
	pause := time.Duration(w.number(most)) * time.Millisecond
	w.say("%s pass", pause)
	w.clock.Advance(pause)
}

// effect carries out one of those that are due.
func (w *World) effect() bool {
	all, err := w.node.effects()
	if err != nil {
		w.fail("%v", err)
		return false
	}
	due := 0
	for due < len(all) && !all[due].DueAt.After(w.clock.Now()) {
		due++
	}
	if due == 0 {
		return false
	}
	if err := w.node.run(all[w.number(due)]); err != nil {
		w.fail("%v", err)
	}
	return true
}

func (w *World) crash(where string) { panic(crashed{where}) }

func (w *World) say(format string, args ...any) {
	w.trace = append(w.trace, w.clock.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

func (w *World) fail(format string, args ...any) {
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
	}
}

// number is from 0 to below n, chance true in percent of the cases, and fault a
// chance that the calm end of a history does not have.
func (w *World) number(n int) int        { return w.chances.IntN(n) }
func (w *World) chance(percent int) bool { return w.number(100) < percent }
func (w *World) fault(percent int) bool  { return !w.calm && w.chance(percent) }
