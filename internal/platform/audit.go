package platform

import (
	"context"
	"time"

	"tolem/internal/ledger"
	"tolem/internal/store"
)

// audit checks the books again and again, as tolem ledger verify does once.
func (s *Server) audit(ctx context.Context) {
	next := time.NewTicker(s.Config.VerifyEvery)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			s.checkBooks(ctx)
		}
	}
}

// checkBooks is loud about what it finds: each problem is a line at error.
func (s *Server) checkBooks(ctx context.Context) {
	began := time.Now()
	var report ledger.Report
	err := s.DB.Snapshot(ctx, func(tx *store.Tx) (err error) {
		report, err = Verify(ctx, tx)
		return err
	})
	log, metrics, took := s.Config.Log, s.observers.metrics, time.Since(began)
	if err != nil && ctx.Err() != nil {
		return
	}
	if err != nil {
		log.Error("books not checked", "error", err)
		if metrics != nil {
			metrics.Books.Failed()
		}
		return
	}
	for _, problem := range report.Problems {
		log.Error("the books are wrong", "problem", problem)
	}
	log.Info("books checked", "accounts", report.Accounts, "transfers", report.Transfers, "problems", len(report.Problems), "took", took)
	if metrics != nil {
		metrics.Books.Checked(s.Config.Clock.Now(), took, len(report.Problems))
	}
}
