package platform

import (
	"context"

	"tolem/internal/ledger"
	"tolem/internal/payout"
	"tolem/internal/store"
)

// Verify checks the books by themselves, then every payout against them.
func Verify(ctx context.Context, tx *store.Tx) (ledger.Report, error) {
	report, err := ledger.Verify(ctx, tx)
	if err != nil {
		return report, err
	}
	problems, err := payout.Verify(ctx, tx)
	report.Problems = append(report.Problems, problems...)
	return report, err
}
