package platform

import (
	"context"

	"tolem/internal/ledger"
	"tolem/internal/payout"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// Verify checks the books by themselves, then every payout and purchase against them.
func Verify(ctx context.Context, tx *store.Tx) (ledger.Report, error) {
	report, err := ledger.Verify(ctx, tx)
	if err != nil {
		return report, err
	}
	for _, verify := range []func(context.Context, *store.Tx) ([]string, error){payout.Verify, purchase.Verify} {
		problems, err := verify(ctx, tx)
		if report.Problems = append(report.Problems, problems...); err != nil {
			return report, err
		}
	}
	return report, nil
}
