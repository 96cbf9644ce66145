package simulator

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/money"
	"tolem/internal/store"
)

// plastic is a card as the model of the acquirer knows it.
type plastic struct {
	pan                               string
	charges, captures, reverses, pays bool
}

var wallet = []plastic{
	{unionPay, true, true, true, true}, // oftener than the others
	{unionPay, true, true, true, true},
	{unionPay, true, true, true, true},
	{unionPay, true, true, true, true},
	{"4716047261941981", true, true, false, true},
	{"4916307416334310", true, true, false, false},
	{"5367654276102126", true, false, true, true},
	{"5475102935853613", false, true, true, true},
	{"4671593866478252", false, true, true, true},
}

// sum is a charge that was approved, as plain arithmetic.
type sum struct {
	held, taken, returned money.Amount // held: what can still be taken
}

// acquirer is the model: approved charges, and the first answers.
type acquirer struct {
	cards map[string]plastic
	sums  map[string]*sum
	first map[string]bank.Outcome
	got   map[string]int64
}

// know says what a reference was answered first, and counts.
func (m *acquirer) know(reference string) (bank.Outcome, bool) {
	m.got[reference]++
	outcome, known := m.first[reference]
	return outcome, known
}

func (m *acquirer) charge(c bank.Charge, card plastic) bank.Outcome {
	if outcome, known := m.know(c.Reference); known {
		return outcome
	}
	m.first[c.Reference] = bank.Declined
	if card.charges && c.Money.Amount > 0 && (card.captures || !c.Capture) {
		m.first[c.Reference], m.cards[c.Reference] = bank.Approved, card
		m.sums[c.Reference] = &sum{held: c.Money.Amount}
		if c.Capture {
			m.sums[c.Reference] = &sum{taken: c.Money.Amount}
		}
	}
	return m.first[c.Reference]
}

func (m *acquirer) follow(f bank.Follow) bank.Outcome {
	if outcome, known := m.know(f.Reference); known {
		return outcome
	}
	m.first[f.Reference] = bank.Declined
	s, card, amount := m.sums[f.Charge], m.cards[f.Charge], f.Money.Amount
	switch {
	case s == nil || amount <= 0:
		return bank.Declined
	case f.Action == bank.Capture && card.captures && amount <= s.held:
		s.held, s.taken = 0, amount
	case f.Action == bank.Reverse && card.reverses && amount == s.held:
		s.held = 0
	case f.Action == bank.Refund && card.pays && s.returned+amount <= s.taken:
		s.returned += amount
	default:
		return bank.Declined
	}
	m.first[f.Reference] = bank.Approved
	return bank.Approved
}

// TestTheAcquirersBooksAreStrict sends random charges, follow-ups and repeats, and
// compares the answers and the books with plain arithmetic.
func TestTheAcquirersBooksAreStrict(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		run := 0
		rapid.Check(t, func(r *rapid.T) {
			run++ // with references of its own
			m := &acquirer{cards: map[string]plastic{}, sums: map[string]*sum{}, first: map[string]bank.Outcome{}, got: map[string]int64{}}
			charge := func(n int) string { return fmt.Sprintf("%d-pu%d", run, n) }
			for step := range rapid.IntRange(1, 20).Draw(r, "steps") {
				amount := money.Amount(rapid.Int64Range(0, 3).Draw(r, "amount"))
				n := rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(r, "charge")
				if step == 0 || rapid.IntRange(1, 6).Draw(r, "charges") == 1 {
					card := rapid.SampledFrom(wallet).Draw(r, "card")
					c := charging(t, charge(n), card.pan, amount)
					c.Capture = rapid.Bool().Draw(r, "at once")
					answer, err := b.Charge(t.Context(), c)
					if want := m.charge(c, card); err != nil || answer.Outcome != want {
						r.Fatalf("charge %v: %+v %v, want %v", c, answer, err, want)
					}
					continue
				}
				reference := fmt.Sprintf("%d-fo%d", run, rapid.IntRange(1, 40).Draw(r, "follow-up"))
				action := rapid.SampledFrom([]bank.Action{bank.Capture, bank.Capture, bank.Reverse, bank.Refund, bank.Refund, bank.Refund}).Draw(r, "action")
				f := following(reference, charge(n), action, amount)
				answer, err := b.Follow(t.Context(), f)
				if want := m.follow(f); err != nil || answer.Outcome != want {
					r.Fatalf("%v: %+v %v, want %v", f, answer, err, want)
				}
			}
			m.audit(t, r, b, fmt.Sprintf("%d-%%", run))
		})
	})
}

// audit compares the books of a run with the model, with what was approved, and
// with what an inquiry says.
func (m *acquirer) audit(t *testing.T, r *rapid.T, b *Bank, run string) {
	var charges []Charge
	var follows []Follow
	err := b.db.View(t.Context(), func(tx *store.Tx) (err error) {
		if charges, err = Charges.Select(t.Context(), tx, "WHERE reference LIKE $1", run); err == nil {
			follows, err = Follows.Select(t.Context(), tx, "WHERE reference LIKE $1", run)
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	got, approved := map[string]int64{}, map[string]map[bank.Action]money.Amount{}
	for _, f := range follows {
		got[f.Reference] = f.Received
		if f.Code == 0 {
			if approved[f.Charge] == nil {
				approved[f.Charge] = map[bank.Action]money.Amount{}
			}
			approved[f.Charge][f.Action] += f.Amount
		}
	}
	for _, c := range charges {
		got[c.Reference] = c.Received
		s, done := m.sums[c.Reference], approved[c.Reference]
		switch {
		case s == nil && (c.Code == 0 || c.Captured != 0 || c.Reversed || c.Refunded != 0 || done != nil):
			r.Fatalf("declined: %+v, done %v", c, done)
		case s == nil:
		case c.Captured != s.taken || c.Refunded != s.returned || c.Refunded != done[bank.Refund] || c.Refunded > c.Captured:
			r.Fatalf("%+v, done %v, want %+v", c, done, *s)
		case c.Reversed != (s.held == 0 && s.taken == 0) || c.Reversed != (done[bank.Reverse] == c.Amount):
			r.Fatalf("%+v, done %v, want %+v", c, done, *s)
		}
	}
	if diff := cmp.Diff(m.got, got); diff != "" {
		r.Fatal(diff)
	}
	for reference, want := range m.first {
		if a, err := b.Inquire(t.Context(), reference); err != nil || a.Outcome != want {
			r.Fatalf("asked for %s: %+v %v, want %v", reference, a, err, want)
		}
	}
}
