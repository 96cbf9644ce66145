package platform_test

import (
	"context"
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	"tolem/internal/ledger"
	"tolem/internal/platform"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

var transfers = flag.Int("transfers", 2000, "about how many transfers TestVerifyReadsAllTransfers makes and checks")

// history writes payouts of a hundred merchants, each with its hold and that of
// its fee and what ended them (one in ten was refused), and the accounts that they
// come to. It is given how many payouts, and what is sealed in them.
var history = []string{
	`INSERT INTO payout
	 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
	 SELECT 1 + i % 100, 10000000 + i, 'order-' || i, 0, 'token', false, CASE WHEN i % 10 = 0 THEN 'error' ELSE 'success' END,
	        1000 + i % 77, 10, 'KZT', 'Weekly earnings', 'driver', '', '', 'ru', false, 0, 'token', 7, '4671-59XX-XXXX-8252',
	        $2, $2, 'message-' || i, '', 0, '', 0, 1, 2, 3 FROM n`,
	`INSERT INTO transfer
	 SELECT merchant_id, payment_id, step, kind, ends, 'live', 'payout', credit, 'KZT', booked, 1
	   FROM (SELECT merchant_id, payment_id, 1 AS step, 'hold' AS kind, 0 AS ends, 'bank' AS credit, amount AS booked FROM payout
	         UNION ALL SELECT merchant_id, payment_id, 2, 'hold', 0, 'fees', fee FROM payout
	         UNION ALL SELECT merchant_id, payment_id, 3, CASE state WHEN 'success' THEN 'post' ELSE 'void' END, 1, 'bank', amount FROM payout
	         UNION ALL SELECT merchant_id, payment_id, 4, CASE state WHEN 'success' THEN 'post' ELSE 'void' END, 2, 'fees', fee FROM payout) AS step`,
	`INSERT INTO transfer
	 SELECT DISTINCT merchant_id, 1, 1, 'move', 0, 'live', 'funding', 'payout', 'KZT', 1000000000, 1 FROM payout`,
	`INSERT INTO account
	 SELECT merchant_id, book, name, currency, CAST(SUM(debits) AS BIGINT), CAST(SUM(credits) AS BIGINT), 0
	   FROM (SELECT merchant_id, book, debit AS name, currency, amount AS debits, 0 AS credits FROM transfer WHERE kind IN ('move', 'post')
	         UNION ALL SELECT merchant_id, book, credit, currency, 0, amount FROM transfer WHERE kind IN ('move', 'post')) AS line
	  GROUP BY merchant_id, book, name, currency`,
}

var errUndo = errors.New("undo")

// TestVerifyReadsAllTransfers says how long a million takes, and finds the one
// that was tampered with.
func TestVerifyReadsAllTransfers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		within := func(f func(*store.Tx) error) {
			if err := db.Update(ctx, f); err != nil && err != errUndo {
				t.Fatal(err)
			}
		}
		within(func(tx *store.Tx) error {
			for i, statement := range history {
				args := []any{*transfers / 4, []byte("sealed")}
				if _, err := tx.Exec(ctx, statement, args[:2*max(0, 1-i)]...); err != nil {
					return err
				}
			}
			return nil
		})
		var report ledger.Report
		began := time.Now()
		err := db.Snapshot(ctx, func(tx *store.Tx) (err error) {
			report, err = platform.Verify(ctx, tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d transfers: %v for a million", report.Transfers, report.PerMillion(time.Since(began)))
		if len(report.Problems) > 0 || report.Transfers < int64(*transfers) {
			t.Errorf("%d transfers, %q", report.Transfers, report.Problems)
		}
		within(func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE transfer SET amount = amount + 1 WHERE payment_id = 10000007 AND step = 3"); err != nil {
				return err
			}
			if report, err = platform.Verify(ctx, tx); err != nil {
				return err
			}
			return errUndo
		})
		slices.Sort(report.Problems)
		want := []string{
			"merchant 8: a post of payment 10000007 at step 3 ends no hold of 1008",
			"merchant 8: account live.bank KZT differs from its transfers: debits by 0, credits by 1, held by 0",
			"merchant 8: account live.payout KZT differs from its transfers: debits by 1, credits by 0, held by -1",
		}
		if !slices.Equal(report.Problems, want) {
			t.Errorf("the tampered transfer shows as %q", report.Problems)
		}
	})
}
