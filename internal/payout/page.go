package payout

import (
	"context"
	"sync"
	"time"

	"tolem/internal/card"
	"tolem/internal/engine"
	"tolem/internal/ids"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Find reads a payout by its number.
func (p *Service) Find(ctx context.Context, k Key) (Row, bool, error) {
	return p.readers().byKey.Find(ctx, k)
}

// Newest reads the newest payout of an order id.
func (p *Service) Newest(ctx context.Context, o Order) (Row, bool, error) {
	return p.readers().byOrder.Find(ctx, o)
}

// readers answer many who ask for payouts at once.
type readers struct {
	once    sync.Once
	byKey   *store.Reader[Key, Row]
	byOrder *store.Reader[Order, Row]
}

func (p *Service) readers() *readers {
	p.reads.once.Do(func() {
		p.reads.byKey, p.reads.byOrder = store.NewReader(p.DB, Rows.Look, Rows.Get), store.NewReader(p.DB, ByOrder.Want, ByOrder.Get)
	})
	return &p.reads
}

// Page reads the payout that a page key opens.
func (p *Service) Page(ctx context.Context, pageKey string) (row Row, ok bool, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) error {
		found, err := Rows.Select(ctx, tx, "WHERE page_hash = $1 AND page_hash <> ''", ids.PageHash(pageKey)) // as its index says
		if len(found) > 0 {
			row, ok = found[0], true
		}
		return err
	})
	return row, ok, err
}

// Submit pays out to the card that was typed on the payout's page, and waits for
// the outcome like Pay. A payout that was submitted already is returned as it is.
func (p *Service) Submit(ctx context.Context, row Row, pan card.PAN) (Row, error) {
	sealed, err := p.Vault.Seal(vault.Card, []byte(pan.Digits()), row.associated())
	if err != nil {
		return row, err
	}
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return row, err
	}
	done := p.waiting.Join(row.Key)
	defer p.waiting.Leave(row.Key, done)
	o := &submit{seen: row, sealed: sealed, mask: pan.Mask(), callback: id, notice: p.notify}
	if err := engine.Await(ctx, p.Engine, o); err != nil {
		return row, err
	}
	return p.wait(ctx, o.result, done, time.Second), nil
}
