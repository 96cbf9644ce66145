package bank_test

import (
	"testing"

	"tolem/internal/bank"
)

// TestWithoutABankRealPaymentsAreDeclined: nothing was sent, and nothing is unknown.
func TestWithoutABankRealPaymentsAreDeclined(t *testing.T) {
	none := bank.Banks{}.For(false)
	credit, err := none.Credit(t.Context(), bank.Credit{Reference: "po1"})
	if err != nil || credit.Outcome != bank.Declined || credit.Code == 0 {
		t.Errorf("credit: %+v, %v", credit, err)
	}
	charge, err := none.Charge(t.Context(), bank.Charge{Reference: "pu1"})
	if err != nil || charge.Outcome != bank.Declined || charge.Code == 0 {
		t.Errorf("charge: %+v, %v", charge, err)
	}
	follow, err := none.Follow(t.Context(), bank.Follow{Reference: "ca1", Charge: "pu1", Action: bank.Capture})
	if err != nil || follow.Outcome != bank.Declined || follow.Code == 0 {
		t.Errorf("capture: %+v, %v", follow, err)
	}
	if a, err := none.Inquire(t.Context(), "pu1"); err != nil || a.Outcome != bank.NotFound {
		t.Errorf("inquire: %+v, %v", a, err)
	}
}
