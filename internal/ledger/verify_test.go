package ledger_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tolem/internal/ledger"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

var errUndo = errors.New("undo")

// unchecked are the statements that let a tampered row in.
var unchecked = map[string][]string{
	"sqlite":   {"PRAGMA ignore_check_constraints = ON"},
	"postgres": {"ALTER TABLE account DROP CONSTRAINT account_check", "ALTER TABLE account DROP CONSTRAINT account_held_check"},
}

// TestVerifyReportsDamage tampers with a row at a time, in books with a deposit,
// a posted hold, a voided one and one that is open.
func TestVerifyReportsDamage(t *testing.T) {
	damage := map[string]struct{ statement, problem string }{
		"debits":        {"UPDATE account SET debits = debits + 1, credits = credits + 1 WHERE name = 'bank'", "account live.bank KZT differs from its transfers: debits by -1, credits by -1, held by 0"},
		"held":          {"UPDATE account SET held = held - 1 WHERE name = 'payout'", "account live.payout KZT differs from its transfers: debits by 0, credits by 0, held by 1"},
		"lost account":  {"DELETE FROM account WHERE name = 'bank'", "account live.bank KZT differs from its transfers: debits by 0, credits by 40, held by 0"},
		"lost transfer": {"DELETE FROM transfer WHERE payment_id = 1", "account live.payout KZT differs from its transfers: debits by 0, credits by -100"},
		"lost hold":     {"DELETE FROM transfer WHERE payment_id = 4", "account live.payout KZT differs from its transfers: debits by 0, credits by 0, held by -20"},
		"sum":           {"UPDATE account SET credits = credits + 5 WHERE name = 'payout'", "3 accounts of book live KZT sum to 5, not to zero"},
		"below zero":    {"UPDATE account SET debits = debits + 100 WHERE name = 'payout'", "account live.payout KZT is below zero: debits 140, credits 100, held 20"},
		"held below":    {"UPDATE account SET held = -7 WHERE name = 'bank'", "account live.bank KZT is below zero: debits 0, credits 40, held -7"},
		"end of more":   {"UPDATE transfer SET amount = amount + 1 WHERE payment_id = 2 AND kind = 'post'", "a post of payment 2 at step 2 ends no hold of 41"},
		"end of less":   {"UPDATE transfer SET amount = amount + 1 WHERE payment_id = 3 AND kind = 'hold'", "a void of payment 3 at step 2 ends no hold of 30"},
		"end elsewhere": {"UPDATE transfer SET credit = 'fees' WHERE payment_id = 2 AND kind = 'post'", "a post of payment 2 at step 2 ends no hold of 40"},
		"end of none":   {"UPDATE transfer SET ends = 7 WHERE payment_id = 3 AND kind = 'void'", "a void of payment 3 at step 2 ends no hold of 30"},
		"end of a move": {"UPDATE transfer SET kind = 'move' WHERE payment_id = 2 AND kind = 'hold'", "a post of payment 2 at step 2 ends no hold of 40"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fund(t, db, 1, 1, 100)
		posted, voided, open := transfer(1, 2, ledger.Payout, ledger.Bank, 40), transfer(1, 3, ledger.Payout, ledger.Bank, 30), transfer(1, 4, ledger.Payout, ledger.Bank, 20)
		if err := book(t, db, []ledger.Transfer{posted, voided, open}, func(s *store.Set) {
			for _, hold := range []ledger.Transfer{posted, voided, open} {
				if !hold.Hold(s, now) {
					t.Fatal("not covered")
				}
			}
			posted.Post(s, 2, now)
			voided.Void(s, 2, now)
		}); err != nil {
			t.Fatal(err)
		}
		if report := verify(t, db); len(report.Problems) > 0 || report.Accounts != 3 || report.Transfers != 6 {
			t.Fatalf("%+v", report)
		}
		for name, d := range damage {
			var report ledger.Report
			rolledBack := db.Update(t.Context(), func(tx *store.Tx) error {
				for _, statement := range append(slices.Clone(unchecked[db.Kind()]), d.statement) {
					if _, err := tx.Exec(t.Context(), statement); err != nil {
						t.Fatalf("%s: %v", statement, err)
					}
				}
				var err error
				if report, err = ledger.Verify(t.Context(), tx); err != nil {
					t.Fatal(err)
				}
				return errUndo
			})
			if rolledBack != errUndo {
				t.Fatal(rolledBack)
			}
			found := slices.ContainsFunc(report.Problems, func(p string) bool { return strings.Contains(p, d.problem) })
			if !found {
				t.Errorf("%s: want %q in\n%s", name, d.problem, strings.Join(report.Problems, "\n"))
			}
		}
	})
}
