package ledger_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

var (
	balanceHistories = flag.Int("histories", historiesTried, "histories of TestBalancesAreLinearizable on each store")
	historySeed      = flag.Uint64("history-seed", 0, "seed of their operations; 0 draws one")
)

// verb is what a client asks of the one account.
type verb string

const (
	deposit verb = "deposit"
	reserve verb = "hold"
	post    verb = "post"
	void    verb = "void"
	look    verb = "look"
)

// ask is what a client asked for, told what it learned.
type ask struct {
	verb   verb
	amount money.Amount
}

type told struct {
	done  bool
	after funds
}

// funds are all there is to know of the account.
type funds struct{ balance, held money.Amount }

// sequential is the account as if one client at a time came to it.
var sequential = porcupine.Model{
	Init: func() any { return funds{} },
	Step: func(state, input, output any) (bool, any) {
		f, in, out := state.(funds), input.(ask), output.(told)
		done := true
		switch in.verb {
		case deposit:
			f.balance += in.amount
		case reserve:
			if done = f.balance-f.held >= in.amount; done {
				f.held += in.amount
			}
		case post:
			f.balance, f.held = f.balance-in.amount, f.held-in.amount
		case void:
			f.held -= in.amount
		}
		return out == told{done, f}, f
	},
	DescribeOperation: func(input, output any) string {
		in, out := input.(ask), output.(told)
		return fmt.Sprintf("%s %d: %v, %d of which %d held", in.verb, in.amount, out.done, out.after.balance, out.after.held)
	},
}

// errand is an operation of the engine that does what is asked.
type errand struct {
	ask
	transfer ledger.Transfer
	told     told
}

func (o *errand) Want(s *store.Set) { o.transfer.Want(s) }

func (o *errand) Decide(s *store.Set, now time.Time) {
	o.told.done = true
	switch o.verb {
	case deposit:
		o.told.done = o.transfer.Move(s, now)
	case reserve:
		o.told.done = o.transfer.Hold(s, now)
	case post:
		o.transfer.Post(s, 2, now)
	case void:
		o.transfer.Void(s, 2, now)
	}
	o.told.after = fundsOf(ledger.Read(s, side(o.transfer, ledger.Payout)))
}

func fundsOf(a ledger.Account) funds { return funds{a.Balance(), a.Held} }

// bystander is a client that works on the account of a merchant through one node.
type bystander struct {
	t        *testing.T
	db       *store.DB
	engine   *engine.Engine
	random   *rand.Rand
	merchant int64
	payment  int64
	holds    []ledger.Transfer
	look     func(*bystander) funds
	seen     []funds
}

// do carries out something of the client's choice.
func (c *bystander) do() (ask, told) {
	amount := money.Amount(1 + c.random.IntN(3))
	o := &errand{ask: ask{look, 0}}
	switch n := c.random.IntN(8); {
	case n < 3:
		return o.ask, told{true, c.look(c)}
	case n < 5 && len(c.holds) > 0:
		o.verb, o.transfer = []verb{post, void}[c.random.IntN(2)], c.holds[0]
		c.holds = c.holds[1:]
	case n < 7:
		o.verb, o.transfer = reserve, transfer(c.merchant, c.payment, ledger.Payout, ledger.Bank, amount)
	default:
		o.verb, o.transfer = deposit, transfer(c.merchant, c.payment, ledger.Funding, ledger.Payout, amount)
	}
	c.payment++
	o.amount = o.transfer.Amount
	if err := c.engine.Do(o); err != nil {
		c.t.Error(err)
	}
	if o.verb == reserve && o.told.done {
		c.holds = append(c.holds, o.transfer)
	}
	return o.ask, o.told
}

// fresh reads the account as it is stored now.
func fresh(c *bystander) funds {
	var account ledger.Account
	err := c.db.View(c.t.Context(), func(tx *store.Tx) (err error) {
		account, _, err = ledger.Accounts.Find(c.t.Context(), tx, side(transfer(c.merchant, 0, "", "", 0), ledger.Payout))
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	return fundsOf(account)
}

// stale is what a client read the last time, as if from a cache.
func stale(c *bystander) funds {
	c.seen = append(c.seen, fresh(c))
	return c.seen[max(0, len(c.seen)-2)]
}

// balances plays histories on two nodes of one database.
type balances struct {
	dbs     [2]*store.DB
	engines [2]*engine.Engine
	look    func(*bystander) funds
}

func newBalances(t *testing.T, url string, look func(*bystander) funds) *balances {
	b := &balances{look: look}
	for i := range b.dbs {
		b.dbs[i] = storetest.Open(t, url)
		b.engines[i] = engine.New(b.dbs[i], engine.Options{})
	}
	t.Cleanup(func() {
		for _, e := range b.engines {
			if err := e.Close(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	return b
}

// play lets six clients at once do ten things each to the account of a merchant.
func (b *balances) play(t *testing.T, seed uint64, merchant int64) []porcupine.Operation {
	const clients, things = 6, 10
	began := time.Now()
	records := make([][]porcupine.Operation, clients)
	var all sync.WaitGroup
	for i := range records {
		c := &bystander{
			t: t, db: b.dbs[i%2], engine: b.engines[i%2], random: rand.New(rand.NewPCG(seed, uint64(i))),
			merchant: merchant, payment: int64(1 + 100*i), look: b.look,
		}
		all.Go(func() {
			for range things {
				call := time.Since(began)
				input, output := c.do()
				records[i] = append(records[i], porcupine.Operation{
					ClientId: i, Input: input, Call: int64(call), Output: output, Return: int64(time.Since(began)),
				})
			}
		})
	}
	all.Wait()
	var history []porcupine.Operation
	for _, r := range records {
		history = append(history, r...)
	}
	return history
}

// TestBalancesAreLinearizable: whatever clients on two nodes do at once, each of
// them sees an account as if they came one after the other.
func TestBalancesAreLinearizable(t *testing.T) {
	seed := *historySeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("the same operations at other instants: go test ./internal/ledger -run %s -histories %d -history-seed %d", t.Name(), *balanceHistories, seed)
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBalances(t, url, fresh)
		for n := range *balanceHistories {
			history := b.play(t, seed+uint64(n), int64(n+1))
			result, info := porcupine.CheckOperationsVerbose(sequential, history, time.Minute)
			if result == porcupine.Ok {
				continue
			}
			picture, err := os.CreateTemp("", "tolem-balance-*.html")
			if err == nil {
				err = porcupine.Visualize(sequential, info, picture)
			}
			t.Fatalf("history %d is %s: see %s (%v)", n, result, picture.Name(), err)
		}
		if report := verify(t, b.dbs[0]); len(report.Problems) > 0 {
			t.Error(report.Problems)
		}
	})
}

// TestAStaleBalanceIsNoticed: clients that read from a cache break what the test
// above checks.
func TestAStaleBalanceIsNoticed(t *testing.T) {
	b := newBalances(t, storetest.SQLite(t), stale)
	for n := range int64(20) {
		if !porcupine.CheckOperations(sequential, b.play(t, uint64(n), n+1)) {
			return
		}
	}
	t.Error("twenty histories of stale balances pass for linearizable")
}
