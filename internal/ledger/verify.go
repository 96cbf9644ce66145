package ledger

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/store"
)

// Report is what Verify found.
type Report struct {
	Accounts  int64    `json:"accounts"`
	Transfers int64    `json:"transfers"`
	Problems  []string `json:"problems"` // none when the books are right
}

// PerMillion is how long a million transfers take to verify when these took so
// long; 0 when there are none.
func (r Report) PerMillion(took time.Duration) time.Duration {
	if r.Transfers == 0 {
		return 0
	}
	return time.Duration(took.Seconds() / float64(r.Transfers) * 1e6 * float64(time.Second))
}

// Each check selects only what is wrong.
var checks = []struct{ query, problem string }{
	{
		// The balance of an account is the sum of its transfers.
		`WITH line AS (
		   SELECT merchant_id, book, currency, debit AS name,
		          CASE WHEN kind IN ('move', 'post') THEN amount ELSE 0 END AS debits, 0 AS credits,
		          CASE kind WHEN 'hold' THEN amount WHEN 'move' THEN 0 ELSE -amount END AS held
		     FROM transfer
		   UNION ALL
		   SELECT merchant_id, book, currency, credit, 0,
		          CASE WHEN kind IN ('move', 'post') THEN amount ELSE 0 END, 0
		     FROM transfer
		   UNION ALL
		   SELECT merchant_id, book, currency, name, -debits, -credits, -held FROM account
		 )
		 SELECT merchant_id, book || '.' || name || ' ' || currency,
		        CAST(SUM(debits) AS BIGINT), CAST(SUM(credits) AS BIGINT), CAST(SUM(held) AS BIGINT)
		   FROM line GROUP BY merchant_id, book, name, currency
		 HAVING SUM(debits) <> 0 OR SUM(credits) <> 0 OR SUM(held) <> 0`,
		"merchant %d: account %s differs from its transfers: debits by %d, credits by %d, held by %d",
	},
	{
		// What one account lost another gained.
		`SELECT COUNT(*), book || ' ' || currency, CAST(SUM(credits - debits) AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT)
		   FROM account GROUP BY book, currency HAVING SUM(credits - debits) <> 0`,
		"%[1]d accounts of book %[2]s sum to %[3]d, not to zero",
	},
	{
		`SELECT merchant_id, book || '.' || name || ' ' || currency, debits, credits, held
		   FROM account WHERE held < 0 OR name = 'payout' AND credits - debits - held < 0`,
		"merchant %d: account %s is below zero: debits %d, credits %d, held %d",
	},
	{
		// An end takes exactly the hold it names.
		`SELECT e.merchant_id, e.kind, e.payment_id, e.step, e.amount
		   FROM transfer e LEFT JOIN transfer h
		     ON h.merchant_id = e.merchant_id AND h.payment_id = e.payment_id AND h.step = e.ends AND h.kind = 'hold'
		    AND h.amount = e.amount AND h.debit = e.debit AND h.credit = e.credit AND h.book = e.book AND h.currency = e.currency
		  WHERE e.kind IN ('post', 'void') AND h.step IS NULL`,
		"merchant %d: a %s of payment %d at step %d ends no hold of %d",
	},
}

// Verify checks a live database: sums, balances and holds. It reads only, and
// wants a snapshot: what commits meanwhile must not be seen in part.
func Verify(ctx context.Context, tx *store.Tx) (Report, error) {
	report := Report{Problems: []string{}}
	for _, check := range checks {
		err := tx.Query(ctx, check.query, nil, func(scan func(...any) error) error {
			var merchant, a, b, c int64
			var what string
			if err := scan(&merchant, &what, &a, &b, &c); err != nil {
				return err
			}
			report.Problems = append(report.Problems, fmt.Sprintf(check.problem, merchant, what, a, b, c))
			return nil
		})
		if err != nil {
			return report, err
		}
	}
	err := tx.Query(ctx, "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM transfer)", nil,
		func(scan func(...any) error) error { return scan(&report.Accounts, &report.Transfers) })
	return report, err
}
