package stage

import (
	"context"
	"time"

	"tolem/internal/bench"
	"tolem/internal/payout"
	"tolem/internal/store"
)

// Ended reads from the platform's database when payouts ended: the moment at
// which the operation that ended them decided, a little before its commit was
// durable. What is measured from there on includes that commit.
func Ended(db *store.DB) bench.Ended {
	return func(ctx context.Context, since time.Time) (map[int64]time.Time, error) {
		ended := map[int64]time.Time{}
		err := db.Snapshot(ctx, func(tx *store.Tx) error {
			rows, err := payout.Rows.Select(ctx, tx, "WHERE created_at >= $1 AND finished_at > 0", store.Micros(since))
			for _, r := range rows {
				ended[r.PaymentID] = r.FinishedAt
			}
			return err
		})
		return ended, err
	}
}
