package ledger_test

import (
	"flag"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

var (
	operations = flag.Int("operations", operationsTried, "random operations of TestBooksAreTheFoldOfTheirTransfers")
	foldSeed   = flag.Uint64("fold-seed", 0, "seed of its choices; 0 draws one")
)

// tally is what an account comes to.
type tally struct{ debits, credits, held money.Amount }

// tallies is a ledger that remembers sums and open holds, and nothing else.
type tallies struct {
	accounts map[ledger.Key]tally
	open     map[ledger.TransferKey]ledger.Transfer
}

func newTallies() tallies {
	return tallies{map[ledger.Key]tally{}, map[ledger.TransferKey]ledger.Transfer{}}
}

func (m tallies) clone() tallies { return tallies{maps.Clone(m.accounts), maps.Clone(m.open)} }

func side(t ledger.Transfer, name ledger.Name) ledger.Key {
	return ledger.Key{MerchantID: t.MerchantID, Book: t.Book, Name: name, Currency: t.Currency}
}

// add takes a line of the books in.
func (m tallies) add(t ledger.Transfer) {
	from, to := m.accounts[side(t, t.Debit)], m.accounts[side(t, t.Credit)]
	hold := t.TransferKey
	switch t.Kind {
	case ledger.Held:
		from.held += t.Amount
		m.open[hold] = t
	case ledger.Posted, ledger.Voided:
		hold.Step = t.Ends
		from.held -= t.Amount
		delete(m.open, hold)
	}
	if t.Kind == ledger.Moved || t.Kind == ledger.Posted {
		from.debits += t.Amount
		to.credits += t.Amount
		m.accounts[side(t, t.Credit)] = to
	}
	m.accounts[side(t, t.Debit)] = from
}

func (m tallies) covers(t ledger.Transfer) bool {
	a := m.accounts[side(t, t.Debit)]
	return t.Debit != ledger.Payout || a.credits-a.debits-a.held >= t.Amount
}

var routes = [][2]ledger.Name{
	{ledger.Funding, ledger.Payout}, {ledger.Payout, ledger.Bank}, {ledger.Payout, ledger.Bank}, {ledger.Payout, ledger.Fees}, {ledger.Bank, ledger.Payout},
}

// TestBooksAreTheFoldOfTheirTransfers books random moves, holds, posts and voids of
// several merchants, books and currencies, many to a transaction, some of which are
// undone. Afterwards every account is what its transfers come to.
func TestBooksAreTheFoldOfTheirTransfers(t *testing.T) {
	seed := *foldSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("again: go test ./internal/ledger -run %s -operations %d -fold-seed %d", t.Name(), *operations, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	db := storetest.Open(t, storetest.SQLite(t))
	model := newTallies()
	var refused, lines, payment int64
	const batch = 2_000
	for done := 0; done < *operations; done += batch {
		draft := &books{tallies: model.clone(), random: random, payment: payment}
		undone := random.IntN(8) == 0
		err := try(func() error {
			return book(t, db, everyAccount(), func(s *store.Set) {
				for range min(batch, *operations-done) {
					draft.step(t, s)
				}
				if undone {
					panic(errUndo)
				}
			})
		})
		if undone != (err != nil) {
			t.Fatal(err)
		}
		if payment, refused = draft.payment, refused+draft.refused; !undone {
			model, lines = draft.tallies, lines+draft.lines
		}
		if diff := cmp.Diff(model.accounts, stored(t, db), cmp.AllowUnexported(tally{})); diff != "" {
			t.Fatalf("after %d operations (-model +stored):\n%s", done+batch, diff)
		}
	}
	audit(t, db, model, lines)
	if refused == 0 {
		t.Error("nothing was refused: that proves little")
	}
}

// books are tallies that are written to as the stored ones are.
type books struct {
	tallies
	random                  *rand.Rand
	payment, refused, lines int64
	holds                   []ledger.Transfer // of tallies.open
}

// step does one thing to the set and to the tallies alike.
func (b *books) step(t *testing.T, s *store.Set) {
	if b.holds == nil {
		b.holds = slices.SortedFunc(maps.Values(b.open), func(x, y ledger.Transfer) int { return int(x.PaymentID - y.PaymentID) })
	}
	if len(b.holds) > 0 && b.random.IntN(3) == 0 {
		b.end(s)
		return
	}
	b.payment++
	route := routes[b.random.IntN(len(routes))]
	x := transfer(1+b.random.Int64N(3), b.payment, route[0], route[1], money.Amount(1+b.random.IntN(500)))
	x.Book = []ledger.Book{ledger.Live, ledger.Test}[b.random.IntN(2)]
	x.Currency = []money.Currency{"KZT", "USD"}[b.random.IntN(2)]
	covered, done := b.covers(x), false
	if x.Kind = ledger.Moved; b.random.IntN(3) > 0 {
		x.Kind = ledger.Held
		done = x.Hold(s, now)
	} else {
		done = x.Move(s, now)
	}
	switch {
	case done != covered:
		t.Fatalf("%+v: done %v, but covered %v by %+v", x, done, covered, b.accounts[side(x, x.Debit)])
	case !done:
		b.refused++
		return
	case x.Kind == ledger.Held:
		b.holds = append(b.holds, x)
	}
	b.add(x)
	b.lines++
}

// end posts or voids one of the open holds.
func (b *books) end(s *store.Set) {
	i := b.random.IntN(len(b.holds))
	hold := b.holds[i]
	b.holds[i] = b.holds[len(b.holds)-1]
	b.holds = b.holds[:len(b.holds)-1]
	line := hold
	line.Step, line.Ends = 2, hold.Step
	if line.Kind = ledger.Posted; b.random.IntN(2) == 0 {
		line.Kind = ledger.Voided
		hold.Void(s, 2, now)
	} else {
		hold.Post(s, 2, now)
	}
	b.add(line)
	b.lines++
}

// everyAccount are transfers that touch all accounts there are.
func everyAccount() (all []ledger.Transfer) {
	for merchant := range int64(3) {
		for _, route := range routes {
			for _, book := range []ledger.Book{ledger.Live, ledger.Test} {
				for _, currency := range []money.Currency{"KZT", "USD"} {
					x := transfer(1+merchant, 1, route[0], route[1], 1)
					x.Book, x.Currency = book, currency
					all = append(all, x)
				}
			}
		}
	}
	return all
}

func stored(t *testing.T, db *store.DB) map[ledger.Key]tally {
	found := map[ledger.Key]tally{}
	for key, a := range accounts(t, db, 0) {
		found[key] = tally{a.Debits, a.Credits, a.Held}
	}
	return found
}

// audit adds up all lines that are stored, and compares with the model.
func audit(t *testing.T, db *store.DB, model tallies, lines int64) {
	t.Helper()
	fold := newTallies()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		query := "SELECT " + ledger.Transfers.Columns("") + " FROM transfer ORDER BY step"
		return tx.Query(t.Context(), query, nil, func(scan func(...any) error) error {
			line, err := ledger.Transfers.Scan(scan)
			fold.add(line)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.accounts, fold.accounts, cmp.AllowUnexported(tally{})); diff != "" {
		t.Errorf("accounts (-model +fold):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(payments(model.open)), slices.Sorted(payments(fold.open))); diff != "" {
		t.Errorf("open holds (-model +fold):\n%s", diff)
	}
	held, sums := map[ledger.Key]money.Amount{}, map[[2]string]money.Amount{}
	for _, hold := range fold.open {
		held[side(hold, hold.Debit)] += hold.Amount
	}
	for key, a := range stored(t, db) {
		sums[[2]string{string(key.Book), string(key.Currency)}] += a.credits - a.debits
		if a.held < 0 || a.held != held[key] {
			t.Errorf("%+v holds %d, its open holds are %d", key, a.held, held[key])
		}
	}
	for what, sum := range sums {
		if sum != 0 {
			t.Errorf("%v sums to %d", what, sum)
		}
	}
	if report := verify(t, db); len(report.Problems) > 0 || report.Transfers != lines {
		t.Errorf("%+v; want %d transfers", report, lines)
	}
}

func payments(open map[ledger.TransferKey]ledger.Transfer) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for key := range open {
			if !yield(key.PaymentID) {
				return
			}
		}
	}
}
