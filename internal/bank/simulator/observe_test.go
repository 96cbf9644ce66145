package simulator

import (
	"context"
	"slices"
	"testing"

	"tolem/internal/bank"
	"tolem/internal/clock"
)

// TestAnObservedBankAnswersAsBefore, and its observer is told of every call.
func TestAnObservedBankAnswersAsBefore(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		var told []string
		watched := bank.Observed(b, func(_ context.Context, o bank.Observation) {
			if o.Took < 0 || (o.Err != nil) != (o.Outcome == 0) && o.Call != "enrolled" {
				t.Errorf("told of %+v", o)
			}
			told = append(told, o.Call+" "+o.Outcome.String())
		})
		order := credit(t, "po1", "4671593866478252")
		if a, err := watched.Credit(t.Context(), order); err != nil || a.Outcome != bank.Approved || a.Reference == "" {
			t.Errorf("credit: %+v, %v", a, err)
		}
		if a, err := watched.Charge(t.Context(), charging(t, "pu1", unionPay, 700)); err != nil || a.Outcome != bank.Approved || a.AuthCode == "" {
			t.Errorf("charge: %+v, %v", a, err)
		}
		if a, err := watched.Follow(t.Context(), following("re1", "pu1", bank.Refund, 700)); err != nil || a.Outcome != bank.Declined {
			t.Errorf("refund: %+v, %v", a, err)
		}
		if a, err := watched.Inquire(t.Context(), "po1"); err != nil || a.Outcome != bank.Approved {
			t.Errorf("inquire: %+v, %v", a, err)
		}
		if a, err := watched.Inquire(t.Context(), "po2"); err != nil || a.Outcome != bank.NotFound {
			t.Errorf("inquire of nothing: %+v, %v", a, err)
		}
		if enrolled, err := watched.Enrolled(t.Context(), credit(t, "", "4916307416334310").Card); err != nil || !enrolled {
			t.Errorf("enrolled: %v, %v", enrolled, err)
		}
		if a, err := watched.Verify(t.Context(), bank.Verification{Card: credit(t, "", "4716047261941981").Card}); err != nil || a.Outcome != bank.Approved {
			t.Errorf("verify: %+v, %v", a, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := watched.Inquire(gone, "po1"); err == nil {
			t.Error("a call that was given up has no error")
		}
		want := []string{"credit approved", "charge approved", "refund declined", "inquire approved", "inquire not_found", "enrolled none", "verify approved", "inquire none"}
		if !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
	})
}
