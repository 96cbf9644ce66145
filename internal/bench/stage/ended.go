package stage

import (
	"context"
	"time"

	"tolem/internal/bench"
	"tolem/internal/payout"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// Ended reads from the platform's database when payouts ended: the moment at
// which the operation that ended them decided, a little before its commit was
// durable. What is measured from there on includes that commit.
func Ended(db *store.DB) bench.Ended {
	return read(db, payout.Rows, "finished_at", func(r payout.Row) (int64, time.Time) { return r.PaymentID, r.FinishedAt })
}

// Paid reads when purchases were paid, which is what their Result notify tells of, in
// the same way.
func Paid(db *store.DB) bench.Ended {
	return read(db, purchase.Rows, "paid_at", func(r purchase.Row) (int64, time.Time) { return r.PaymentID, r.PaidAt })
}

func read[K comparable, R any](db *store.DB, table *store.Table[K, R], column string, moment func(R) (int64, time.Time)) bench.Ended {
	return func(ctx context.Context, since time.Time) (map[int64]time.Time, error) {
		ended := map[int64]time.Time{}
		err := db.Snapshot(ctx, func(tx *store.Tx) error {
			rows, err := table.Select(ctx, tx, "WHERE created_at >= $1 AND "+column+" > 0", store.Micros(since))
			for _, r := range rows {
				payment, at := moment(r)
				ended[payment] = at
			}
			return err
		})
		return ended, err
	}
}
