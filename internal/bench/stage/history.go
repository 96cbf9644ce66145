package stage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"tolem/internal/bench"
	"tolem/internal/cardtoken"
	"tolem/internal/ids"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// Shape of the past: every payout is of the same amount and succeeded. They lie
// evenly between the days, counted back from today.
const (
	amount   = money.Amount(100_00)
	firstDay = 365
	lastDay  = 2
	chunk    = 10_000 // payouts in one transaction
	holdStep = 1      // steps of a payout in the ledger, as package payout numbers them
	postStep = 3
	forBank  = 700 * time.Millisecond // how long the bank took
)

// writers is into how many parts the shops are divided; each part's past is
// written by itself, so that one is prepared while another is stored.
const writers = 2

// past is the past of a part of the shops while it is written.
type past struct {
	*platform.Installation
	shops  []bench.Shop
	cards  []cardtoken.Token
	first  int64 // payment number of the first payout
	began  time.Time
	apart  time.Duration // from one payout to the next
	prefix string        // of order ids
}

// History gives the shops a past of n payouts in all, to each in its turn, paid
// for by their balances. It writes the rows that real payouts leave, holds and
// postings through the ledger, many in a transaction, and nothing of callbacks.
// A server may run meanwhile. progress is told how many there are, now and then.
func History(ctx context.Context, i *platform.Installation, shops []bench.Shop, n int, progress func(done int)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var done atomic.Int64
	wrote := func(more int) {
		if now := done.Add(int64(more)); now%(10*chunk) < int64(more) {
			progress(int(now))
		}
	}
	parts := min(writers, len(shops), n)
	ended := make(chan error, parts)
	for part := range parts {
		share := func(of int) (from, to int) { return of * part / parts, of * (part + 1) / parts }
		from, to := share(len(shops))
		first, last := share(n)
		go func() { ended <- writePast(ctx, i, shops[from:to], part, last-first, wrote) }()
	}
	var failed error
	for range parts {
		if err := <-ended; err != nil && failed == nil {
			failed = err
			stop()
		}
	}
	return failed
}

func writePast(ctx context.Context, i *platform.Installation, shops []bench.Shop, part, n int, wrote func(more int)) error {
	now := i.Config.Clock.Now()
	p := past{Installation: i, shops: shops, began: now.AddDate(0, 0, -firstDay)}
	p.apart = now.AddDate(0, 0, -lastDay).Sub(p.began) / time.Duration(n)
	p.prefix = fmt.Sprintf("past-%d-%d-", now.UnixMilli(), part)
	err := p.readCards(ctx)
	if err == nil {
		p.first, err = ids.NewNumbers(i.DB, "payment", int64(n)).Next(ctx)
	}
	for from := 0; from < n && err == nil; from += chunk {
		to := min(from+chunk, n)
		if err = i.DB.Update(ctx, func(tx *store.Tx) error { return p.write(ctx, tx, from, to) }); err == nil {
			wrote(to - from)
		}
	}
	return err
}

func (p *past) readCards(ctx context.Context) error {
	return p.DB.View(ctx, func(tx *store.Tx) error {
		for _, s := range p.shops {
			token, ok, err := cardtoken.Tokens.Find(ctx, tx, cardtoken.Key{MerchantID: s.Merchant, Token: s.Token})
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("merchant %d has no such card: were its shops made for another database?", s.Merchant)
			}
			p.cards = append(p.cards, token)
		}
		return nil
	})
}

// write adds the payouts from..to-1 in one transaction.
func (p *past) write(ctx context.Context, tx *store.Tx, from, to int) error {
	set := store.NewSet()
	for k := from; k < min(to, from+len(p.shops)); k++ {
		p.hold(p.payout(k)).Want(set)
	}
	if err := set.Load(ctx, tx); err != nil {
		return err
	}
	for k := from; k < to; k++ {
		row := p.payout(k)
		hold := p.hold(row)
		if !hold.Hold(set, row.CreatedAt) {
			return fmt.Errorf("the balance of merchant %d is used up", row.MerchantID)
		}
		hold.Post(set, postStep, row.FinishedAt)
		row.Balance = ledger.Read(set, ledger.Key{
			MerchantID: row.MerchantID, Book: ledger.Test, Name: ledger.Payout, Currency: row.Currency,
		}).Available()
		payout.Rows.Insert(set, row)
	}
	return set.Flush(ctx, tx)
}

// payout is the k-th payout as it ended, but for what was left on the balance.
func (p *past) payout(k int) payout.Row {
	shop, token := p.shops[k%len(p.shops)], &p.cards[k%len(p.shops)]
	at := p.began.Add(time.Duration(k) * p.apart)
	digest := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(p.prefix), uint64(k)))
	return payout.Row{
		Key: payout.Key{MerchantID: shop.Merchant, PaymentID: p.first + int64(k)}, OrderID: fmt.Sprint(p.prefix, k), Attempt: 1,
		Route: payout.ToToken, Test: true, State: payout.Success, Amount: amount, Currency: money.KZT,
		Description: "Benchmark", UserID: shop.User, PostLink: "https://shop.example/notify", Language: "ru", SendBefore: at.Add(time.Hour),
		CardToken: token.Token, CardID: token.CardID, CardMask: token.Mask,
		Fingerprint: digest[:], Message: hex.EncodeToString(digest[:16]), BankReference: fmt.Sprintf("%012d", k),
		CreatedAt: at, SentAt: at, FinishedAt: at.Add(forBank),
	}
}

func (p *past) hold(row payout.Row) ledger.Transfer {
	return ledger.Transfer{
		TransferKey: ledger.TransferKey{MerchantID: row.MerchantID, PaymentID: row.PaymentID, Step: holdStep},
		Book:        ledger.Test, Debit: ledger.Payout, Credit: ledger.Bank, Currency: row.Currency, Amount: row.Amount,
	}
}
