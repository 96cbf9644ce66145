package purchase

import (
	"context"
	"fmt"

	"tolem/internal/store"
)

// Verify finds purchases whose state and transfers disagree: a hold is open while
// the bank holds the money and at no other time, what was captured was taken and its
// fee charged, and what was refunded is the sum of its refunds, each of which was
// booked once. What the merchant rejected is taken back. What is with the bank has a
// step to show for it, and an effect that brings it to its end.
func Verify(ctx context.Context, tx *store.Tx) ([]string, error) {
	var problems []string
	for _, check := range []string{
		`SELECT merchant_id, payment_id, 'is ' || state || ', but its hold is ' || held || ' and ended by "' || ended || '", and ' || taken || ' was taken for a fee of ' || charged FROM (
		   SELECT p.merchant_id, p.payment_id, p.state, p.one_step, p.amount, p.captured, p.fee, COALESCE(f.amount, 0) AS charged,
		          COALESCE(h.amount, 0) AS held, COALESCE(e.kind, '') AS ended,
		          COALESCE(t.amount, 0) + CASE WHEN COALESCE(e.kind, '') = 'post' THEN h.amount ELSE 0 END AS taken
		     FROM purchase p
		     LEFT JOIN transfer h ON h.merchant_id = p.merchant_id AND h.payment_id = p.payment_id AND h.step = 1 AND h.kind = 'hold'
		     LEFT JOIN transfer e ON e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id AND e.ends = 1
		     LEFT JOIN transfer t ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id AND t.step = 3
		     LEFT JOIN transfer f ON f.merchant_id = p.merchant_id AND f.payment_id = p.payment_id AND f.step = 4) AS booked
		  WHERE charged <> CASE state WHEN 'captured' THEN fee ELSE 0 END OR NOT CASE state
		    WHEN 'authorized' THEN held = amount AND ended = '' AND taken = 0
		    WHEN 'captured' THEN taken = captured AND (one_step AND held = 0 OR NOT one_step AND held = amount AND ended <> '')
		    WHEN 'voided' THEN held = amount AND ended = 'void' AND taken = 0
		    ELSE held = 0 AND taken = 0 END`,
		`SELECT merchant_id, payment_id, 'has refunds of ' || refunded || ', but its steps of ' || steps FROM (
		   SELECT p.merchant_id, p.payment_id, p.refunded, COALESCE(SUM(s.amount), 0) AS steps
		     FROM purchase p
		     LEFT JOIN purchase_step s ON s.merchant_id = p.merchant_id AND s.parent_id = p.payment_id AND s.action = 'refund' AND s.state IN ('approved', 'pending', 'success')
		    GROUP BY p.merchant_id, p.payment_id, p.refunded) AS summed
		  WHERE refunded <> steps`,
		`SELECT merchant_id, payment_id, 'is a refund that is ' || state || ', but its hold is ' || held || ' and ended by "' || ended || '"' FROM (
		   SELECT s.merchant_id, s.payment_id, s.state, s.amount, COALESCE(h.amount, 0) AS held, COALESCE(e.kind, '') AS ended
		     FROM purchase_step s
		     LEFT JOIN transfer h ON h.merchant_id = s.merchant_id AND h.payment_id = s.payment_id AND h.step = 1 AND h.kind = 'hold'
		     LEFT JOIN transfer e ON e.merchant_id = s.merchant_id AND e.payment_id = s.payment_id AND e.ends = 1
		    WHERE s.action = 'refund') AS booked
		  WHERE NOT CASE state
		    WHEN 'requested' THEN held = 0
		    WHEN 'rejected' THEN held = 0
		    WHEN 'error' THEN held = amount AND ended = 'void'
		    WHEN 'success' THEN held = amount AND ended = 'post'
		    ELSE held = amount AND ended = '' END`,
		`SELECT p.merchant_id, p.payment_id, 'is ' || p.state || ' and busy with ' || p.busy FROM purchase p
		   LEFT JOIN purchase_step s ON s.merchant_id = p.merchant_id AND s.payment_id = p.busy AND s.parent_id = p.payment_id
		    AND s.action <> 'refund' AND s.state = 'pending'
		  WHERE p.busy <> 0 AND (p.state <> 'authorized' OR s.payment_id IS NULL)`,
		`SELECT s.merchant_id, s.payment_id, 'is a ' || s.action || ' that is pending unknown to its purchase' FROM purchase_step s
		   LEFT JOIN purchase p ON p.merchant_id = s.merchant_id AND p.payment_id = s.parent_id AND p.busy = s.payment_id
		  WHERE s.action <> 'refund' AND s.state = 'pending' AND p.payment_id IS NULL`,
		`SELECT p.merchant_id, p.payment_id, 'was rejected, and nobody takes it back' FROM purchase p
		   LEFT JOIN effect e ON e.merchant_id = p.merchant_id AND e.kind = 'purchase.recall' AND e.subject = p.payment_id
		  WHERE p.reason <> '' AND (p.state = 'authorized' AND p.busy = 0 OR p.state = 'captured' AND p.refunded < p.captured) AND e.subject IS NULL`,
		`SELECT open.merchant_id, open.payment_id, 'is ' || open.state || ', but has no ' || open.kind || ' to come' FROM (
		   SELECT merchant_id, payment_id, state, CASE state WHEN 'sent' THEN 'purchase.charge' WHEN 'authorized' THEN 'purchase.capture' ELSE 'purchase.expire' END AS kind
		     FROM purchase WHERE state IN ('created', 'challenge', 'sent', 'authorized')
		   UNION ALL
		   SELECT merchant_id, payment_id, state, CASE state WHEN 'pending' THEN 'purchase.step' ELSE 'purchase.approved' END
		     FROM purchase_step WHERE state IN ('pending', 'approved')) AS open
		   LEFT JOIN effect e ON e.merchant_id = open.merchant_id AND e.kind = open.kind AND e.subject = open.payment_id
		  WHERE e.subject IS NULL`,
	} {
		err := tx.Query(ctx, check, nil, func(scan func(...any) error) error {
			var merchant, payment int64
			var trouble string
			if err := scan(&merchant, &payment, &trouble); err != nil {
				return err
			}
			problems = append(problems, fmt.Sprintf("merchant %d: purchase %d %s", merchant, payment, trouble))
			return nil
		})
		if err != nil {
			return problems, err
		}
	}
	return problems, nil
}
