package callback

import (
	"context"

	"tolem/internal/store"
)

// State of a callback.
type State string

// The states. A callback is pending as long as an attempt is due. A failed one can
// be sent again by hand.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Failed    State = "failed"
)

// Progress is a callback and how far it got. Last is the latest attempt, zero when
// there was none.
type Progress struct {
	Row
	State State
	Last  Attempt
}

// Filter says which callbacks are listed; zero values leave nothing out, but Limit
// is how many at most.
type Filter struct {
	MerchantID, PaymentID int64
	State                 State
	Limit                 int64
}

// List reads callbacks, the newest first.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Progress, error) {
	var list []Progress
	err := tx.Query(ctx, `
		SELECT merchant_id, callback_id, state FROM (
		  SELECT c.merchant_id, c.callback_id, c.payment_id, c.created_at,
		         CASE WHEN EXISTS (SELECT 1 FROM effect e WHERE e.merchant_id = c.merchant_id AND e.kind = $1 AND e.subject = c.callback_id)
		              THEN 'pending'
		              WHEN EXISTS (SELECT 1 FROM callback_attempt a WHERE a.merchant_id = c.merchant_id AND a.callback_id = c.callback_id AND a.done)
		              THEN 'delivered' ELSE 'failed' END AS state
		    FROM callback c) AS progress
		 WHERE ($2 = 0 OR merchant_id = $2) AND ($3 = 0 OR payment_id = $3) AND ($4 = '' OR state = $4)
		 ORDER BY created_at DESC, callback_id DESC LIMIT $5`,
		[]any{Kind, f.MerchantID, f.PaymentID, string(f.State), f.Limit},
		func(scan func(...any) error) error {
			var p Progress
			err := scan(&p.MerchantID, &p.CallbackID, &p.State)
			list = append(list, p)
			return err
		})
	for i := range list {
		if err == nil {
			list[i].Row, _, err = Rows.Find(ctx, tx, list[i].Key)
		}
		if err == nil {
			list[i].Last, _, err = last.Find(ctx, tx, list[i].Key)
		}
	}
	return list, err
}
