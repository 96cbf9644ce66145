package purchase

import (
	"context"
	"encoding/json"
	"fmt"

	"tolem/internal/ids"
	"tolem/internal/store"
)

// Find reads a purchase by its number.
func (p *Service) Find(ctx context.Context, k Key) (row Row, ok bool, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		row, ok, err = Rows.Find(ctx, tx, k)
		return err
	})
	return row, ok, err
}

// known is Find for a purchase that must be there.
func (p *Service) known(ctx context.Context, k Key) (Row, error) {
	row, ok, err := p.Find(ctx, k)
	if err == nil && !ok {
		err = fmt.Errorf("purchase %d of merchant %d is gone", k.PaymentID, k.MerchantID)
	}
	return row, err
}

// Newest reads the newest purchase of an order id.
func (p *Service) Newest(ctx context.Context, o Order) (row Row, ok bool, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) error {
		found, err := Rows.Select(ctx, tx, "WHERE order_id = $1 AND merchant_id = $2 ORDER BY created_at DESC LIMIT 1", o.OrderID, o.MerchantID)
		if len(found) > 0 {
			row, ok = found[0], true
		}
		return err
	})
	return row, ok, err
}

// Page reads the purchase that a page key opens.
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

// Steps are the cancels, captures and refunds of a purchase, the oldest first.
func (p *Service) Steps(ctx context.Context, k Key) (steps []Step, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		steps, err = Steps.Select(ctx, tx, "WHERE parent_id = $1 AND merchant_id = $2 ORDER BY created_at, payment_id", k.PaymentID, k.MerchantID)
		return err
	})
	return steps, err
}

func (p *Service) step(ctx context.Context, k Key) (step Step, ok bool, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		step, ok, err = Steps.Find(ctx, tx, k)
		return err
	})
	return step, ok, err
}

// Profile reads a profile of recurring charges.
func (p *Service) Profile(ctx context.Context, k ProfileKey) (profile Profile, ok bool, err error) {
	err = p.DB.View(ctx, func(tx *store.Tx) (err error) {
		profile, ok, err = Profiles.Find(ctx, tx, k)
		return err
	})
	return profile, ok, err
}

func receiptText(positions []Position) (string, error) {
	if len(positions) == 0 {
		return "", nil
	}
	text, err := json.Marshal(positions)
	return string(text), err
}
