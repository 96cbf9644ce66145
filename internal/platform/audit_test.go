package platform

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
)

// TestWrongBooksAreLoud: a balance that somebody changed by hand is found by the
// next check, which says so in the log and the metrics until it is put right.
func TestWrongBooksAreLoud(t *testing.T) {
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			var log journal
			config := Config{
				Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Data: t.TempDir(), VerifyEvery: 50 * time.Millisecond,
				Log: slog.New(slog.NewTextHandler(&log, nil)),
			}
			if database == "postgres" {
				config.Database = pgtest.Database(t)
			}
			s, err := Start(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
			eventually(t, "a check that finds nothing", func() bool { return strings.Contains(log.String(), "problems=0") })
			if strings.Contains(log.String(), "level=ERROR") || !metric(t, s, "tolem_ledger_problems 0") || metric(t, s, "tolem_ledger_check_timestamp_seconds 0") {
				t.Errorf("right books: %s", &log)
			}
			tamper(t, s, "+ 1")
			eventually(t, "a check that finds the money from nowhere", func() bool { return !metric(t, s, "tolem_ledger_problems 0") })
			eventually(t, "its lines", func() bool {
				return strings.Contains(log.String(), `level=ERROR msg="the books are wrong" problem="merchant 700123: account test.payout KZT`)
			})
			tamper(t, s, "- 1")
			eventually(t, "a check that finds them right again", func() bool { return metric(t, s, "tolem_ledger_problems 0") })
		})
	}
}

// tamper changes the demo merchant's balance behind the ledger's back.
func tamper(t *testing.T, s *Server, change string) {
	t.Helper()
	err := s.DB.Update(t.Context(), func(tx *store.Tx) error {
		n, err := tx.Exec(t.Context(), "UPDATE account SET credits = credits "+change+" WHERE merchant_id = $1 AND name = 'payout'", DemoMerchant)
		if err == nil && n != 1 {
			t.Errorf("%d accounts were changed", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
