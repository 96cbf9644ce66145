package simulator

import (
	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// stage is how far a charge has come.
type stage int

const (
	refused stage = iota
	authorised
	captured // also refunded in part
	refunded // in full
	reversed
)

func (c Charge) stage() stage {
	switch {
	case c.Code != 0:
		return refused
	case c.Reversed:
		return reversed
	case c.Captured == 0:
		return authorised
	case c.Refunded < c.Captured:
		return captured
	}
	return refunded
}

// refusals say which action comes too early or too late (R24).
var refusals = map[stage]map[bank.Action]codes.Code{
	refused:    {bank.Capture: codes.CaptureOfUnsuccessful, bank.Reverse: codes.CancelOfUnsuccessful, bank.Refund: codes.RefundBeforeCapture},
	authorised: {bank.Refund: codes.RefundBeforeCapture},
	captured:   {bank.Capture: codes.AlreadyCaptured, bank.Reverse: codes.CancelRefused},
	refunded:   {bank.Capture: codes.AlreadyCaptured, bank.Reverse: codes.PaymentRefunded, bank.Refund: codes.PaymentRefunded},
	reversed:   {bank.Capture: codes.CaptureOfUnsuccessful, bank.Reverse: codes.AlreadyVoided, bank.Refund: codes.PaymentCancelled},
}

// After is the charge after an action, and 0; or the code with which a bank refuses
// it, and then the charge stays as it was. A charge is captured once, at most as
// authorised; reversed as a whole, uncaptured; refunded at most as captured.
func (c Charge) After(a bank.Action, m money.Money) (Charge, codes.Code) {
	after, code := c, refusals[c.stage()][a]
	switch {
	case code != 0:
	case m.Amount <= 0 || m.Currency != c.Currency:
		code = codes.Validation
	case a == bank.Capture && m.Amount <= c.Amount:
		after.Captured, code = m.Amount, c.OnCapture
	case a == bank.Reverse && m.Amount == c.Amount:
		after.Reversed, code = true, c.OnReverse
	case a == bank.Refund && m.Amount <= c.Captured-c.Refunded:
		after.Refunded, code = c.Refunded+m.Amount, c.OnRefund
	case a == bank.Refund:
		code = codes.RefundTooLarge
	default:
		code = codes.Validation
	}
	if code != 0 {
		return c, code
	}
	return after, 0
}
