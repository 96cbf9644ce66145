package simulator

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
	"time"

	"tolem/internal/bank"
	"tolem/internal/card"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Bank is the simulated bank. It keeps every credit, charge and follow-up it was
// sent, with the same group commit as the platform but in its own tables.
type Bank struct {
	db     *store.DB
	engine *engine.Engine
	clock  clock.Clock
	delay  time.Duration
}

// pause is how long the bank takes over what comes together. A real one takes longer.
const pause = 2 * time.Millisecond

// Open makes the bank's tables in db. delay is how long "in process" lasts (R37).
func Open(ctx context.Context, db *store.DB, c clock.Clock, delay time.Duration) (*Bank, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := db.MigrateFrom(ctx, files, "simulator_version"); err != nil {
		return nil, err
	}
	return &Bank{db: db, engine: engine.New(db, engine.Options{Clock: c, Pause: pause}), clock: c, delay: delay}, nil
}

// Close ends the bank's committer.
func (b *Bank) Close(ctx context.Context) error { return b.engine.Close(ctx) }

// Key names an operation by the platform's reference.
type Key struct {
	Reference string `db:"reference"`
}

// Record is a credit as the bank remembers it. Received counts how often it was
// sent: more than once is the platform's fault. Code is the outcome, 0 for
// success, and holds from DecidedAt on.
type Record struct {
	Key
	Amount    money.Amount   `db:"amount,fixed"`
	Currency  money.Currency `db:"currency,fixed"`
	Target    string         `db:"target,fixed"` // mask or IBAN
	Code      int64          `db:"code,fixed"`
	Received  int64          `db:"received"`
	CreatedAt time.Time      `db:"created_at,fixed"`
	DecidedAt time.Time      `db:"decided_at,fixed"`
}

// Records is where the bank keeps what it was sent.
var Records = store.Describe("simulator_credit", func(r *Record) Key { return r.Key })

// answer is what the bank says of a record at a moment.
func (r Record) answer(now time.Time) bank.Answer {
	a := bank.Answer{Outcome: bank.Approved, Code: codes.Code(r.Code), Reference: retrieval(r.Reference)}
	switch {
	case now.Before(r.DecidedAt):
		a.Outcome, a.Code, a.AskAgain = bank.Pending, 0, r.DecidedAt.Sub(now)
	case a.Code != 0:
		a.Outcome = bank.Declined
	}
	return a
}

// retrieval is a retrieval reference number: 12 digits that follow from ours.
func retrieval(reference string) string {
	return fmt.Sprintf("%012d", hash(reference)%1_000_000_000_000)
}

// authorisation is an authorisation code: 6 digits that follow from our reference.
func authorisation(reference string) string {
	return fmt.Sprintf("%06d", hash("authorisation of "+reference)%1_000_000)
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}

// receive is the operation of being sent a credit.
type receive struct {
	record Record
	delay  time.Duration
	answer bank.Answer
}

func (o *receive) Want(s *store.Set) { Records.Want(s, o.record.Key) }

func (o *receive) Decide(s *store.Set, now time.Time) {
	if known, ok := Records.Get(s, o.record.Key); ok {
		known.Received++
		Records.Update(s, known)
		o.answer = known.answer(now)
		return
	}
	r := o.record
	r.Received, r.CreatedAt, r.DecidedAt = 1, now, now.Add(o.delay)
	Records.Insert(s, r)
	o.answer = r.answer(now)
}

// Credit decides by the magic card or account; anything else is refused with
// 99999 (R34). A reference that is known keeps its first outcome.
func (b *Bank) Credit(_ context.Context, c bank.Credit) (bank.Answer, error) {
	fate, target := credited{code: codes.UnknownBankError}, c.Card.Mask()
	if c.Account != nil {
		fate, target = iban(c.Account.IBAN), c.Account.IBAN
	} else if known, ok := payoutCards[c.Card.Digits()]; ok {
		fate = known
	}
	o := &receive{record: Record{
		Key: Key{c.Reference}, Amount: c.Money.Amount, Currency: c.Money.Currency, Target: target, Code: int64(fate.code),
	}}
	if fate.later {
		o.delay = b.delay
	}
	err := b.engine.Do(o)
	return o.answer, err
}

// Inquire answers from memory.
func (b *Bank) Inquire(ctx context.Context, reference string) (answer bank.Answer, err error) {
	err = b.db.View(ctx, func(tx *store.Tx) (err error) {
		key, now := Key{reference}, b.clock.Now()
		if answer, err = recall(ctx, tx, Records, key, now); err == nil && answer.Outcome == bank.NotFound {
			answer, err = recall(ctx, tx, Charges, key, now)
		}
		if err == nil && answer.Outcome == bank.NotFound {
			answer, err = recall(ctx, tx, Follows, key, now)
		}
		return err
	})
	return answer, err
}

// recall is what the bank says of an operation that a table may hold.
func recall[R interface{ answer(time.Time) bank.Answer }](ctx context.Context, tx *store.Tx, table *store.Table[Key, R], key Key, now time.Time) (bank.Answer, error) {
	row, known, err := table.Find(ctx, tx, key)
	if err != nil || !known {
		return bank.Answer{Outcome: bank.NotFound}, err
	}
	return row.answer(now), nil
}

// Enrolled follows the table of test cards.
func (b *Bank) Enrolled(_ context.Context, pan card.PAN) (bool, error) {
	return purchaseCards[pan.Digits()].secure, nil
}

// Verify follows the column "auth" of the table of test cards.
func (b *Bank) Verify(_ context.Context, v bank.Verification) (bank.Answer, error) {
	known, ok := purchaseCards[v.Card.Digits()]
	switch {
	case !ok:
		return bank.Answer{Outcome: bank.Declined, Code: codes.UnknownBankError}, nil
	case known.auth != 0:
		return bank.Answer{Outcome: bank.Declined, Code: known.auth}, nil
	}
	return bank.Answer{Outcome: bank.Approved, Reference: retrieval(v.Reference)}, nil
}

// Issuer is the same for every card.
func (b *Bank) Issuer(card.PAN) bank.Issuer {
	return bank.Issuer{Bank: "Tolem Test Bank", Country: "KZ"}
}
