package payout

import (
	"context"
	"fmt"

	"tolem/internal/store"
)

// Verify finds payouts whose state and transfers disagree: one that is under way
// has an open hold, a success has posted it, a failure has let it go or never
// placed it, and a page that is still open has none.
func Verify(ctx context.Context, tx *store.Tx) ([]string, error) {
	var problems []string
	err := tx.Query(ctx, `
		SELECT merchant_id, payment_id, state, held, ended FROM (
		  SELECT p.merchant_id, p.payment_id, p.state, p.route, p.amount, COALESCE(h.amount, 0) AS held, COALESCE(e.kind, '') AS ended
		    FROM payout p
		    LEFT JOIN transfer h ON h.merchant_id = p.merchant_id AND h.payment_id = p.payment_id AND h.step = 1 AND h.kind = 'hold'
		    LEFT JOIN transfer e ON e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id AND e.ends = 1) AS booked
		 WHERE NOT CASE state
		   WHEN 'created' THEN ended = '' AND (held = amount OR held = 0 AND route = 'page')
		   WHEN 'process' THEN ended = '' AND held = amount
		   WHEN 'success' THEN ended = 'post' AND held = amount
		   ELSE ended = '' AND held = 0 OR ended = 'void' AND held = amount END`, nil,
		func(scan func(...any) error) error {
			var merchant, payment, held int64
			var state, end string
			if err := scan(&merchant, &payment, &state, &held, &end); err != nil {
				return err
			}
			problems = append(problems, fmt.Sprintf("merchant %d: payout %d is %s, but its hold is %d and ended by %q", merchant, payment, state, held, end))
			return nil
		})
	return problems, err
}
