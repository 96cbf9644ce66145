package hosted

import (
	"net/http"

	"tolem/internal/pages"
	"tolem/internal/payout"
)

// payout is the page on which a recipient says where the money should go
// (spec 02, B.3).
func (s *Server) payout(r *http.Request) (view, error) {
	row, ok, err := s.Payouts.Page(r.Context(), r.URL.Query().Get("customer"))
	if err != nil {
		return view{}, err
	}
	if !ok {
		return s.notice(r, http.StatusNotFound, pages.NotFound), nil
	}
	frame, err := s.frame(r.Context(), r, row.MerchantID, row.Language, row.BackLink, row.Test, row.Framed)
	if err != nil {
		return view{}, err
	}
	now := s.Clock.Now()
	posted, open := r.Method == http.MethodPost, row.PageOpen() && !row.Late(now)
	if !open && !posted {
		return show(payoutResult(frame, row, row.Late(now))), nil
	}
	if open {
		typed, again := form{brands: payable}.read(r, now.In(s.Zone))
		if !posted || len(again.Problems) > 0 {
			return view{formStatus(again), pages.PayoutForm{
				Frame: frame, Form: again, Amount: shown(row), Description: row.Description, Deadline: row.SendBefore.In(s.Zone),
			}, ""}, nil
		}
		if row, err = s.Payouts.Submit(r.Context(), row, typed.PAN); err != nil {
			return view{}, err
		}
	}
	if row.State == payout.Success {
		return to(row.BackLink), nil
	}
	return to(inChosen(r, self(r))), nil // an outcome that can be reloaded without sending anything again
}

func payoutResult(frame pages.Frame, row payout.Row, late bool) pages.Result {
	result := pages.Result{
		Frame: frame, Operation: pages.Payout, Amount: shown(row), Description: row.Description, Card: row.CardMask,
		PaymentID: row.PaymentID, Code: int(row.ErrorCode),
	}
	switch {
	case row.State == payout.Success:
		result.Outcome = pages.Succeeded
	case row.State == payout.Failed:
		result.Outcome = pages.Failed
	case row.State == payout.Expired, row.PageOpen() && late:
		result.Outcome = pages.Expired
	default:
		result.Outcome = pages.InProcess
	}
	return result
}

func shown(row payout.Row) pages.Money {
	return pages.Money{Amount: row.Amount.String(), Currency: string(row.Currency)}
}
